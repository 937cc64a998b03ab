"""A start never destroys data: directories of others, of Kafka, and of ours, compared file by file before and after."""
import contextlib, os, pathlib, re, shutil, socket, subprocess, time

import pytest

from support import FAILED, KAFKA_HOME, OTTLA, ROOT, Broker, ottla

FIXTURES = ROOT / "Tests/LogStorageTests/Fixtures/kafka-data-dir"
LINE = re.compile(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] (DEBUG|INFO|WARN|ERROR) .+ \(\w+\)$")


def files(directory):
    """Every file's bytes and every empty directory, by path."""
    found = {}
    for path in sorted(pathlib.Path(directory).rglob("*")):
        if path.is_file() and path.name != ".lock":
            found[str(path.relative_to(directory))] = path.read_bytes()
        elif path.is_dir() and not any(path.iterdir()):
            found[f"{path.relative_to(directory)}/"] = b""
    return found


def refused(directory, *options):
    done = subprocess.run([OTTLA, "serve", "--listen", "127.0.0.1:0", "--data-dir", directory, *options], capture_output=True, text=True, timeout=30)
    assert done.returncode in FAILED, done.stdout
    return done.stderr


def test_somebody_elses_directory_is_refused_and_left_alone(tmp_path):
    for path in ("photos-2023/a.jpg", "my-app-1/src/main.c", "soft-delete/mail"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("mine")
    before = files(tmp_path)
    told = refused(tmp_path)
    assert all(name in told for name in ("my-app-1", "photos-2023", "soft-delete", "meta.properties"))
    assert files(tmp_path) == before


def test_a_foreign_directory_beside_our_partitions_is_named(broker):
    ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "t")
    broker.stop()
    (pathlib.Path(broker.data) / "photos").mkdir()
    before = files(broker.data)
    assert "photos" in refused(broker.data)
    assert files(broker.data) == before
    os.rmdir(os.path.join(broker.data, "photos"))
    broker.start()


def test_what_the_metadata_does_not_know_is_kept_and_named(broker):
    ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "t")
    ottla("console-producer", "--bootstrap-server", broker.address, "--topic", "t", stdin="one\ntwo\n")
    broker.stop()
    data = pathlib.Path(broker.data)
    shutil.copytree(data / "t-0", data / "photos-2023")
    (data / "my-app-1").mkdir()
    (data / "my-app-1" / "letter").write_text("mine")
    records = (data / "t-0" / "00000000000000000000.log").read_bytes()
    broker.start()
    stray = {path.name.split(".")[0]: path for path in data.iterdir() if path.name.endswith("-stray")}
    assert set(stray) == {"photos-2023", "my-app-1"}
    assert (stray["photos-2023"] / "00000000000000000000.log").read_bytes() == records
    assert (stray["my-app-1"] / "letter").read_text() == "mine"
    for path in stray.values():
        line = next(line for line in broker.output().splitlines() if path.name in line)
        assert LINE.match(line) and f"rm -r '{path}'" in line
        subprocess.run(re.search(r"rm -r '[^']+'", line)[0], shell=True, check=True)
    read = ["console-consumer", "--bootstrap-server", broker.address, "--topic", "t", "--from-beginning", "--max-messages", "2"]
    assert ottla(*read) == "one\ntwo\n"
    broker.stop()
    broker.start()
    assert ottla(*read) == "one\ntwo\n" and not [path for path in data.iterdir() if "-stray" in path.name]


def delete_records(address, topic, partition):
    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import AdminClient
    admin = AdminClient({"bootstrap.servers": address})
    for future in admin.delete_records([TopicPartition(topic, partition, -1)]).values():
        assert future.result(30)


def test_a_deleted_topics_files_go_and_its_records_do_not_come_back(broker):
    at = ["--bootstrap-server", broker.address]
    for text in ("old", "new"):
        ottla("topics", *at, "--create", "--topic", "t", "--partitions", "2")
        ottla("console-producer", *at, "--topic", "t", stdin=f"{text}\n")
        if text == "old":
            # A start of the log that a checkpoint names must go with the topic.
            delete_records(broker.address, "t", 0)
            ottla("topics", *at, "--delete", "--topic", "t")
    broker.kill()
    broker.start()
    assert ottla("console-consumer", *at, "--topic", "t", "--from-beginning", "--max-messages", "1") == "new\n"
    broker.stop()
    assert sorted(name for name in os.listdir(broker.data) if name.startswith("t-")) == ["t-0", "t-1"]


def test_many_clients_delete_records_at_once(broker):
    """The file of log starts is written by one at a time."""
    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import AdminClient
    ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "t", "--partitions", 8)
    for index in range(8):
        subprocess.run(["kcat", "-b", broker.address, "-P", "-t", "t", "-p", str(index)], input=b"x\n" * 30, check=True)
    admins = [AdminClient({"bootstrap.servers": broker.address}) for _ in range(8)]
    futures = [future for offset in range(1, 31) for index, admin in enumerate(admins)
               for future in admin.delete_records([TopicPartition("t", index, offset)]).values()]
    assert all(future.result(60) for future in futures)
    broker.kill()
    broker.start()
    assert ottla("get-offsets", "--bootstrap-server", broker.address, "--time", "earliest") == "".join(f"t:{index}:30\n" for index in range(8))


