"""How a console consumer ends: its reader goes away, no broker is there, or the one that was has gone."""
import fcntl, signal, socket, subprocess, termios, time

from support import FAILED, OTTLA, Broker, ottla
from test_clients import create


def consume(address, *arguments, **settings):
    return subprocess.Popen([OTTLA, "console-consumer", "--bootstrap-server", address, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **settings)


def nobody():
    """An address that refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % taken.getsockname()[1]


def test_a_reader_that_goes_away_ends_the_consumer_without_another_record(shared_broker, topic):
    create(shared_broker, topic, 1)
    ottla("console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, stdin="a\nb\nc\n")
    consumer = consume(shared_broker.address, "--topic", topic, "--from-beginning")
    assert consumer.stdout.readline() == b"a\n"
    consumer.stdout.close()
    assert consumer.wait(30) is not None
    assert b"rror" not in consumer.stderr.read()


def test_a_timeout_without_a_broker_is_a_failure_with_the_reason(topic):
    for timeout in (300, 2500):
        began = time.monotonic()
        done = consume(nobody(), "--topic", topic, "--timeout-ms", str(timeout))
        out, error = done.communicate(timeout=60)
        assert done.returncode in FAILED and b"refused" in error, error
        assert time.monotonic() - began >= timeout / 1000 - 0.1, "the option says how long"


def test_a_broker_that_goes_away_is_told_once_and_ctrl_c_ends_at_once(topic):
    with Broker() as broker:
        create(broker, topic, 1)
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", topic, stdin="a\n")
        consumer = consume(broker.address, "--topic", topic, "--from-beginning")
        assert consumer.stdout.readline() == b"a\n"
        broker.kill()
        line = consumer.stderr.readline()
        while b"No broker answers" not in line:
            assert line, "the consumer ended"
            line = consumer.stderr.readline()
        began = time.monotonic()
        consumer.send_signal(signal.SIGINT)
        consumer.wait(30)
        # Ten seconds are what leaving may take where somebody is there to hear it.
        assert time.monotonic() - began < 8
        broker.start()


def test_ctrl_c_makes_the_producer_send_what_it_has_taken(shared_broker, topic):
    create(shared_broker, topic, 1)
    producer = subprocess.Popen(
        [OTTLA, "console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--timeout", "60000"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def written():
        return ottla("get-offsets", "--bootstrap-server", shared_broker.address, "--topic", topic)

    # A batch that is full goes at once: from then on the producer knows where to send.
    long = [b"x" * 20_000, b"y" * 20_000]
    producer.stdin.write(b"\n".join(long) + b"\n")
    producer.stdin.flush()
    while written() != f"{topic}:0:1\n":
        assert producer.poll() is None
    # Short ones wait for 60 s to be sent together, so that it is the signal that sends these.
    lines = [b"%d" % n for n in range(1000)]
    producer.stdin.write(b"\n".join(lines) + b"\n")
    producer.stdin.flush()
    while not taken(producer):
        time.sleep(0.001)
    producer.send_signal(signal.SIGINT)
    assert producer.wait(60) == 130, producer.stderr.read()
    out = ottla("console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--from-beginning", "--max-messages", 1002)
    assert out.encode().split(b"\n")[:-1] == [*long, *lines]


def taken(process):
    """Whether the process has read all that was written to its standard input."""
    waiting = bytearray(4)
    fcntl.ioctl(process.stdin.fileno(), termios.FIONREAD, waiting)
    return not any(waiting)


def test_tls_on_a_plaintext_port_and_a_listener_that_says_nothing_are_told(shared_broker, tmp_path):
    tls = tmp_path / "tls.properties"
    tls.write_text("security.protocol=SSL\n")
    began = time.monotonic()
    done = ottla("topics", "--bootstrap-server", shared_broker.address, "--list", "--command-config", tls, check=False)
    assert done.returncode in FAILED and b"TLS" in done.stderr and time.monotonic() - began < 10, done.stderr
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        done = ottla("topics", "--bootstrap-server", "127.0.0.1:%d" % silent.getsockname()[1], "--list", check=False)
        assert done.returncode in FAILED and done.stderr and time.monotonic() - began < 20, done.stderr
