"""kafka-server-start and kafka-server-stop: a broker of ours under Kafka's script names, on a directory that was formatted before."""
import contextlib, os, random, signal, subprocess, time

import pytest

from support import KAFKA_HOME, OTTLA, Broker, free_port, links, ottla


class Node:
    """A server.properties file with a node id that no other test has."""

    def __init__(self, directory, **keys):
        self.directory, self.port, self.id = directory, free_port(), random.randrange(100_000, 2**31)
        self.data, self.file = directory / "data", directory / "server.properties"
        keys = {"process.roles": "broker,controller", "node.id": self.id, "controller.listener.names": "CONTROLLER", "log.dirs": self.data,
                "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{free_port()}",
                "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT", **keys}
        keys.setdefault("controller.quorum.voters", f"{self.id}@{keys['listeners'].rsplit('//')[-1]}")
        self.file.write_text("".join(f"{key}={value}\n" for key, value in keys.items()))
        self.environment = {**os.environ, "PATH": f"{links(directory / 'bin')}:{os.environ['PATH']}"}
        for tool in ("kafka-server-start.sh", "kafka-server-stop.sh"):
            with contextlib.suppress(FileExistsError):
                (directory / "bin" / tool).symlink_to(OTTLA)

    def run(self, *words, **environment):
        return subprocess.run([str(word) for word in words], cwd=self.directory, env={**self.environment, **environment}, capture_output=True, text=True,
                              timeout=60)

    def format(self):
        """As `ottla serve` does it."""
        with Broker("--override", f"node.id={self.id}", data=str(self.data)):
            pass

    def topics(self):
        return ottla("topics", "--bootstrap-server", f"127.0.0.1:{self.port}", "--list", check=False)

    def wait_until_gone(self):
        deadline = time.monotonic() + 30
        while self.topics().returncode == 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def node(tmp_path):
    node = Node(tmp_path)
    yield node
    node.run("kafka-server-stop.sh", f"--node-id={node.id}", SIGNAL="KILL")


def test_an_unformatted_directory_is_refused_and_nothing_is_made_of_it(node):
    done = node.run("kafka-server-start.sh", "server.properties")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (f"No readable meta.properties files found. {node.data} is not formatted; to format it: kafka-storage.sh format "
                           "--cluster-id $(kafka-storage.sh random-uuid) --config server.properties\n")
    assert not node.data.exists()
    assert node.run("kafka-server-start.sh", "-daemon", "server.properties").returncode == 1


def test_a_broker_in_the_background_answers_and_is_stopped_by_its_node_id(node):
    node.format()
    started = node.run("kafka-server-start.sh", "-daemon", "server.properties", "--override", "auto.create.topics.enable=false")
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")
    assert node.topics().returncode == 0
    assert " is ready on " in (node.data / "kafkaServer.out").read_text()
    # Another one on the same directory says why it cannot, and leaves the first alone.
    second = node.run("kafka-server-start.sh", "-daemon", "server.properties", "--override", f"listeners=PLAINTEXT://127.0.0.1:{free_port()}")
    assert second.returncode == 1 and "in use" in second.stderr
    assert node.topics().returncode == 0
    assert node.run("kafka-server-stop.sh", f"--node-id={node.id + 1}").stdout == "No kafka server to stop\n"
    assert node.topics().returncode == 0
    stopped = node.run("kafka-server-stop.sh", f"--node-id={node.id}")
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (0, "", "")
    node.wait_until_gone()
    assert (node.data / ".kafka_cleanshutdown").exists()
    none = node.run("kafka-server-stop.sh", f"--node-id={node.id}")
    assert none.returncode == 1 and none.stdout == "No kafka server to stop\n"


def test_the_log_of_a_broker_in_the_background_goes_to_log_dir(node):
    node.format()
    assert node.run("kafka-server-start.sh", "-daemon", "server.properties", LOG_DIR=str(node.directory / "logs")).returncode == 0
    assert " is ready on " in (node.directory / "logs" / "kafkaServer.out").read_text()
    assert node.run("kafka-server-stop.sh", f"--node-id={node.id}", SIGNAL="INT").returncode == 0
    node.wait_until_gone()


def test_brokers_of_serve_are_left_alone(node):
    with Broker("--override", f"node.id={node.id}") as broker:
        assert node.run("kafka-server-stop.sh", f"--node-id={node.id}").returncode == 1
        ottla("topics", "--bootstrap-server", broker.address, "--list")


def test_whoever_has_the_script_on_its_command_line_is_left_alone(node):
    # As a pager that shows the script has, and a program under its name; both wait for what nobody writes.
    os.mkfifo(node.directory / "fifo")
    words = ["kafka-server-start.sh", "server.properties", "fifo"]
    reader, other = (subprocess.Popen(arguments, executable="/bin/cat", cwd=node.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                     for arguments in (["cat", *words], words))
    try:
        assert node.run("kafka-server-stop.sh", f"--node-id={node.id}").returncode == 1
        time.sleep(0.2)
        assert reader.poll() is None and other.poll() is None
    finally:
        for process in (reader, other):
            process.kill()
            process.wait()


def test_a_broker_in_the_foreground_ends_cleanly_on_sigterm(node):
    node.format()
    process = subprocess.Popen(["kafka-server-start.sh", "server.properties", "--override", f"num.partitions={3}"], cwd=node.directory, env=node.environment,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert " is ready on " in process.stdout.readline()
    ottla("topics", "--bootstrap-server", f"127.0.0.1:{node.port}", "--create", "--topic", "t")
    assert "PartitionCount: 3" in ottla("topics", "--bootstrap-server", f"127.0.0.1:{node.port}", "--describe", "--topic", "t")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


@pytest.mark.skipif(not KAFKA_HOME, reason="needs KAFKA_HOME and Java")
def test_what_kafkas_storage_tool_formats_is_started(node):
    format = [f"{KAFKA_HOME}/bin/kafka-storage.sh", "format", "-t", "E8eCNUuHREe2JoW4W4_XVg", "-c", "server.properties"]
    assert node.run(*format).returncode == 0
    assert node.run("kafka-server-start.sh", "-daemon", "server.properties").returncode == 0
    assert ottla("cluster", "cluster-id", "--bootstrap-server", f"127.0.0.1:{node.port}") == "Cluster ID: E8eCNUuHREe2JoW4W4_XVg\n"
    assert node.run("kafka-server-stop.sh", f"--node-id={node.id}").returncode == 0
    node.wait_until_gone()