def test_a_topic_whose_log_cannot_be_made_is_refused_with_the_reason(broker):
    pathlib.Path(broker.data, "blocked-1").write_text("a file")
    done = ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "blocked", "--partitions", "3", check=False)
    assert done.returncode in FAILED and b"blocked-1" in done.stdout + done.stderr and b"Created" not in done.stdout
    assert "blocked" not in ottla("topics", "--bootstrap-server", broker.address, "--list")
    assert broker.output().count("blocked-1 is not available") == 1
    os.remove(os.path.join(broker.data, "blocked-1"))
    assert "Created topic" in ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "blocked", "--partitions", "3")


@pytest.fixture
def few_descriptors(tmp_path):
    """Starts a broker with 120 descriptors, from a shell that sets the limit for it alone."""
    wrapper = tmp_path / "limited"
    wrapper.write_text(f"#!/bin/sh\nulimit -n 120\nexec '{OTTLA}' \"$@\"\n")
    wrapper.chmod(0o755)
    return str(wrapper)


def test_three_hundred_partitions_with_a_hundred_and_twenty_descriptors(few_descriptors, monkeypatch):
    import support
    from confluent_kafka import Consumer, Producer, TopicPartition
    monkeypatch.setattr(support, "OTTLA", few_descriptors)
    with Broker() as broker:
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "many", "--partitions", 300)
        failures = []
        for round in range(3):
            producer = Producer({"bootstrap.servers": broker.address, "acks": "all"})
            for index in range(300):
                producer.produce("many", b"%d" % round, partition=index, on_delivery=lambda error, _: failures.append(error) if error else None)
            assert producer.flush(60) == 0 and not failures
            if round == 0:
                broker.stop()
            else:
                broker.kill()
            broker.start()
        assert len(os.listdir(f"/proc/{broker.process.pid}/fd")) < 120
        consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "g"})
        consumer.assign([TopicPartition("many", index, 0) for index in range(300)])
        seen = []
        while len(seen) < 900:
            messages = consumer.consume(1000, 60)
            assert messages
            seen += [message.value() for message in messages]
        consumer.close()
        assert sorted(seen) == [b"0"] * 300 + [b"1"] * 300 + [b"2"] * 300


