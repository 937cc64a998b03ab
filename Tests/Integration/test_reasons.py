"""Why nothing is read or written: every reason is a line of standard error, and a run that reached nothing to read from fails."""
import contextlib, os, signal, socket, subprocess, threading, time

import pytest

from support import FAILED, OTTLA, Broker, ottla
from test_clients import create
from test_endings import consume, nobody


@pytest.fixture(scope="module", params=["foo.invalid:9092", "refused"])
def misadvertised(request):
    """A broker that sends its clients to where it is not."""
    address = nobody() if request.param == "refused" else request.param
    with Broker("--advertise", address, "--topic", "t:1", ephemeral=True) as broker:
        broker.reason = f"{address}: " + ("connection refused" if request.param == "refused" else "the host name does not resolve")
        yield broker


@contextlib.contextmanager
def silent():
    """An address that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    held.append(server.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield "127.0.0.1:%d" % server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


def ended(address, *arguments, stdout=b""):
    """Runs a console consumer that is to fail after its time; returns its lines of standard error but the count."""
    process = consume(address, *arguments)
    out, error = process.communicate(timeout=60)
    lines = error.decode().splitlines()
    assert process.returncode in FAILED and out == stdout, (process.returncode, out, lines)
    assert lines.pop() == f"Processed a total of {len(stdout.splitlines())} messages", lines
    return lines


def line_of(process, text):
    """The first line of standard error, which must come while the process runs; it is ended then."""
    line = process.stderr.readline().decode()
    assert text in line, line
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, rest = process.communicate(timeout=60)
    assert process.returncode == 130 and out == b""
    assert text not in rest.decode(), "once is enough"


READERS = [["--topic", "t"], ["--topic", "t", "--partition", "0"], ["--topic", "t", "--group", "g"],
           ["--topic", "t", "--command-property", "group.protocol=consumer"], ["--include", "t"]]


@pytest.mark.parametrize("how", READERS, ids=lambda how: how[-1])
def test_an_advertised_address_that_is_wrong_is_named_when_the_time_is_over(misadvertised, how):
    lines = ended(misadvertised.address, *how, "--timeout-ms", "1500")
    assert len(lines) == 1 and misadvertised.reason in lines[0] and lines[0].startswith("Nothing could be read: Broker 1 "), lines


def test_an_advertised_address_that_is_wrong_is_named_while_the_consumer_waits(misadvertised):
    line_of(consume(misadvertised.address, "--topic", "t"), misadvertised.reason)


def test_an_advertised_address_that_is_wrong_is_named_by_the_producer(misadvertised):
    done = ottla("console-producer", "--bootstrap-server", misadvertised.address, "--topic", "t", "--command-property", "delivery.timeout.ms=4000",
                 "--request-timeout-ms", 3000, stdin="a\n", check=False)
    first, last = done.stderr.decode().splitlines()
    assert done.returncode in FAILED and done.stdout == b""
    assert misadvertised.reason in first and first.endswith("; trying on until delivery.timeout.ms is over"), first
    assert misadvertised.reason in last and last.startswith("Error when sending 1 record"), last


@pytest.mark.parametrize("tool", [["consumer-groups", "--describe", "--group", "g"], ["get-offsets", "--topic", "t"]], ids=lambda tool: tool[0])
def test_an_advertised_address_that_is_wrong_is_named_by_the_other_tools(misadvertised, tool):
    done = ottla(tool[0], "--bootstrap-server", misadvertised.address, *tool[1:], check=False)
    assert done.returncode in FAILED and misadvertised.reason in done.stderr.decode(), done.stderr


@pytest.mark.parametrize("timeout", [1000, 4000])
def test_a_server_that_never_answers_is_named_when_the_time_is_over(timeout):
    with silent() as address:
        lines = ended(address, "--topic", "t", "--timeout-ms", str(timeout))
    assert lines[-1] == f"No broker could be reached: {address}: connected, but it does not answer", lines


def test_a_server_that_never_answers_is_named_while_a_tool_waits():
    with silent() as address:
        line_of(consume(address, "--topic", "t"), f"No broker answers ({address}: connected, but it does not answer)")
        lister = subprocess.Popen([OTTLA, "topics", "--bootstrap-server", address, "--list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line_of(lister, f"ottla topics: No broker answers ({address}: connected, but it does not answer); trying on")


def test_a_broker_that_stops_answering_is_named_once(topic):
    with Broker() as broker:
        create(broker, topic, 1)
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", topic, stdin="a\n")
        consumer = consume(broker.address, "--topic", topic, "--partition", "0", "--from-beginning")
        assert consumer.stdout.readline() == b"a\n"
        os.kill(broker.process.pid, signal.SIGSTOP)
        try:
            line_of(consumer, "Broker 1 does not answer FETCH")
        finally:
            os.kill(broker.process.pid, signal.SIGCONT)


class SlowLine:
    """A line to a broker that hands its answers on after `delay` seconds."""

    def __init__(self):
        self.server, self.target, self.delay, self.sockets = socket.create_server(("127.0.0.1", 0)), None, 0, []
        self.address = "127.0.0.1:%d" % self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, server = self.server.accept()[0], socket.create_connection(("127.0.0.1", self.target))
                self.sockets += [client, server]
                for source, sink, isAnswer in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self.pass_on, args=(source, sink, isAnswer), daemon=True).start()

    def pass_on(self, source, sink, isAnswer):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if isAnswer:
                    time.sleep(self.delay)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        for each in self.sockets:
            each.close()


@pytest.mark.parametrize("how", [["--partition", "0"], ["--group", "slow"]], ids=lambda how: how[0])
def test_a_broker_that_takes_its_time_for_each_answer_is_no_failure(topic, how):
    line = SlowLine()
    with contextlib.closing(line), Broker("--advertise", line.address) as broker:
        line.target = broker.port
        create(broker, topic, 1)
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", topic, stdin="a\n")
        consumer = consume(broker.address, "--topic", topic, *how, "--from-beginning", "--timeout-ms", "5000")
        assert consumer.stdout.readline() == b"a\n"
        # Longer than an answer may take before the broker counts as silent, shorter than what is told.
        line.delay = 2.2
        _, error = consumer.communicate(timeout=60)
        assert consumer.returncode == 0, error
        line.delay = 0
        if "--group" in how:
            assert committed(broker, "slow") == [[topic, "0", "1"]]


@pytest.mark.parametrize("wait", ["1500", "4000"])
def test_a_topic_that_does_not_exist_is_named(shared_broker, topic, wait):
    lines = ended(shared_broker.address, "--topic", topic, "--command-property", "allow.auto.create.topics=false", "--timeout-ms", wait)
    assert lines[-1] == f"Nothing could be read: Topic {topic} does not exist", lines
    assert lines[:-1] == ([] if wait == "1500" else [f"Topic {topic} does not exist; trying on"]), lines


def test_a_partition_that_does_not_exist_is_named_until_it_does(shared_broker, topic):
    create(shared_broker, topic, 1)
    lines = ended(shared_broker.address, "--topic", topic, "--partition", "99", "--timeout-ms", "1500")
    assert lines == [f"Nothing could be read: Partition {topic}-99 does not exist: topic {topic} has 1 partition"]
    consumer = consume(shared_broker.address, "--topic", topic, "--partition", "1", "--from-beginning", "--max-messages", "1")
    assert f"Partition {topic}-1 does not exist" in consumer.stderr.readline().decode()
    ottla("topics", "--bootstrap-server", shared_broker.address, "--alter", "--topic", topic, "--partitions", 2)
    ottla("console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--command-property",
          "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner", stdin="a\nb\n")
    out, error = consumer.communicate(timeout=60)
    assert consumer.returncode == 0 and out in (b"a\n", b"b\n") and error == b"Processed a total of 1 messages\n"


def test_a_pattern_that_matches_nothing_is_named(shared_broker):
    assert ended(shared_broker.address, "--include", "nothing-like-it", "--timeout-ms", "1500") == ["Nothing could be read: No topic matches"]


@pytest.mark.parametrize("how", [[], ["--group", "idle"], ["--partition", "0"], ["--command-property", "group.protocol=consumer"]], ids=str)
def test_a_topic_without_records_is_no_failure(shared_broker, how):
    ottla("topics", "--bootstrap-server", shared_broker.address, "--create", "--topic", "empty", "--if-not-exists")
    done = ottla("console-consumer", "--bootstrap-server", shared_broker.address, "--topic", "empty", *how, "--timeout-ms", 2500, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"Processed a total of 0 messages\n")


def test_a_topic_that_is_made_on_demand_is_no_reason(shared_broker, topic):
    done = ottla("console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--timeout-ms", 2500, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"Processed a total of 0 messages\n")


def test_a_member_for_which_no_partition_is_left_says_so_and_does_not_fail(shared_broker, topic):
    create(shared_broker, topic, 1)
    first = consume(shared_broker.address, "--topic", topic, "--group", topic)
    while f"{topic} " not in ottla("consumer-groups", "--bootstrap-server", shared_broker.address, "--describe", "--group", topic, check=False).stdout.decode():
        assert first.poll() is None
    # The first member may lose its partition to the second: one of the two says so.
    second = consume(shared_broker.address, "--topic", topic, "--group", topic, "--timeout-ms", "12000")
    _, error = second.communicate(timeout=60)
    first.send_signal(signal.SIGINT)
    _, other = first.communicate(timeout=60)
    assert second.returncode == 0, error
    assert b"has given this member no partition" in error + other, (error, other)


@pytest.mark.parametrize("timeout", ["1500", "4000"])
def test_records_that_were_read_do_not_excuse_a_broker_that_is_gone_at_the_end(topic, timeout):
    with Broker() as broker:
        create(broker, topic, 1)
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", topic, stdin="a\n")
        consumer = consume(broker.address, "--topic", topic, "--from-beginning", "--timeout-ms", timeout)
        assert consumer.stdout.readline() == b"a\n"
        broker.kill()
        _, error = consumer.communicate(timeout=60)
        assert consumer.returncode in FAILED and b"No broker could be reached: " in error, error


def committed(broker, group):
    """The rows of `--describe --offsets`: topic, partition and offset."""
    text = ottla("consumer-groups", "--bootstrap-server", broker.address, "--describe", "--group", group)
    return [line.split()[1:4] for line in text.splitlines() if line.startswith(group)]


@pytest.mark.parametrize("plan", ["{t},0,-1\n", "{t},0,1\n{t},1,-5\n", "{t},0, -1\n", "g-{t},{t},0,1\ng-{t},{t},1,-1\n"])
def test_a_plan_with_a_negative_offset_is_refused_and_changes_nothing(shared_broker, topic, tmp_path, plan):
    topic = topic[-40:].strip("-")
    create(shared_broker, topic, 2)
    ottla("console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--command-property",
          "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner", stdin="a\nb\nc\nd\ne\nf\n")
    reset = ["consumer-groups", "--bootstrap-server", shared_broker.address, "--reset-offsets", "--execute", "--group", "g-" + topic]
    ottla(*reset, "--topic", topic, "--to-offset", 2)
    before = committed(shared_broker, "g-" + topic)
    assert [row[2] for row in before] == ["2", "2"]
    (tmp_path / "plan.csv").write_text(plan.format(t=topic))
    done = ottla(*reset, "--from-file", tmp_path / "plan.csv", check=False)
    assert done.returncode in FAILED and done.stdout == b"" and done.stderr.splitlines()[0] == b"Invalid negative offset", done
    assert committed(shared_broker, "g-" + topic) == before


def test_digits_of_any_script_are_numbers(shared_broker, topic):
    create(shared_broker, topic, 2)
    asked = ["get-offsets", "--bootstrap-server", shared_broker.address, "--topic", topic]
    assert ottla(*asked, "--partitions", "\u0661") == f"{topic}:1:0\n"
    for wrong in [" 1", "1 ", "\U0001d7cf", "1.0", "0x1", "2147483648", "1_0"]:
        assert ottla(*asked, "--partitions", wrong, check=False).returncode in FAILED, wrong


def on_terminal(*arguments):
    """Runs a tool whose outputs are one terminal; returns what it shows and the exit code."""
    child, terminal = os.forkpty()
    if child == 0:
        os.execv(OTTLA, [OTTLA, *arguments])
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            shown += piece
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_an_error_is_shown_once_on_a_terminal_and_on_both_outputs_elsewhere(shared_broker):
    missing = ["kafka-topics", "--bootstrap-server", shared_broker.address, "--describe", "--topic", "missing"]
    line = "Error while executing topic command : Topic 'missing' does not exist as expected\n"
    assert on_terminal(*missing) == (line, 1)
    done = ottla(*missing, check=False)
    assert (done.returncode, done.stdout.decode()) == (1, line)
    assert done.stderr.decode() == "kafka-topics: Topic 'missing' does not exist as expected\n"
    refused = ["kafka-topics", "--bootstrap-server", shared_broker.address, "--create", "--topic", "bad topic"]
    shown, code = on_terminal(*refused)
    assert code == 1 and len(shown.splitlines()) == 1 and shown.startswith("Error while executing topic command : "), shown
    nowhere = nobody()
    shown, code = on_terminal("kafka-topics", "--bootstrap-server", nowhere, "--list")
    first, second = shown.splitlines()
    assert code == 1 and first == "Error while executing topic command : Timed out waiting for a node assignment. Call: listTopics"
    assert second == f"kafka-topics: {nowhere}: connection refused"


def test_a_group_error_is_shown_once_on_a_terminal(shared_broker):
    bad = ["consumer-groups", "--bootstrap-server", shared_broker.address, "--list", "--timeout", "x"]
    text = "Cannot parse argument 'x' of option timeout"
    bad[0] = "kafka-" + bad[0]
    assert on_terminal(*bad) == (f"\nError: Executing consumer group command failed due to {text}\n", 1)
    assert ottla(*bad, check=False).stderr.decode() == text + "\n"
