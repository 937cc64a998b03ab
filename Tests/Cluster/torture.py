"""The whole run: a cluster, clients, events until the time is up, and then every check."""
import dataclasses, pathlib, random, time

from . import history, peer, replicas
from .cluster import Cluster
from .copier import Copier, Copies
from .events import HEALTHY_SECONDS, Events
from .groups import Group
from .journal import Journal, until
from .layout import Layout
from .producers import Account, Producer
from .proxy import Links
from .reader import committed, high_watermarks, read
from .sabotage import Sabotage
from .stalls import Stalls

TOPICS = {"plain-1": 4, "plain-2": 3}
QUIET = "plain-quiet"
SOURCE, TARGET, COPIED = "source", "copies", 3
WORKLOADS = ("groups", "transactions")


@dataclasses.dataclass
class Options:
    """`network`: links are stopped one way too. `down`: brokers that may be down at once. `without`: workloads of WORKLOADS that are left out. `only`: events there are.
    `disks`: of each broker of ours; logs are moved between them, and one is gone now and then."""
    layout: Layout
    seed: int
    minutes: float
    kills: int
    directory: pathlib.Path
    network: bool = False
    down: int = 1
    without: tuple = ()
    only: tuple = ()
    sabotage: str = ""
    disks: int = 1
    quiet: bool = False


