"""kafka-storage: what it formats is started by our broker and by Kafka's, one after the other on the same directory."""
import re, subprocess

import pytest

from support import KAFKA_HOME, OTTLA, Broker, free_port, ottla

CLUSTER = "E8eCNUuHREe2JoW4W4_XVg"
# How a directory is formatted, and what the configuration says of the quorum.
QUORUMS = {"voters": ("controller.quorum.voters=5@127.0.0.1:{port}", []), "standalone": ("controller.quorum.bootstrap.servers=127.0.0.1:{port}", ["-s"]),
           "initial": ("controller.quorum.bootstrap.servers=127.0.0.1:{port}", ["-I", "5@127.0.0.1:{port}:HEQQ_4JGTOWIqeY3LxMjPQ"])}


class Node:
    """The configuration of a node that is broker and controller, in a directory of its own."""

    def __init__(self, directory, quorum):
        self.directory, self.data, self.file, self.port, controller = directory, directory / "data", directory / "server.properties", free_port(), free_port()
        setting, self.words = QUORUMS[quorum]
        self.words = [word.format(port=controller) for word in self.words]
        self.file.write_text(f"""process.roles=broker,controller
node.id=5
listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
{setting.format(port=controller)}
log.dirs={self.data}
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
""")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def format(self, *words):
        return ottla("kafka-storage.sh", "format", "--cluster-id", CLUSTER, "--config", self.file, *self.words, *words)

    def checked(self, before, after):
        """What a broker of this directory must say; then one more topic."""
        assert ottla("cluster", "cluster-id", "--bootstrap-server", self.address) == f"Cluster ID: {CLUSTER}\n"
        assert ottla("topics", "--bootstrap-server", self.address, "--list", "--exclude-internal").split() == before
        ottla("topics", "--bootstrap-server", self.address, "--create", "--topic", after)
        ottla("console-producer", "--bootstrap-server", self.address, "--topic", after, stdin=b"one\n")


class Ours(Broker):
    def __init__(self, node):
        super().__init__("--config", str(node.file), data=str(node.data))
        self.port = node.port


class Kafkas:
    """Kafka's broker with the node's own file, which its launcher would write anew."""

    def __init__(self, node):
        self.node = node

    def __enter__(self):
        self.log = open(self.node.directory / "kafka.log", "ab")
        self.process = subprocess.Popen([f"{KAFKA_HOME}/bin/kafka-server", str(self.node.file)], stdout=self.log, stderr=self.log, start_new_session=True)
        for _ in range(100):
            if ottla("broker-api-versions", "--bootstrap-server", self.node.address, check=False).returncode == 0:
                return self
            assert self.process.poll() is None, (self.node.directory / "kafka.log").read_text()[-3000:]
        raise AssertionError("Kafka does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self.log.close()


@pytest.mark.parametrize("quorum", QUORUMS)
def test_our_broker_starts_on_what_is_formatted(tmp_path, quorum):
    node = Node(tmp_path, quorum)
    node.format("--release-version", "4.2", "--feature", "transaction.version=1", "--add-scram", "SCRAM-SHA-256=[name=alice,password=secret]")
    directory = re.search("directory.id=(.*)", (node.data / "meta.properties").read_text())[1]
    with Ours(node):
        node.checked([], "first")
        features = ottla("features", "--bootstrap-server", node.address, "describe")
        assert re.search(r"transaction\.version.*FinalizedVersionLevel: 1\b", features), features
        assert re.search(r"metadata\.version.*FinalizedVersionLevel: 4\.2", features), features
    with Ours(node):
        node.checked(["first"], "second")
    assert f"directory.id={directory}\n" in (node.data / "meta.properties").read_text()
    assert f"cluster.id={CLUSTER}, directory.id={directory}, node.id=5" in ottla("kafka-storage", "info", "-c", node.file)
    assert ottla("kafka-metadata-shell", "-s", node.data, "ls", "/image/scram/SCRAM-SHA-256") == "alice\n"


def test_the_directory_of_a_quorum_of_others_is_refused(tmp_path):
    node = Node(tmp_path, "initial")
    node.words[1] += ",6@127.0.0.1:1:07R5amHmR32VDA6jHkGbTA"
    node.format()
    done = subprocess.run([OTTLA, "serve", "--config", str(node.file)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "a quorum with the voters 5, 6, and this broker, node 5, is its own quorum" in done.stderr


@pytest.mark.skipif(not KAFKA_HOME, reason="needs KAFKA_HOME and Java")
@pytest.mark.parametrize("quorum", QUORUMS)
def test_kafka_starts_on_what_is_formatted_and_ours_after_it(tmp_path, quorum):
    node = Node(tmp_path, quorum)
    node.format("--add-scram", "SCRAM-SHA-512=[name=alice,password=secret]")
    with Kafkas(node):
        node.checked([], "first")
        scram = ottla("configs", "--bootstrap-server", node.address, "--describe", "--user", "alice")
        assert "SCRAM-SHA-512=iterations=4096" in scram
        quorums = ottla("metadata-quorum", "--bootstrap-server", node.address, "describe", "--status")
        assert '"id": 5' in quorums and ("HEQQ_4JGTOWIqeY3LxMjPQ" in quorums) == (quorum == "initial"), quorums
    with Ours(node):
        node.checked(["first"], "second")
        assert ottla("console-consumer", "--bootstrap-server", node.address, "--topic", "first", "--from-beginning", "--max-messages", 1) == "one\n"
    with Kafkas(node):
        node.checked(["first", "second"], "third")


@pytest.mark.skipif(not KAFKA_HOME, reason="needs KAFKA_HOME and Java")
def test_both_tools_leave_the_same_records(tmp_path):
    def records(tool, name):
        (tmp_path / name).mkdir()
        node = Node(tmp_path / name, "initial")
        words = ["format", "-t", CLUSTER, "-c", str(node.file), *node.words[:1], "5@127.0.0.1:9093:HEQQ_4JGTOWIqeY3LxMjPQ", "-r", "4.1"]
        subprocess.run([*tool, *words, "-S", "SCRAM-SHA-256=[name=a,salt=YWJj,password=b]"], check=True, capture_output=True)
        files = f"{node.data}/bootstrap.checkpoint,{node.data}/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"
        lines = ottla("kafka-dump-log", "--cluster-metadata-decoder", "--print-data-log", "--files", files)
        meta = sorted(line for line in (node.data / "meta.properties").read_text().splitlines() if not line.startswith("#"))
        text = re.sub(r"(Timestamp\"?:|CreateTime:|crc:|position:|size:) *\d+", r"\1", lines)
        return meta, [line for line in text.splitlines() if line.startswith("|")]

    ours, kafkas = records([OTTLA, "kafka-storage"], "ours"), records([f"{KAFKA_HOME}/bin/kafka-storage.sh"], "kafkas")
    assert ours == kafkas
    assert any("KRaftVoters" in line for line in ours[1]) and any("USER_SCRAM_CREDENTIAL_RECORD" in line for line in ours[1])
