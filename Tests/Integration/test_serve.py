"""`ottla serve` as an operator meets it, and the binary as it is installed."""
import contextlib, os, re, signal, socket, subprocess, time

import pytest
from confluent_kafka.admin import AdminClient

from support import FAILED, OTTLA, Broker, ottla
from test_clients import consume_confluent, create, produce_confluent


def libraries_of(binary):
    done = subprocess.run(["ldd", binary], capture_output=True, text=True)
    return done.stdout + done.stderr


def test_the_release_binary_needs_only_the_c_library():
    libraries = libraries_of(OTTLA)
    allowed = re.compile(r"linux-vdso|libc\.so|libm\.so|libstdc\+\+|libgcc_s|libpthread|libdl|librt|ld-linux|not a dynamic executable|statically linked")
    assert [line for line in libraries.splitlines() if not allowed.search(line)] == []


@pytest.mark.skipif("not a dynamic executable" not in libraries_of(OTTLA), reason="only a release binary is laid out for its start")
def test_a_server_at_rest_is_small():
    with Broker(ephemeral=True) as broker:
        status = {name: words.split() for name, words in (line.split(":", 1) for line in open(f"/proc/{broker.process.pid}/status"))}
    threads, own, mapped = int(status["Threads"][0]), int(status["RssAnon"][0]), int(status["RssFile"][0])
    # Threads for what blocks come with the work; if the pages have become many, see `make start-order`.
    assert threads <= 6 and own <= 650 and mapped <= 12_000, (threads, own, mapped)


def test_version_and_help():
    assert ottla("--version").strip()
    assert "console-producer" in ottla("--help")
    unknown = ottla("topisc", check=False)
    assert unknown.returncode != 0 and b"topics" in unknown.stderr