class Torture:
    def __init__(self, options):
        self.options, self.journal = options, Journal(options.directory / "journal", options.quiet)
        self.links = Links() if options.network else None
        self.stalls = Stalls(options.directory / "syncs")
        self.cluster = Cluster(options.layout, options.directory, self.journal, self.links, options.disks)
        self.account, self.sources, self.copies = Account(), Account(), Copies(SOURCE, TARGET, COPIED)
        self.sabotage = Sabotage(options.sabotage, self.journal)
        self.producers, self.copiers, self.groups, self.events = [], [], [], None

    def run(self):
        """The findings, none if all is well. What cannot go on is a finding too; the nodes are ended in any case."""
        try:
            self.begin()
            self.disturb()
            self.check()
        except (TimeoutError, RuntimeError) as error:
            self.journal.finding(str(error))
        finally:
            for worker in [*self.producers, *self.copiers, *(member for group in self.groups for member in group.members)]:
                worker.stopped.set()
            self.cluster.close()
            if self.stalls.is_alive():
                self.stalls.finish()
        for _, took in self.stalls.found:
            self.journal.measure("unusually long syncs of a small file", took)
        for line in self.journal.figures():
            self.journal.note(line)
        self.journal.close()
        return self.journal.findings

    def begin(self):
        options = self.options
        self.journal.note(f"SEED={options.seed} LAYOUT={options.layout}, in {options.directory}")
        self.stalls.start()
        self.cluster.start()
        self.journal.note("all nodes are up")
        for n, (name, count) in enumerate([*TOPICS.items(), (QUIET, 3), (SOURCE, COPIED), (TARGET, COPIED)]):
            self.cluster.create(self.cluster.brokers[n % len(self.cluster.brokers)], name, count)
        for name, count in TOPICS.items():
            self.account.add_topic(name, count)
        self.account.add_topic(QUIET, 3, quiet=True)
        self.sources.add_topic(SOURCE, COPIED)
        self.producers = [Producer(f"producer-{n}", self.cluster, self.account, options.seed, self.journal, 60) for n in (1, 2)]
        self.producers.append(Producer("producer-s", self.cluster, self.sources, options.seed, self.journal, 60))
        if "transactions" not in options.without:
            protocol = random.Random(f"{options.seed} copiers").choice(["classic", "consumer"])
            self.copiers = [Copier(f"copier-{n}", self.cluster, self.copies, options.seed, self.journal, protocol) for n in (1, 2)]
        if "groups" not in options.without:
            self.groups = [Group("old", "classic", "^plain-.*", self.cluster, self.journal), Group("new", "consumer", "^plain-.*", self.cluster, self.journal)]
            if self.copiers:
                protocol = random.Random(f"{options.seed} late").choice(["classic", "consumer"])
                self.groups.append(Group("late", protocol, f"^{TARGET}$", self.cluster, self.journal))
        for worker in [*self.producers, *self.copiers, *self.groups]:
            worker.start()
        # Everything works before anything is disturbed, and the internal topics are there.
        until(lambda: (not self.copiers or "committed" in self.copies.outcome.values()) and all(group.committed for group in self.groups)
              and len(self.account.acknowledged) > 20, 90,
              lambda: f"clients do not get on: {len(self.account.acknowledged)} records acknowledged, transactions "
                      f"{sorted(set(self.copies.outcome.values()))}, groups that committed: {[group.name for group in self.groups if group.committed]}")
        self.cluster.await_healthy(HEALTHY_SECONDS)

    def disturb(self):
        options = self.options
        self.events = Events(self.cluster, options.seed, self.journal, self.account, self.groups, self.links, options.down, options.only, self.stalls)
        self.events.while_down = lambda victim: self.sabotage.while_down(victim, "plain-1")
        self.journal.note("clients are at work; events begin")
        began, length = time.monotonic(), options.minutes * 60
        while (passed := time.monotonic() - began) < length or self.events.kills < options.kills:
            if self.journal.findings:
                self.journal.note("no more events after what was found")
                return
            if passed > 3 * length + 60:
                self.journal.finding(f"only {self.events.kills} kills in {passed:.0f} s")
                return
            before = len(self.account.acknowledged)
            # Kills that are due for as many as are wanted in the time.
            self.events.happen(kill=self.events.kills < options.kills * passed / length - 1)
            until(lambda: len(self.account.acknowledged) > before + 20, 60, lambda: "producers do not get on")
        self.journal.note(f"{self.events.kills} kills in {time.monotonic() - began:.0f} s")

    def check(self):
        """First what clients see, then what tools see, then what stands in the files when all nodes have ended."""
        self.cluster.await_healthy(HEALTHY_SECONDS)
        for producer in self.producers:
            producer.finish()
        if self.options.sabotage == "lose":
            self.lose()
        marks, found, source, target = self.read()
        self.cluster.await_healthy(HEALTHY_SECONDS)
        for group in self.groups:
            group.finish()
        partitions = {place: one["replicas"] for place, one in self.cluster.partitions().items()}
        marks = high_watermarks(self.cluster, partitions)
        said = [*history.produced(self.account, found), *history.produced(self.sources, source)]
        if self.copiers:
            said += history.copied(self.copies, source, target)
        for group in self.groups:
            said += history.grouped(group, {**found, **target}, marks)
        self.report("what clients were told", said)
        self.report("kafka-replica-verification", peer.verified(self.cluster, partitions))
        end = self.cluster.quorum()["highWatermark"]
        for node in [*self.cluster.brokers, *self.cluster.controllers]:
            node.stop()
        if self.options.sabotage:
            self.sabotage.of_ended(self.cluster.brokers[1], next(f"plain-1-{n}" for n in range(4) if self.cluster.brokers[1].id in partitions["plain-1", n]))
        self.report(f"the replicas of {len(partitions)} partitions", replicas.compared(self.cluster, partitions, marks))
        self.report("the metadata log of all nodes", replicas.metadata_compared(self.cluster, end))
        self.report("kafka-dump-log", peer.dumped(self.cluster))

    def read(self):
        """High watermarks and all records, once the copiers and the groups have come to the end; the producers have ended."""
        sources = [(SOURCE, n) for n in range(COPIED)]
        marks = high_watermarks(self.cluster, sources)
        source, backwards = read(self.cluster, marks)
        self.await_copies(source)
        for copier in self.copiers:
            copier.finish()
        places = [place for place in self.cluster.partitions() if place[0].startswith("plain-")]
        marks = high_watermarks(self.cluster, [*places, *((TARGET, n) for n in range(COPIED))])
        isolation = "read_uncommitted" if self.options.sabotage == "show-aborted" else "read_committed"
        everything, more = read(self.cluster, marks, isolation)
        target = {place: records for place, records in everything.items() if place[0] == TARGET}
        found = {place: records for place, records in everything.items() if place[0] != TARGET}
        for topic, partition, offset, last in backwards + more:
            self.journal.finding(f"{topic}-{partition} offset {offset} was read behind {last}")
        counts = [sum(map(len, one.values())) for one in (found, source, target)]
        states = list(self.copies.outcome.values())
        self.journal.note(f"read {counts[0]} records of plain topics, {counts[1]} sources, {counts[2]} copies in {states.count('committed')} transactions, "
                          f"{states.count('aborted')} more aborted, {states.count('open')} whose end is not known; "
                          f"{len(self.account.acknowledged) + len(self.sources.acknowledged)} of {len(self.account.sent) + len(self.sources.sent)} were acknowledged")
        self.await_groups({**found, **target})
        self.sabotage.of_read(found)
        return marks, found, source, target

    def await_copies(self, source):
        """Until all of the source is copied, as far as the copiers' group says; the check of the copies themselves comes later."""
        def behind():
            ends = committed(self.cluster, "copiers", source)
            return {f"{place[0]}-{place[1]}": end for place, end in ends.items() if source[place] and end <= max(source[place])}
        try:
            if self.copiers:
                until(lambda: not behind(), 90, lambda: f"committed are {behind()}")
        except TimeoutError as error:
            self.journal.finding(f"the copiers do not come to the end: {error}")

    def await_groups(self, found):
        for group in self.groups:
            try:
                until(lambda: not group.missing(found), 60)
            except TimeoutError:
                # The check says which records.
                self.journal.note(f"group {group.name} does not come to the end")

    def lose(self):
        for node in [*self.cluster.brokers, *self.cluster.controllers]:
            node.stop()
        self.sabotage.of_directories(self.cluster.brokers, "plain-1-0")
        for node in self.cluster.nodes:
            node.start()
        self.cluster.await_healthy(HEALTHY_SECONDS)

    def report(self, what, lines):
        lines = list(lines)
        for line in lines[:20]:
            self.journal.finding(line)
        if len(lines) > 20:
            self.journal.finding(f"and {len(lines) - 20} more of {what}")
        self.journal.note(f"checked {what}: {'nothing wrong' if not lines else f'{len(lines)} wrong'}")
