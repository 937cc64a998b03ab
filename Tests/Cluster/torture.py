"""Kills, suspends and restarts the nodes of a cluster under load, and checks that nothing that was promised is lost.

    torture.py --seed N [--minutes M] [--kills K] [--layout 1c+2k+1o] [--without-transactions] [--sabotage]

A layout says how many controllers (c, Kafka's), Kafka's brokers (k) and our brokers (o) there are. Everything is chosen by the seed."""
import argparse, json, pathlib, random, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import checks
from nodes import OTTLA, SESSION_SECONDS, Cluster
from workloads import PARTITIONS, Copier, Reader, Writer, read_all


class Torture:
    def __init__(self, cluster, seed, say):
        self.cluster, self.random, self.say = cluster, random.Random(seed), say
        self.kills, self.elections, self.recoveries, self.topics = 0, [], [], 0

    def event(self):
        """One thing that happens; returns when the cluster has come over it."""
        happen = self.random.choices([self.kill, self.suspend, self.restart, self.kill_controller, self.elect, self.reassign, self.create],
                                     [5, 2, 2, 1, 1, 1, 1])[0]
        happen()
        seconds = self.cluster.await_health()
        self.recoveries.append(seconds)
        time.sleep(self.random.uniform(0, 0.5))

    def broker(self):
        return self.random.choice(self.cluster.brokers)

    def gone(self, node):
        """A broker does not answer: others lead, within its session and two seconds."""
        seconds = self.cluster.await_leaders(SESSION_SECONDS + 2 + 3, without=node.id)
        self.elections.append(seconds)
        return f"others lead after {seconds:.1f} s"

    def kill(self):
        node = self.broker()
        node.kill()
        self.kills += 1
        waits = self.random.random() < 0.6
        self.say(f"killed {node}" + (f", {self.gone(node)}" if waits else ""))
        node.start()

    def suspend(self):
        node = self.broker()
        self.cluster.suspend(node)
        seconds = self.random.uniform(0.5, 2.5 * SESSION_SECONDS)
        self.say(f"suspended {node} for {seconds:.1f} s")
        time.sleep(seconds)
        self.cluster.resume(node)

    def restart(self):
        node = self.broker()
        self.say(f"stopping {node} in order")
        node.stop()
        node.start()

    def kill_controller(self):
        node = self.random.choice(self.cluster.controllers)
        node.kill()
        self.kills += 1
        seconds = self.random.uniform(0, 3)
        self.say(f"killed the controller {node}, for {seconds:.1f} s")
        time.sleep(seconds)
        node.start()

    def elect(self):
        self.say("electing preferred leaders")
        self.cluster.tool("leader-election", "--election-type", "preferred", "--all-topic-partitions")

    def reassign(self):
        ids = [node.id for node in self.cluster.brokers]
        topic, partition = self.random.choice(["events", "copied"]), self.random.randrange(PARTITIONS)
        replicas = self.random.sample(ids, 3)
        self.say(f"moving {topic}-{partition} to {replicas}")
        file = self.cluster.directory / "plan.json"
        file.write_text(json.dumps({"version": 1, "partitions": [{"topic": topic, "partition": partition, "replicas": replicas}]}))
        self.cluster.tool("reassign-partitions", "--reassignment-json-file", file, "--execute")
        deadline = time.monotonic() + 90
        while "is completed" not in (self.cluster.tool("reassign-partitions", "--reassignment-json-file", file, "--verify") or ""):
            if time.monotonic() > deadline:
                raise AssertionError(f"{topic}-{partition} was not moved to {replicas} within 90 s")
            time.sleep(0.2)

    def create(self):
        node = self.broker()
        self.topics += 1
        self.say(f"creating topic more-{self.topics} through {node}")
        done = subprocess.run([OTTLA, "topics", "--bootstrap-server", self.cluster.address(node), "--create", "--topic", f"more-{self.topics}", "--partitions",
                               "2", "--replication-factor", "3"], capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(f"topic more-{self.topics} could not be created through {node}: {done.stdout} {done.stderr}")


def load(cluster, seed, transactions):
    addresses = cluster.addresses
    writers = [Writer(addresses, "events", f"w{n}") for n in range(2)]
    readers = [Reader(addresses, "events", protocol) for protocol in ("classic", "consumer")]
    copiers = [Copier(addresses, "events", "copied", seed)] if transactions else []
    return writers, readers, copiers


def until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} has not happened within {seconds} s")
        time.sleep(0.2)


