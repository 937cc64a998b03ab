"""One node: its configuration, its process, and what is done to it."""
import os, re, shutil, signal, socket, subprocess

from support import KAFKA_HOME, OTTLA, free_port
from wire import Wire

SESSION_MS = 4000
# A node does not outlive the run, however that ends. It is the thread that started it whose end counts: nodes are started by the main one.
LEASH = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
SETTINGS = {
    "controller.listener.names": "CONTROLLER", "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "broker.session.timeout.ms": SESSION_MS, "broker.heartbeat.interval.ms": 500, "replica.lag.time.max.ms": 5000,
    "default.replication.factor": 3, "min.insync.replicas": 2, "unclean.leader.election.enable": "false", "auto.create.topics.enable": "false",
    # Several segments in a few minutes, and nothing deleted, so that all that was ever written can be compared.
    "log.segment.bytes": 1 << 20, "log.retention.ms": -1,
    "offsets.topic.num.partitions": 4, "offsets.topic.replication.factor": 3,
    "transaction.state.log.num.partitions": 4, "transaction.state.log.replication.factor": 3, "transaction.state.log.min.isr": 2,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 2000,
    "group.initial.rebalance.delay.ms": 0, "group.consumer.min.session.timeout.ms": 6000, "group.consumer.session.timeout.ms": 6000,
    "group.consumer.min.heartbeat.interval.ms": 1000, "group.consumer.heartbeat.interval.ms": 1000,
}


class Node:
    """A node on a loopback port, whose others know it by its public port: the same, or one where a proxy stands."""

    role, make = "broker", "Kafka"
    # A small heap, and the quick compiler only: a start is what is waited for most.
    java = {"KAFKA_HEAP": "256m", "KAFKA_OPTS": "-XX:TieredStopAtLevel=1"}

    def __init__(self, id, root, disks=1):
        self.id, self.directory = id, root / str(id)
        self.data, self.file, self.log = self.directory / "data", self.directory / "server.properties", self.directory / "server.log"
        # The first has the metadata log.
        self.disks = [self.data, *(self.directory / f"disk-{n}" for n in range(2, disks + 1))]
        self.port = self.public = free_port()
        self.process, self.paused, self.wire = None, False, None

    def __str__(self):
        return f"{self.role} {self.id} ({self.make})" if self.role == "broker" else f"controller {self.id}"

    def configure(self, voters):
        self.directory.mkdir()
        name = "PLAINTEXT" if self.role == "broker" else "CONTROLLER"
        lines = {
            "process.roles": self.role, "node.id": self.id, "listeners": f"{name}://127.0.0.1:{self.port}",
            "advertised.listeners": f"{name}://127.0.0.1:{self.public}", "log.dirs": ",".join(map(str, self.disks)),
            "controller.quorum.voters": ",".join(f"{voter.id}@127.0.0.1:{voter.public}" for voter in voters),
            "controller.quorum.bootstrap.servers": ",".join(f"127.0.0.1:{voter.public}" for voter in voters), **SETTINGS}
        if len(self.disks) > 1:
            # A disk that is gone is noticed soon.
            lines["log.flush.offset.checkpoint.interval.ms"] = 2000
        self.file.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))

    def replica(self, name):
        """The directory of a partition, or where it would be."""
        return next((disk / name for disk in self.disks if (disk / name).is_dir()), self.data / name)

    def format(self, cluster_id):
        """The started process that formats the directory."""
        features = ["--feature", "share.version=0", "--feature", "streams.version=0"] if self.role == "controller" else []
        return self.spawn([f"{KAFKA_HOME}/bin/kafka-storage", "format", "-t", cluster_id, "-c", self.file, *features])

    def command(self):
        return [f"{KAFKA_HOME}/bin/kafka-server", self.file]

    def spawn(self, words):
        environment = {**os.environ, **self.java}
        with open(self.log, "ab") as log:
            return subprocess.Popen([*LEASH, *map(str, words)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, start_new_session=True)

    def start(self):
        """Returns at once; whether it serves is for the cluster to say."""
        self.process = self.spawn(self.command())

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def answers(self):
        return self.running and not self.paused

    def kill(self):
        self.hang_up()
        if self.running:
            self.process.kill()
            self.process.wait(30)
        self.paused = False

    def stop(self, seconds=60):
        """In order. A node that does not end is killed, and TimeoutError says so."""
        self.hang_up()
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"{self} did not end within {seconds} s of SIGTERM: {self.said()}") from None

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        self.paused = True

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
        self.paused = False

    def said(self, size=2000):
        """The end of what it wrote, without the lines that say how it is configured."""
        text = self.log.read_bytes()[-20 * size:].decode(errors="replace") if self.log.exists() else ""
        return re.sub(r"(?m)^\t.*\n", "", text)[-size:]

    def ask(self, question, seconds=2):
        """The answer of this very node, not of one behind a proxy; None if it gives none."""
        try:
            if self.wire is None:
                self.wire = Wire(f"127.0.0.1:{self.port}")
            self.wire.socket.settimeout(seconds)
            return question(self.wire)
        except (OSError, EOFError, socket.timeout):
            self.hang_up()
            return None

    def hang_up(self):
        if self.wire is not None:
            self.wire.socket.close()
            self.wire = None


class Controller(Node):
    role = "controller"


class OttlaBroker(Node):
    make = "Ottla"

    def format(self, cluster_id):
        return self.spawn([OTTLA, "storage", "format", "--ignore-formatted", "--cluster-id", cluster_id, "--no-initial-controllers", "--config", self.file])

    def command(self):
        return [OTTLA, "serve", "--config", self.file]