def test_links_named_like_kafkas_tools(tmp_path, shared_broker):
    for name in ("kafka-topics", "kafka-topics.sh"):
        (tmp_path / name).symlink_to(OTTLA)
        done = subprocess.run([tmp_path / name, "--bootstrap-server", shared_broker.address, "--list"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_data_directory_is_guarded(broker):
    second = subprocess.run([OTTLA, "serve", "--listen", "127.0.0.1:0", "--data-dir", broker.data], capture_output=True, text=True, timeout=30)
    assert second.returncode in FAILED
    assert str(broker.process.pid) in second.stderr


def test_a_taken_port_is_reported_once(broker, tmp_path):
    second = subprocess.run([OTTLA, "serve", "--listen", broker.address, "--data-dir", tmp_path / "d"], capture_output=True, text=True, timeout=30)
    assert second.returncode in FAILED and broker.address in second.stderr
    assert second.stderr.count("cannot listen on") == 1


def serve(*arguments):
    """`ottla serve` in memory on a free port, for starts that must fail."""
    return subprocess.run([OTTLA, "serve", "--listen", "127.0.0.1:0", "--ephemeral", *map(str, arguments)], capture_output=True, text=True, timeout=30)


@contextlib.contextmanager
def started(*arguments):
    """A broker's process and its banner."""
    process = subprocess.Popen([OTTLA, "serve", "--ephemeral", *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    try:
        yield process, process.stdout.readline()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_stray_words_and_security_that_is_not_there_stop_the_start(tmp_path):
    stray = serve("orders:3")
    assert stray.returncode in FAILED and "orders:3" in stray.stderr
    file = tmp_path / "server.properties"
    for text, word in (("listeners=SSL://127.0.0.1:0\n", "PLAINTEXT"), ("authorizer.class.name=a.B\n", "authorizer.class.name"),
                       ("controller.quorum.voters=1@a:1,2@b:1\n", "joining a quorum")):
        file.write_text(text)
        refused = serve("--config", file)
        assert refused.returncode in FAILED and word in refused.stderr


def test_an_ipv6_address_stands_in_brackets(tmp_path):
    ready = tmp_path / "ready"
    with started("--listen", "[::1]:0", "--ready-file", ready) as (_, banner):
        address = ready.read_text().strip()
        assert re.fullmatch(r"\[::1\]:\d+", address) and f" {address};" in banner
        assert "PartitionCount" in ottla("topics", "--bootstrap-server", address, "--create", "--topic", "t") + ottla(
            "topics", "--bootstrap-server", address, "--describe", "--topic", "t")


def test_advertised_listeners_are_told_to_clients_and_the_bound_address_to_the_operator(tmp_path):
    ready, file = tmp_path / "ready", tmp_path / "server.properties"
    file.write_text("advertised.listeners=PLAINTEXT://foo.invalid:99\nbroker.id=5\n")
    for options, told in ((), "foo.invalid:99"), (("--advertise", "bar.invalid:98"), "bar.invalid:98"):
        with started("--listen", "127.0.0.1:0", "--config", file, "--ready-file", ready, *options) as (_, banner):
            address = ready.read_text().strip()
            assert re.fullmatch(r"127\.0\.0\.1:\d+", address) and f" {address} (advertised as {told});" in banner
            nodes = AdminClient({"bootstrap.servers": address}).list_topics(timeout=30).brokers
            assert [(node.id, f"{node.host}:{node.port}") for node in nodes.values()] == [(5, told)]


def test_a_ready_file_of_an_earlier_run_goes_away_at_the_start(broker, tmp_path):
    ready = tmp_path / "ready"
    ready.write_text("127.0.0.1:1\n")
    failed = subprocess.run([OTTLA, "serve", "--listen", "127.0.0.1:0", "--data-dir", broker.data, "--ready-file", ready], capture_output=True, timeout=30)
    assert failed.returncode in FAILED and not ready.exists()


def test_topics_and_overrides_on_the_command_line():
    with Broker("--topic", "a:3", "--topic", "b:1", "--override", "num.partitions=7", "--override", "no.such.key=1", ephemeral=True) as broker:
        out = ottla("topics", "--bootstrap-server", broker.address, "--describe", "--topic", "a")
        assert "PartitionCount: 3" in out
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "c")
        assert "PartitionCount: 7" in ottla("topics", "--bootstrap-server", broker.address, "--describe", "--topic", "c")
        assert "no.such.key" in broker.output()


def test_server_properties_file(tmp_path):
    file = tmp_path / "server.properties"
    file.write_text("num.partitions=5\nauto.create.topics.enable=false\nbogus.key=1\n")
    with Broker("--config", str(file), ephemeral=True) as broker:
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "c")
        assert "PartitionCount: 5" in ottla("topics", "--bootstrap-server", broker.address, "--describe", "--topic", "c")
        assert "bogus.key" in broker.output()
    bad = subprocess.run([OTTLA, "serve", "--listen", "127.0.0.1:0", "--ephemeral", "--override", "num.partitions=abc"], capture_output=True, text=True, timeout=30)
    assert bad.returncode in FAILED and "num.partitions" in bad.stderr


@pytest.mark.parametrize("mode,word", [((), "fsync"), (("--durability", "os"), "os"), (("--ephemeral",), "memory")])
def test_the_banner_states_durability(mode, word, tmp_path):
    where = () if "--ephemeral" in mode else ("--data-dir", str(tmp_path / "d"))
    process = subprocess.Popen([OTTLA, "serve", "--listen", "127.0.0.1:0", *where, *mode], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert word in line and re.search(r"127\.0\.0\.1:\d+", line)


def test_a_stopped_broker_starts_clean_and_keeps_everything(broker, topic):
    create(broker, topic, retention_ms=100000000)
    produce_confluent(broker, topic, "zstd")
    broker.stop()
    assert os.path.exists(os.path.join(broker.data, ".kafka_cleanshutdown"))
    broker.start()
    assert len(consume_confluent(broker, topic, 200)) == 200
    assert "retention.ms=100000000" in ottla("topics", "--bootstrap-server", broker.address, "--describe", "--topic", topic)


def test_two_hundred_idle_connections(broker, topic):
    idle = [socket.create_connection(("127.0.0.1", broker.port)) for _ in range(200)]
    create(broker, topic)
    produce_confluent(broker, topic, "none", [b"x"])
    assert consume_confluent(broker, topic, 1) == [b"x"]
    for connection in idle:
        connection.close()


def test_an_unreachable_broker_is_reported_within_seconds():
    for address, word in (("127.0.0.1:1", "refused"), ("no-such-host.invalid:9092", "no-such-host.invalid")):
        began = time.monotonic()
        done = ottla("topics", "--bootstrap-server", address, "--list", check=False, timeout=30)
        assert done.returncode in FAILED
        assert time.monotonic() - began < 15
        assert word in (done.stdout + done.stderr).decode().lower()


def test_a_closed_pipe_ends_quietly(shared_broker, topic):
    create(shared_broker, topic)
    produce_confluent(shared_broker, topic, "none", [b"x" * 100] * 20000)
    done = subprocess.run(f"'{OTTLA}' console-consumer --bootstrap-server {shared_broker.address} --topic {topic} --from-beginning | head -1",
                          shell=True, capture_output=True, timeout=30)
    assert done.stdout == b"x" * 100 + b"\n"
    assert b"rror" not in done.stderr


def test_interrupting_the_consumer_commits_and_leaves(shared_broker, topic):
    create(shared_broker, topic)
    produce_confluent(shared_broker, topic, "none", [b"x"] * 10)
    process = subprocess.Popen(
        [OTTLA, "console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--group", topic, "--from-beginning"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(10):
        assert process.stdout.readline() == b"x\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    out = ottla("consumer-groups", "--bootstrap-server", shared_broker.address, "--describe", "--group", topic)
    row = next(line.split() for line in out.splitlines() if line.startswith(topic[:15]))
    assert row[3:6] == ["10", "10", "0"]


def test_producing_and_consuming_do_not_grow(shared_broker, topic):
    create(shared_broker, topic)
    line = b"x" * 999 + b"\n"
    producer = subprocess.Popen([OTTLA, "console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic], stdin=subprocess.PIPE)
    for _ in range(200):
        producer.stdin.write(line * 1000)
    peak = int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{producer.pid}/status").read())[1])
    producer.stdin.close()
    assert producer.wait(120) == 0
    assert peak < 150 << 10, f"{peak} KiB"
    consumer = subprocess.Popen([OTTLA, "console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--from-beginning",
                                 "--max-messages", "200000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    count = peak = 0
    while chunk := consumer.stdout.read(1 << 20):
        count += chunk.count(b"\n")
        with open(f"/proc/{consumer.pid}/status") as status:
            if match := re.search(r"VmHWM:\s+(\d+)", status.read()):
                peak = int(match[1])
    assert consumer.wait(60) == 0 and count == 200000
    assert peak < 150 << 10, f"{peak} KiB"
