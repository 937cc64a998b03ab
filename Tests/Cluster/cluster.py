"""The nodes together: made, started, asked how they are, ended."""
import json, time

from support import ottla

from . import questions
from .journal import until
from .nodes import Controller, Node, OttlaBroker

FORMAT_SECONDS, START_SECONDS = 120, 180


class Cluster:
    """Its nodes are children of this process; `close` kills what is left of them, by their pids."""

    def __init__(self, layout, directory, journal, links=None, disks=1):
        self.directory, self.journal, self.links = directory, journal, links
        self.controllers = [Controller(id, directory) for id in layout.controller_ids]
        self.brokers = [Node(id, directory) for id in layout.kafka_ids] + [OttlaBroker(id, directory, disks) for id in layout.ottla_ids]
        self.nodes = self.controllers + self.brokers
        # What partitions are to be on, by topic and partition, while they are moved.
        self.wanted = {}

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{broker.public}" for broker in self.brokers)

    def start(self):
        if self.links:
            for node in self.nodes:
                node.public = self.links.add(node)
            self.links.start(lambda: {node.process.pid: node.id for node in self.nodes if node.running})
        for node in self.nodes:
            node.configure(self.controllers)
        self.id = ottla("storage", "random-uuid").strip()
        formatting = [(node, node.format(self.id)) for node in self.nodes]
        for node, process in formatting:
            if process.wait(FORMAT_SECONDS) != 0:
                raise RuntimeError(f"{node} could not be formatted: {node.said()}")
        for node in self.nodes:
            node.start()
        self.await_healthy(START_SECONDS)

    def close(self):
        for node in self.nodes:
            node.kill()
        if self.links:
            self.links.close()

    def metadata(self, broker):
        return broker.ask(questions.metadata) if broker.answers else None

    def quorum(self):
        """What the active controller says, if one answers."""
        return next((said for node in self.controllers if node.answers and (said := node.ask(questions.quorum))), None)

    def active_controller(self):
        said = self.quorum()
        return next((node for node in self.controllers if said and node.id == said["leader"]), None)

    def partitions(self, broker=None):
        """All partitions as this broker, or the first that answers, knows them."""
        for one in [broker] if broker else self.brokers:
            if said := self.metadata(one):
                return said["partitions"]
        return {}

    def trouble(self):
        """Why the cluster is not whole, or None: all nodes up, all know all brokers, every replica in sync, the controllers' log with everyone."""
        for node in self.nodes:
            if not node.running:
                return f"{node} is not running: {node.said()}"
        said = self.quorum()
        if said is None or said["leader"] < 0:
            return "no controller is active"
        behind = [one["id"] for one in said["voters"] + said["observers"] if one["end"] < said["highWatermark"] - 1 and self.is_member(one["id"])]
        if behind:
            return f"nodes {behind} are behind in the metadata log"
        leaders = {}
        for broker in self.brokers:
            known = self.metadata(broker)
            if known is None:
                return f"{broker} does not answer"
            if missing := {other.id for other in self.brokers} - known["brokers"]:
                return f"{broker} misses brokers {sorted(missing)}"
            for place, partition in known["partitions"].items():
                if why := self.partition_trouble(place, partition):
                    return f"{place[0]}-{place[1]}, as {broker} knows it: {why}"
            leaders[broker.id] = {place: (partition["leader"], partition["epoch"]) for place, partition in known["partitions"].items()}
        return None if len(set(map(str, map(sorted, map(dict.items, leaders.values()))))) == 1 else "brokers disagree about leaders"

    def is_member(self, id):
        return any(node.id == id for node in self.nodes)

    def is_broker(self, node):
        return node in self.brokers

    def partition_trouble(self, place, partition):
        if partition["leader"] < 0:
            return "no leader"
        if sorted(partition["isr"]) != sorted(partition["replicas"]):
            return f"in sync {sorted(partition['isr'])} of {sorted(partition['replicas'])}"
        if place in self.wanted and sorted(partition["replicas"]) != sorted(self.wanted[place]):
            return f"on {partition['replicas']}, wanted on {self.wanted[place]}"
        return None

    def await_healthy(self, seconds):
        """How long it took. TimeoutError with what was wrong at the end."""
        before, seen = time.monotonic(), [None]

        def whole():
            seen[0] = self.trouble()
            return seen[0] is None
        until(whole, seconds, lambda: f"the cluster is not whole: {seen[0]}")
        return time.monotonic() - before

    def create(self, broker, name, count, **configs):
        """Asks this very broker, until it knows the topic to be there: a broker that was just started may not find the controller yet."""
        said = [None]

        def created():
            said[0] = broker.ask(questions.create(name, count, configs), 25)
            return said[0] is not None and said[0][0] in (0, 36)  # 36: it exists, so that an earlier request did it
        until(created, 60, lambda: f"{broker} did not create {name}: {said[0]}")
        until(lambda: all((name, index) in self.partitions(one) for one in self.brokers if one.answers for index in range(count)), 30,
              lambda: f"not every broker knows {name}")

    def tool(self, *words, seconds=90):
        return ottla(*words, timeout=seconds, check=False)

    def reassign(self, places):
        """Starts to move partitions: {(topic, partition): replicas}."""
        file = self.directory / "reassignment.json"
        file.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": topic, "partition": partition, "replicas": replicas} for (topic, partition), replicas in places.items()]}))
        done = self.tool("reassign-partitions", "--bootstrap-server", self.bootstrap, "--reassignment-json-file", file, "--execute")
        if done.returncode != 0:
            raise RuntimeError(f"reassignment refused: {done.stdout.decode()} {done.stderr.decode()}")
        self.wanted.update(places)

    def shift(self, broker, places):
        """Starts to move logs of a broker to other disks of its own: {(topic, partition): disk}."""
        file, known = self.directory / "shift.json", self.partitions()
        file.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": place[0], "partition": place[1], "replicas": known[place]["replicas"],
             "log_dirs": [str(disk) if id == broker.id else "any" for id in known[place]["replicas"]]} for place, disk in places.items()]}))
        return self.tool("reassign-partitions", "--bootstrap-server", self.bootstrap, "--reassignment-json-file", file, "--execute", "--timeout", "5000")

    def elect(self):
        """The preferred replica of every partition is to lead; those that lead already are told so."""
        return self.tool("leader-election", "--bootstrap-server", self.bootstrap, "--election-type", "preferred", "--all-topic-partitions")
