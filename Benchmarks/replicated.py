"""Three replicas and acks=all: Kafka's brokers and ours as leader and as followers of one another."""
import os, pathlib, re, shutil, statistics, subprocess, tempfile, time

from Cluster.cluster import Cluster
from Cluster.journal import Journal, until
from Cluster.layout import Layout
from Cluster.nodes import Node
from support import KAFKA_HOME, OTTLA

# Who leads, then who follows: Kafka's brokers are numbered from 1 on, ours from 11 on.
MIXES = {"all Kafka": (1, 2, 3), "Kafka leads, Ottla follows": (1, 11, 12), "Ottla leads, Kafka follows": (11, 1, 2), "all Ottla": (11, 12, 13)}


def cpu_seconds(pid):
    """What a process has used, also by threads that it has no more, as Java's come and go; in ticks of 10 ms, which is little here."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def replicated():
    """One cluster (a controller, three brokers of each make) and a topic for each mix, in turn: throughput, 99th percentile, and the processor time that each broker of the
    mix takes for a gigabyte. Then how long a partition is without a leader when its leader is killed."""
    if not KAFKA_HOME:
        return print("needs KAFKA_HOME")
    # Java as it comes: with its best compiler, and room.
    Node.java = {"KAFKA_HEAP": "1g"}
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ottla-replicated-"))
    cluster = Cluster(Layout.parse("1c+3k+3o"), directory, Journal(directory / "journal", quiet=True))
    try:
        cluster.start()
        measure(cluster)
    finally:
        cluster.close()
        shutil.rmtree(directory, ignore_errors=True)


def measure(cluster):
    nodes = {node.id: node for node in cluster.brokers}
    topics = {name: name.replace(" ", "-").replace(",", "") for name in MIXES}
    for name, ids in MIXES.items():
        until(lambda: cluster.tool("topics", "--bootstrap-server", cluster.bootstrap, "--create", "--if-not-exists", "--topic", topics[name],
                                   "--replica-assignment", ":".join(map(str, ids))).returncode == 0, 60)
    cluster.await_healthy(60)
    records = int(os.environ.get("RECORDS", "200000"))
    figures = {name: [] for name in MIXES}
    # Two rounds for Java to compile what is used.
    for run in range(-2, int(os.environ.get("RUNS", "3"))):
        for name, ids in MIXES.items():
            figure = produce(cluster, nodes, topics[name], ids, records)
            if run >= 0:
                figures[name].append(figure)
    for name, rows in figures.items():
        rate, p99, leader, follower = (statistics.median(column) for column in zip(*rows))
        print(f"{name:27}: {rate:9.0f} records/s of 1 KiB, p99 {p99:6.1f} ms, {leader:5.2f} s a GB at the leader, {follower:5.2f} s a GB at a follower")
    costs = {name: statistics.median([row[3] for row in rows]) for name, rows in figures.items()}
    print(f"a follower of a Kafka leader: Ottla takes {costs['Kafka leads, Ottla follows'] / costs['all Kafka']:.2f} of Kafka's processor time")
    for name, ids in MIXES.items():
        nodes[ids[0]].kill()
        began, others = time.monotonic(), [nodes[id] for id in ids[1:]]
        until(lambda: any(cluster.partitions(one).get((topics[name], 0), {}).get("leader", -1) in ids[1:] for one in others), 30)
        print(f"{name:27}: another leads {time.monotonic() - began:.1f} s after the leader was killed (broker.session.timeout.ms=4000)")
        nodes[ids[0]].start()
        cluster.await_healthy(90)
        cluster.elect()


def produce(cluster, nodes, topic, ids, records):
    """(records a second, 99th percentile in ms, processor seconds for a GB at the leader, the mean of the followers)."""
    before = {id: cpu_seconds(nodes[id].process.pid) for id in ids}
    done = subprocess.run([OTTLA, "producer-perf-test", "--topic", topic, "--num-records", str(records), "--record-size", "1024", "--throughput", "-1",
                           "--bootstrap-server", cluster.bootstrap, "--command-property", "acks=all"], capture_output=True, text=True, check=True)
    cluster.await_healthy(60)
    last = done.stdout.strip().splitlines()[-1]
    rate, p99 = float(re.search(r"([\d.]+) records/sec", last)[1]), float(re.search(r"([\d.]+) ms 99th", last)[1])
    leader, *followers = [(cpu_seconds(nodes[id].process.pid) - before[id]) / (records * 1024 / 1e9) for id in ids]
    return rate, p99, leader, statistics.mean(followers)
