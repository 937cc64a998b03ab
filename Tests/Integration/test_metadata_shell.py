"""kafka-metadata-shell on the directories of real brokers: the tree is the one that Kafka's own classes make of the same files."""
import json, pathlib, subprocess, time

import pytest

from support import KAFKA_HOME, OTTLA, Broker, KafkaBroker, ottla

TREE = pathlib.Path(__file__).with_name("MetadataTree.java")


def shell(path, *words, **options):
    return ottla("kafka-metadata-shell", "--snapshot", path, *words, **options)


def tree_of_kafka(path):
    done = subprocess.run(["java", "-cp", f"{KAFKA_HOME}/libs/*", str(TREE), str(path)], capture_output=True, text=True, timeout=100, check=True)
    # What Kafka logs while it reads is on standard output too.
    return "".join(line for line in done.stdout.splitlines(True) if " ERROR Ignoring control record " not in line)


@pytest.mark.skipif(not KAFKA_HOME, reason="needs KAFKA_HOME and Java")
def test_the_tree_is_the_one_of_kafkas_classes():
    authorizer = ["authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users=User:ANONYMOUS",
                  "metadata.log.max.record.bytes.between.snapshots=3000"]
    with KafkaBroker(*authorizer) as broker:
        at = ["--bootstrap-server", broker.address]
        ottla("topics", *at, "--create", "--topic", "orders", "--partitions", 3, "--config", "retention.ms=1000")
        ottla("topics", *at, "--create", "--topic", "gone")
        # Kafka shows a topic a while after it has said that it made it.
        deadline = time.monotonic() + 30
        while ottla("topics", *at, "--delete", "--topic", "gone", check=False).returncode:
            assert time.monotonic() < deadline
        for what in (["--user", "alice", "--add-config", "SCRAM-SHA-256=[password=secret]"],
                     ["--user", "bob", "--add-config", "SCRAM-SHA-512=[iterations=5000,password=secret]"],
                     ["--user", "a(b)\\c", "--client", "app", "--add-config", "producer_byte_rate=12345678901,request_percentage=12.5"],
                     ["--ip", "10.0.0.1", "--add-config", "connection_creation_rate=10"],
                     ["--broker", 1, "--add-config", "log.cleaner.threads=2"], ["--client-metrics", "m", "--add-config", "interval.ms=60000"]):
            ottla("configs", *at, "--alter", *what)
        ottla("kafka-acls", *at, "--add", "--allow-principal", "User:bob", "--operation", "Read", "--topic", "or", "--resource-pattern-type", "prefixed")
        log = next(pathlib.Path(broker.directory).rglob("__cluster_metadata-0/00000000000000000000.log"))
        # Kafka writes its snapshots beside its other work.
        deadline = time.monotonic() + 60
        while not list(log.parent.glob("*.checkpoint")):
            assert time.monotonic() < deadline, "Kafka writes no snapshot"
            time.sleep(0.1)
        subprocess.run([f"{KAFKA_HOME}/bin/kafka-broker", "stop", broker.directory], check=True, capture_output=True)
        assert (expected := tree_of_kafka(log)) == shell(log, "tree", "/image")
        for place in ("StandardAcl[", "ScramCredentialData(", "user(a\\(b\\)\\\\c)", "1.2345678901E10", "CLIENT_METRICS:m", "BROKER:1", "log.cleaner.threads"):
            assert place in expected
        snapshots = sorted(log.parent.glob("*.checkpoint"))
        assert tree_of_kafka(snapshots[-1]) == shell(snapshots[-1], "tree", "/image")
        # A snapshot and the log behind it give what the whole log gives.
        assert shell(log.parent.parent, "tree", "/image") == expected


def test_the_directory_of_a_running_broker_is_refused_and_a_stopped_ones_is_read():
    with Broker() as broker:
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "orders", "--partitions", 2)
        refused = shell(broker.data, "ls", check=False)
        assert refused.returncode == 1 and refused.stdout == b""
        assert refused.stderr.decode() == (f"Unable to lock {broker.data}. Please ensure that no broker or controller process is using this directory "
                                           "before proceeding.\n")
        broker.stop()
        log = f"{broker.data}/__cluster_metadata-0/00000000000000000000.log"
        assert shell(log, "ls", "/image/topics/byName/orders") == "0\n1\nid\nname\n"
        assert shell(broker.data, "tree", "/image") == shell(log, "tree", "/image")
        rows = json.loads(ottla("metadata-shell", "-s", broker.data, "--output", "json", "cat", "/image/topics/byName/*/name"))
        assert rows["values"] == [{"path": "/image/topics/byName/orders/name", "value": "orders"}]
        broker.start()


def test_commands_are_read_from_standard_input_and_from_a_terminal(tmp_path):
    with Broker() as broker:
        broker.stop()
        assert shell(broker.data, stdin="cd /local\nls\ncat version\nexit\n").endswith("commitId\nversion\n4.3.1\n")
        script = f"stty cols 20; {OTTLA} metadata-shell -s {broker.data}"
        done = subprocess.run(["script", "-qec", script, "/dev/null"], input=b"ls /local\nls /nosuch\nexit\n", capture_output=True, timeout=60)
        screen = done.stdout.replace(b"\r", b"").decode()
        assert done.returncode == 0 and ">> " in screen and "commitId  version" in screen and "/nosuch: no such file or directory." in screen
        broker.start()