def verdict(cluster, writers, readers, copiers, sabotage):
    """Lets everything come to its end, and says what is wrong."""
    for writer in writers:
        writer.stop()
    for writer in writers:
        writer.join(200)
    cluster.await_health()
    source = read_all(cluster.addresses, "events")
    ends = {partition: len(rows) for partition, rows in source.items()}
    for reader in readers:
        until(lambda: {partition: len(seen) for partition, seen in reader.seen.items()} == ends, 90, f"the group of the {reader.protocol} protocol reading all")
        reader.stop()
    problems = []
    if copiers:
        total = sum(ends.values())
        until(lambda: sum(map(len, read_all(cluster.addresses, "copied").values())) >= total, 150, "copying all")
        for copier in copiers:
            copier.stop()
            copier.join(90)
        problems += checks.copied(source, read_all(cluster.addresses, "copied"))
    for reader in readers:
        reader.join(30)
    if sabotage:
        source[0] = source[0][:-1]
    problems += checks.written(writers, source) + [problem for one in [*writers, *readers, *copiers] for problem in one.problems]
    for node in cluster.brokers:
        node.stop()
    found, compared = checks.replicas(cluster)
    problems += found + checks.dumped(cluster)
    acked = sum(len(rows) for writer in writers for rows in writer.acked.values())
    said = f"{acked} records acknowledged ({sum(len(writer.unknown) for writer in writers)} of unknown fate), {sum(ends.values())} read"
    for copier in copiers:
        said += f", {copier.commits} transactions committed and {copier.aborts} aborted"
    return problems, said + f", {compared} batches of replicas compared"


def run(seed, minutes, kills, layout, transactions=True, sabotage=False, say=print):
    """Problems that were found; none is what is wanted."""
    begin = time.monotonic()

    def tell(text):
        say(f"{time.monotonic() - begin:6.1f} s  {text}", flush=True)

    cluster, problems = Cluster(layout), []
    torture = Torture(cluster, seed, tell)
    try:
        for topic in ("events", "copied"):
            until(lambda: cluster.tool("topics", "--create", "--if-not-exists", "--topic", topic, "--partitions", PARTITIONS, "--replication-factor", 3)
                  is not None, 60, f"creating {topic}")
        writers, readers, copiers = load(cluster, seed, transactions)
        for workload in [*writers, *readers, *copiers]:
            workload.start()
        until(lambda: all(writer.acked for writer in writers), 60, "the first record")
        cluster.await_health()
        loaded = time.monotonic()
        while time.monotonic() - loaded < 60 * minutes or torture.kills < kills:
            torture.event()
        tell(f"{torture.kills} kills; others lead after at most {max(torture.elections, default=0):.1f} s, in sync again after at most "
             f"{max(torture.recoveries, default=0):.1f} s")
        problems, said = verdict(cluster, writers, readers, copiers, sabotage)
        tell(said)
    except (AssertionError, RuntimeError) as error:
        problems.append(str(error))
    finally:
        cluster.end(keep=bool(problems))
    for problem in problems:
        tell(f"WRONG: {problem}")
    if problems:
        tell(f"seed {seed}, layout {layout}; what there was is kept in {cluster.directory}")
    return problems


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--layout", default="1c+2k+1o")
    parser.add_argument("--without-transactions", action="store_true")
    parser.add_argument("--sabotage", action="store_true", help="loses a record on purpose, to see that it is missed")
    asked = parser.parse_args()
    print(f"seed {asked.seed}, layout {asked.layout}", flush=True)
    sys.exit(1 if run(asked.seed, asked.minutes, asked.kills, asked.layout, not asked.without_transactions, asked.sabotage) else 0)