def test_a_full_disk_refuses_producers_and_tells_the_operator_once(tmp_path, monkeypatch):
    import support
    wrapper = tmp_path / "limited"
    # A file may have half a megabyte; what is beyond is an error instead of a signal.
    wrapper.write_text(f"#!/bin/bash\ntrap '' XFSZ\nulimit -f 512\nexec '{OTTLA}' \"$@\"\n")
    wrapper.chmod(0o755)
    monkeypatch.setattr(support, "OTTLA", str(wrapper))
    with Broker() as broker:
        at = ["--bootstrap-server", broker.address]
        ottla("topics", *at, "--create", "--topic", "t")
        done = subprocess.run([OTTLA, "console-producer", *at, "--topic", "t", "--message-send-max-retries", "0"], input=b"x" * 900 + b"\n", capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        lines = b"".join(b"%06d" % n + b"x" * 994 + b"\n" for n in range(2000))
        done = subprocess.run([OTTLA, "console-producer", *at, "--topic", "t", "--message-send-max-retries", "0"], input=lines, capture_output=True, timeout=60)
        assert done.returncode in FAILED
        assert sum("t-0 cannot be appended to" in line for line in broker.output().splitlines()) == 1
        assert ottla("console-consumer", *at, "--topic", "t", "--from-beginning", "--max-messages", "1") == "x" * 900 + "\n"


def test_lines_for_the_operator_have_kafkas_time_a_level_and_a_kind(broker):

    with socket.create_connection(("127.0.0.1", broker.port)) as connection:
        connection.sendall(b"\x00\x00\x00\x0e\x00\x03\x00\x63\x00\x00\x00\x01\x00\x04me-1\x00\x00")
        assert connection.recv(1) == b""
    broker.stop()
    lines = [line for line in broker.output().splitlines() if line.startswith("[")]
    assert lines and all(LINE.match(line) for line in lines), broker.output()
    assert any("on PLAINTEXT" in line and f"port {broker.port}" in line for line in lines)
    assert "--log-level" in refused(broker.data, "--log-level", "loud")


def test_connections_leave_descriptors_for_files(few_descriptors, monkeypatch):
    """Clients that connect without end are made to wait and told; a log at rest can be written to meanwhile and afterwards."""
    import support
    from confluent_kafka import Producer
    monkeypatch.setattr(support, "OTTLA", few_descriptors)
    with Broker() as broker:
        at = ["--bootstrap-server", broker.address]
        ottla("topics", *at, "--create", "--topic", "t", "--partitions", 20)
        failures = []
        producer = Producer({"bootstrap.servers": broker.address, "acks": "all"})

        def produce():
            for index in range(20):
                producer.produce("t", b"x", partition=index, on_delivery=lambda error, _: failures.append(error) if error else None)
            assert producer.flush(30) == 0 and not failures, failures

        produce()
        descriptors = lambda: os.listdir(f"/proc/{broker.process.pid}/fd")
        logs = lambda: [name for name in descriptors() if os.readlink(f"/proc/{broker.process.pid}/fd/{name}").endswith(".log")]
        deadline = time.monotonic() + 60
        while logs():
            # Logs at rest give their descriptors back.
            assert time.monotonic() < deadline
            time.sleep(0.2)
        held = [socket.create_connection(("127.0.0.1", broker.port), timeout=30) for _ in range(150)]
        while "takes no more connections" not in broker.output():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        produce()
        assert len(descriptors()) < 120
        for connection in held:
            connection.close()
        ottla("topics", *at, "--create", "--topic", "u")
        produce()
        assert "refuses everything" not in broker.output()


def test_a_broker_whose_lines_nobody_reads_goes_on():
    """A pipe that is full and never emptied must not stop the broker."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    process = subprocess.Popen([OTTLA, "serve", "--listen", "127.0.0.1:0", "--ephemeral"], stdout=subprocess.PIPE, stderr=writing, text=True)
    try:
        port = int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[1])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(b"\x7f\xff\xff\xff")
            assert connection.recv(1) == b""
        assert ottla("topics", "--bootstrap-server", f"127.0.0.1:{port}", "--list").strip() == ""
    finally:
        process.terminate()
        assert process.wait(30) == 0
        os.close(reading)
        os.close(writing)


def test_the_log_level_is_obeyed(tmp_path):
    with Broker("--override", "no.such.key=1", "--log-level", "error", ephemeral=True) as broker:
        assert "no.such.key" not in broker.output()


# Beside Kafka: the same damage, and both refuse, or both serve the same.

def plant(path, text="mine"):
    def deed(data):
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / path).write_text(text)
    return deed


def remove(path):
    def deed(data):
        shutil.rmtree(data / path) if (data / path).is_dir() else os.remove(data / path)
    return deed


DEEDS = {
    "nothing": lambda data: None,
    "a foreign directory": plant("photos/a.jpg"),
    "a directory like a partition": plant("my-app-1/src/main.c"),
    "a marked directory that nobody marked": plant("soft-delete/x"),
    "a file": plant("notes.txt"),
    "no metadata log": remove("__cluster_metadata-0"),
    "no partition.metadata": remove("plain-0/partition.metadata"),
    "another topic id": plant("plain-0/partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAEAAAAAAAAAAg"),
    "a damaged partition.metadata": plant("plain-0/partition.metadata", "garbage\n"),
    "damaged leader epochs": plant("plain-0/leader-epoch-checkpoint", "garbage"),
    "damaged checkpoints": plant("recovery-point-offset-checkpoint", "garbage"),
}


def what_is_served(address):
    at = ["--bootstrap-server", address]
    topics = [line for line in ottla("topics", *at, "--describe").splitlines() if line.startswith("Topic:")]
    offsets = [ottla("get-offsets", *at, *time, check=False).stdout.decode() for time in ((), ("--time", "earliest"))]
    return sorted(re.sub(r"TopicId: \S+", "", line) for line in topics), offsets


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set")
@pytest.mark.parametrize("name,deed", [("clean", deed) for deed in DEEDS] + [("killed", "nothing")])
def test_kafka_and_we_serve_or_refuse_the_same(name, deed, tmp_path):
    served = {}
    for side in ("kafka", "ottla"):
        directory = tmp_path / side
        directory.mkdir()
        subprocess.run(["tar", "-xzf", FIXTURES / f"{name}.tar.gz", "-C", directory], check=True)
        DEEDS[deed](directory / "data")
        served[side] = (kafka_serves if side == "kafka" else we_serve)(directory)
    assert served["ottla"] == served["kafka"]


def kafka_serves(directory):
    launcher = f"{KAFKA_HOME}/bin/kafka-broker"
    done = subprocess.run([launcher, "start", directory, "0"], capture_output=True, text=True)
    try:
        return what_is_served(done.stdout.strip()) if done.returncode == 0 else "refused"
    finally:
        subprocess.run([launcher, "wipe", directory], check=False, capture_output=True)


def we_serve(directory):
    broker = Broker(data=str(directory / "data"))
    try:
        broker.start()
    except AssertionError as error:
        assert str(directory / "data") in str(error)
        return "refused"
    try:
        return what_is_served(broker.address)
    finally:
        broker.stop()
        shutil.rmtree(broker.directory, ignore_errors=True)
