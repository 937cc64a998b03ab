"""A KRaft cluster on loopback of Kafka's controllers and of brokers of either make."""
import os, pathlib, re, shutil, signal, subprocess, tempfile, time

from support import KAFKA_HOME, OTTLA

SETTINGS = ("offsets.topic.replication.factor=3", "offsets.topic.num.partitions=6", "transaction.state.log.replication.factor=3",
            "transaction.state.log.num.partitions=6", "transaction.state.log.min.isr=2", "min.insync.replicas=2", "auto.leader.rebalance.enable=false",
            "unclean.leader.election.enable=false")
SESSION_SECONDS = 4  # broker.session.timeout.ms of kafka-nodes


class Kafka:
    """A controller (from 1001 on) or broker (from 1 on) of Kafka's."""

    def __init__(self, cluster, id):
        self.cluster, self.id = cluster, id

    @property
    def pid(self):
        return int((self.cluster.directory / str(self.id) / "pid").read_text())

    def start(self):
        self.cluster.call("node", self.id, "start")

    def stop(self):
        self.cluster.call("node", self.id, "stop")

    def kill(self):
        self.cluster.call("node", self.id, "kill")

    def __str__(self):
        return f"kafka {self.id}"


class Ottla:
    """A broker of ours (from 11 on)."""

    def __init__(self, cluster, id):
        self.cluster, self.id, self.process = cluster, id, None
        self.directory = cluster.directory / str(id)
        self.file = pathlib.Path(cluster.call("properties", id, 0, *SETTINGS))
        subprocess.run([OTTLA, "storage", "format", "--cluster-id", cluster.id, "--no-initial-controllers", "--config", self.file], check=True,
                       capture_output=True)

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        ready = self.directory / "ready"
        ready.unlink(missing_ok=True)
        with open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen([OTTLA, "serve", "--config", self.file, "--ready-file", ready], stdout=log, stderr=log)
        deadline = time.monotonic() + 90
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self} has not started:\n" + (self.directory / "server.log").read_text()[-2000:])
            time.sleep(0.02)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(90) != 0:
            raise RuntimeError(f"{self} has not stopped in order:\n" + (self.directory / "server.log").read_text()[-2000:])

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)

    def __str__(self):
        return f"ottla {self.id}"


class Cluster:
    """From a layout such as 1c+2k+1o: controllers, Kafka's brokers, ours."""

    def __init__(self, layout):
        count = {letter: int(number) for number, letter in re.findall(r"(\d)([cko])", layout)}
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="ottla-torture-"))
        self.brokers, self.controllers, self.suspended = [], [], set()
        try:
            self.call("start", count["c"], count.get("k", 0), *SETTINGS)
            env = dict(line.split("=", 1) for line in (self.directory / "cluster.env").read_text().splitlines())
            self.id = env["CLUSTER_ID"]
            self.controllers = [Kafka(self, 1001 + n) for n in range(count["c"])]
            self.brokers = [Kafka(self, 1 + n) for n in range(count.get("k", 0))]
            for n in range(count.get("o", 0)):
                self.brokers.append(Ottla(self, 11 + n))
                self.brokers[-1].start()
        except BaseException:
            self.end()
            raise

    def call(self, word, *arguments):
        done = subprocess.run([f"{KAFKA_HOME}/bin/kafka-nodes", word, str(self.directory), *map(str, arguments)], capture_output=True, text=True, timeout=200,
                              env={**os.environ, "KAFKA_FEATURES": "share.version=0 streams.version=0", "KAFKA_HEAP": "256m"})
        if done.returncode:
            raise RuntimeError(f"kafka-nodes {word} {arguments}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def address(self, node):
        return re.search(r"^advertised.listeners=PLAINTEXT://(.*)$", (self.directory / str(node.id) / "server.properties").read_text(), re.M)[1]

    @property
    def addresses(self):
        return ",".join(self.address(node) for node in self.brokers)

    def tool(self, *words, timeout=60):
        """Standard output of a tool of ours that asks the cluster; None when that did not work for now."""
        try:
            done = subprocess.run([OTTLA, words[0], "--bootstrap-server", self.addresses, *map(str, words[1:])], capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout if done.returncode == 0 else None

    def suspend(self, node):
        os.kill(node.pid, signal.SIGSTOP)
        self.suspended.add(node.pid)

    def resume(self, node):
        os.kill(node.pid, signal.SIGCONT)
        self.suspended.discard(node.pid)

    def leaders(self):
        """(topic, partition) → leader; None while nobody says."""
        text = self.tool("topics", "--describe", timeout=10)
        if text is None:
            return None
        rows = re.findall(r"Topic: (\S+)\tPartition: (\d+)\tLeader: (\S+)", text)
        return {(topic, int(partition)): leader for topic, partition, leader in rows}

    def await_leaders(self, seconds, without=None):
        """How long it took until every partition had a leader, other than a node that is gone."""
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            leaders = self.leaders()
            if leaders and all(leader != "none" and leader != str(without) for leader in leaders.values()):
                return time.monotonic() - begin
            time.sleep(0.05)
        raise AssertionError(f"after {seconds} s there are partitions without a leader: {self.leaders()}")

    def await_health(self, seconds=120):
        """How long it took until every replica was in sync."""
        begin = time.monotonic()
        text = None
        while time.monotonic() - begin < seconds:
            text = self.tool("topics", "--describe", "--under-replicated-partitions", timeout=10)
            if text is not None and not text.strip() and self.leaders():
                return time.monotonic() - begin
            time.sleep(0.1)
        raise AssertionError(f"after {seconds} s there are replicas that are not in sync:\n{text}")

    def end(self, keep=False):
        for pid in list(self.suspended):
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
        for node in self.brokers:
            if isinstance(node, Ottla):
                node.kill()
        self.call("kill")
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)
