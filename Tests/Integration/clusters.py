"""Clusters of real Kafka nodes, and brokers of ours in them."""
import json, os, pathlib, re, shutil, signal, subprocess, tempfile, time

from support import KAFKA_HOME, OTTLA, links, ottla

#: What each toolkit calls its own topic.
TOPICS = {"kafka": "moved-k", "ours": "moved-o"}


class Cluster:
    """A controller (1001) and brokers from 1 on, all Kafka's; ours are members beside them."""

    def __init__(self, brokers=3, settings=("auto.leader.rebalance.enable=false",), features=""):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="kafka-nodes-"))
        self.nodes = f"{KAFKA_HOME}/bin/kafka-nodes"
        self.features = features
        self.brokers = self.call("start", 1, brokers, *settings)
        env = dict(line.split("=", 1) for line in (self.directory / "cluster.env").read_text().splitlines())
        self.controllers = env["CONTROLLERS"]
        self.member = None
        self.bins = {"kafka": pathlib.Path(KAFKA_HOME) / "bin", "ours": links(self.directory / "bin")}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.member and self.member.process.poll() is None:
            self.member.end(signal.SIGKILL)
        self.call("wipe")
        shutil.rmtree(self.directory, ignore_errors=True)

    def join(self, id, *settings):
        """Has a broker of ours take the place of one more node, which is started, stopped and killed like the others."""
        self.member = Member(self, *settings, id=id).start()
        self.brokers += f",{self.member.address}"

    def node(self, id, word):
        """Starts, stops or kills a node."""
        if self.member is None or id != self.member.id:
            return self.call("node", id, word)
        if word == "start":
            self.member.start()
        else:
            self.member.end(signal.SIGKILL if word == "kill" else signal.SIGTERM)

    def call(self, word, *arguments):
        return subprocess.run([self.nodes, word, str(self.directory), *map(str, arguments)], check=True, capture_output=True, text=True,
                              env={**os.environ, "KAFKA_FEATURES": self.features}).stdout.strip()

    def run(self, whose, tool, *words):
        """Exit code and standard output without Java's stacks; where TOPIC stands in the words, the toolkit's own topic is called so in the output too."""
        given, words = words, [str(word).replace("TOPIC", TOPICS[whose]) for word in words]
        done = subprocess.run([self.bins[whose] / f"kafka-{tool}.sh", *words], capture_output=True, text=True, timeout=150, cwd=self.directory,
                              env={**os.environ, "LC_ALL": "C.UTF-8"})
        text = re.sub(r"^[\w.$]+Exception\b.*\n(?:\s+at .*\n|Caused by: .*\n|\s+\.\.\. .*\n)+\n?", "", done.stdout, flags=re.M)
        return done.returncode, text.replace(TOPICS[whose], "TOPIC") if any("TOPIC" in str(word) for word in given) else text

    def same(self, tool, *words, shown=lambda text: text, server=True):
        """Both toolkits print the same; returns it."""
        place = ("--bootstrap-server", self.brokers) if server else ()
        kafka = self.run("kafka", tool, *place, *words)
        deadline = time.monotonic() + 10
        while True:  # what the cluster does meanwhile may come between the two
            mine = self.run("ours", tool, *place, *words)
            if (kafka[0], shown(kafka[1])) == (mine[0], shown(mine[1])) or time.monotonic() > deadline:
                break
            kafka = self.run("kafka", tool, *place, *words)
        assert (mine[0], shown(mine[1])) == (kafka[0], shown(kafka[1])), (tool, words)
        return shown(mine[1])

    def until(self, condition, *words):
        deadline = time.monotonic() + 60
        while not condition(text := self.run("ours", *words)[1]):
            assert time.monotonic() < deadline, text
            time.sleep(0.2)
        return text

    def file(self, name, value):
        """A file of JSON for each toolkit, with its own topic."""
        for whose, topic in TOPICS.items():
            (self.directory / f"{topic}-{name}").write_text(json.dumps(value).replace("TOPIC", topic))
        return f"TOPIC-{name}"


class Member:
    """Our broker as a node of a cluster."""

    def __init__(self, cluster, *overrides, id=9):
        self.cluster, self.id, self.overrides = cluster, id, [word for setting in overrides for word in ("--override", setting)]
        self.directory = cluster.directory / str(id)
        self.file = self.directory / "server.properties"
        if not self.file.exists():
            cluster.call("properties", id, 0)
            name = dict(line.split("=", 1) for line in (cluster.directory / "cluster.env").read_text().splitlines())["CLUSTER_ID"]
            ottla("storage", "format", "--cluster-id", name, "--no-initial-controllers", "--config", self.file)
        self.address = re.search(r"^advertised.listeners=PLAINTEXT://(.*)$", self.file.read_text(), re.M)[1]
        self.process = None

    def start(self):
        """Returns once the cluster lets it serve."""
        ready = self.directory / "ready"
        ready.unlink(missing_ok=True)
        self.log = open(self.directory / "log", "ab")
        self.process = subprocess.Popen([OTTLA, "serve", "--config", self.file, "--ready-file", ready, *self.overrides], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert self.process.poll() is None and time.monotonic() < deadline, self.said()
            time.sleep(0.02)
        return self

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(60)

    def said(self):
        return (self.directory / "log").read_text()


def until(condition, seconds=30, told=None):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    return found
