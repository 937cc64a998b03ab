"""Three replicas and acks=all: Kafka's brokers and ours as leader and as followers of one another."""
import os, pathlib, re, statistics, subprocess, sys, time

from support import KAFKA_HOME, OTTLA

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests/Cluster"))

# Who leads, then who follows; the ids are those of `nodes`: Kafka's from 1 on, ours from 11 on.
MIXES = {"all Kafka": (1, 2, 3), "Kafka leads, Ottla follows": (1, 11, 12), "Ottla leads, Kafka follows": (11, 1, 2), "all Ottla": (11, 12, 13)}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def replicated():
    """One cluster (a controller, three brokers of each make) and a topic for each mix, in turn: throughput, 99th percentile, and the processor time that each broker of the
    mix takes for a gigabyte. Then how long a partition is without a leader when the leader is killed."""
    if not KAFKA_HOME:
        return print("needs KAFKA_HOME")
    from nodes import Cluster
    cluster = Cluster("1c+3k+3o")
    try:
        nodes = {node.id: node for node in cluster.brokers}
        for name, ids in MIXES.items():
            topic = name.replace(" ", "-").replace(",", "")
            while cluster.tool("topics", "--create", "--if-not-exists", "--topic", topic, "--replica-assignment", ":".join(map(str, ids))) is None:
                time.sleep(0.5)
        cluster.await_health()
        records = int(os.environ.get("RECORDS", "200000"))
        figures = {name: [] for name in MIXES}
        for run in range(int(os.environ.get("RUNS", "3")) + 1):
            for name, ids in MIXES.items():
                topic = name.replace(" ", "-").replace(",", "")
                before = {id: cpu_seconds(nodes[id].pid) for id in ids}
                done = subprocess.run([OTTLA, "producer-perf-test", "--topic", topic, "--num-records", str(records), "--record-size", "1024", "--throughput", "-1",
                                       "--bootstrap-server", cluster.addresses, "--command-property", "acks=all"], capture_output=True, text=True, check=True)
                cluster.await_health()
                last = done.stdout.strip().splitlines()[-1]
                rate, p99 = float(re.search(r"([\d.]+) records/sec", last)[1]), float(re.search(r"([\d.]+) ms 99th", last)[1])
                gigabytes = records * 1024 / 1e9
                cost = [(cpu_seconds(nodes[id].pid) - before[id]) / gigabytes for id in ids]
                if run:
                    figures[name].append((rate, p99, cost[0], statistics.mean(cost[1:])))
        for name, rows in figures.items():
            rate, p99, leader, follower = (statistics.median(column) for column in zip(*rows))
            print(f"{name:27}: {rate:9.0f} records/s of 1 KiB, p99 {p99:6.1f} ms, {leader:5.2f} s a GB at the leader, {follower:5.2f} s a GB at a follower")
        costs = {name: statistics.median([row[3] for row in rows]) for name, rows in figures.items()}
        print(f"a follower of a Kafka leader: Ottla takes {costs['Kafka leads, Ottla follows'] / costs['all Kafka']:.2f} of Kafka's processor time")
        for name, ids in MIXES.items():
            nodes[ids[0]].kill()
            seconds = cluster.await_leaders(20, without=ids[0])
            nodes[ids[0]].start()
            cluster.await_health()
            print(f"{name:27}: others lead {seconds:.1f} s after the leader was killed (broker.session.timeout.ms=4000)")
            cluster.tool("leader-election", "--election-type", "preferred", "--all-topic-partitions")
    finally:
        cluster.end()
