"""Kafka's own tools on the replicas."""
import re, subprocess, time

from support import KAFKA_HOME

# Offsets are not looked at here: the tool expects every file to begin with 0.
WRONG = re.compile(r"isvalid: false|[Mm]ismatch|[Cc]orrupt|Exception|Could not dump")


def dumped(cluster, seconds=300):
    """kafka-dump-log reads every segment of every node, record by record."""
    files = [str(file) for node in cluster.nodes for file in sorted(file for disk in node.disks for file in disk.glob("*/*.log")) if not file.parent.name.endswith(("-delete", "-future"))]
    for at in range(0, len(files), 300):
        path = cluster.directory / f"dump-{at}.txt"
        with open(path, "wb") as out:
            done = subprocess.run([f"{KAFKA_HOME}/bin/kafka-dump-log", "--deep-iteration", "--files", ",".join(files[at:at + 300])],
                                  stdout=out, stderr=out, timeout=seconds)
        with open(path, errors="replace") as lines:
            wrong = [line.strip() for line in lines if WRONG.search(line)]
        if done.returncode != 0 or wrong:
            yield f"kafka-dump-log ends with {done.returncode}; {wrong[:5]} (in {path})"


def verified(cluster, partitions, seconds=120):
    """kafka-replica-verification, until it has read all replicas of these partitions up to their ends, but of those that brokers compact when they like."""
    partitions = [place for place in partitions if not place[0].startswith("__")]
    topics = sorted({topic for topic, _ in partitions})
    path = cluster.directory / "replica-verification.txt"
    with open(path, "wb") as out:
        tool = subprocess.Popen([f"{KAFKA_HOME}/bin/kafka-replica-verification", "--broker-list", cluster.bootstrap, "--time", "-2", "--report-interval-ms", "1000",
                                 "--topics-include", "|".join(map(re.escape, topics))], stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + seconds
        while not re.search(r"max lag is 0 for", text := path.read_text(errors="replace")):
            if re.search(r"unmatched checksum|doesn't match", text):
                break
            if time.monotonic() > deadline or tool.poll() is not None:
                yield f"kafka-replica-verification did not come to the end ({tool.poll()}): {text[-600:]}"
                return
            time.sleep(0.2)
        for line in text.splitlines():
            if "unmatched" in line or "doesn't match" in line:
                yield f"kafka-replica-verification: {line}"
        if counted := re.search(r"max lag is 0 for .* among (\d+) partitions", text):
            if int(counted[1]) != len(partitions):
                yield f"kafka-replica-verification read {counted[1]} partitions of {len(partitions)}"
    finally:
        tool.kill()
        tool.wait(30)
