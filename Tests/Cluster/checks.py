"""What must be true of a cluster whose nodes have been killed."""
import collections, re, struct, subprocess

from support import KAFKA_HOME
from workloads import PARTITIONS, read_all


def written(writers, rows):
    """No acknowledged record lost or doubled, each where it was acknowledged, in the order of its producer; nothing that nobody wrote."""
    problems = []
    for partition in range(PARTITIONS):
        found = collections.defaultdict(list)
        for offset, value in rows[partition]:
            found[value].append(offset)
        doubled = {value: offsets for value, offsets in found.items() if len(offsets) > 1}
        for value, offsets in list(doubled.items())[:3]:
            problems.append(f"partition {partition}: {value} is there {len(offsets)} times, at {offsets}")
        order = collections.defaultdict(int)
        for offset, value in rows[partition]:
            name, number = value.split(":")
            if int(number) < order[name]:
                problems.append(f"partition {partition}: {value} at {offset} comes behind {name}:{order[name]}")
            order[name] = int(number)
        for writer in writers:
            lost = [(value, offset) for value, offset in writer.acked[partition] if offset not in found.get(value, ())]
            if lost:
                problems.append(f"partition {partition}: {len(lost)} acknowledged records of {writer.label} are not there, the first {lost[0]}, found at "
                                f"{found.get(lost[0][0])}; the log ends at {rows[partition][-1][0] if rows[partition] else 0}")
    return problems


def copied(source, target):
    """Each input has one committed output."""
    problems = []
    for partition in range(PARTITIONS):
        inputs = collections.Counter(value for _, value in source[partition])
        outputs = collections.Counter(value for _, value in target[partition])
        for what, difference in (("were not copied", inputs - outputs), ("were copied too often", outputs - inputs)):
            if difference:
                problems.append(f"partition {partition}: {sum(difference.values())} records {what}, such as {next(iter(difference))}")
    return problems


def batches(directory):
    """(base offset, bytes) of each batch in a replica's directory, in order."""
    found = []
    for file in sorted(directory.glob("*.log")):
        data, at = file.read_bytes(), 0
        while at + 12 <= len(data):
            base, size = struct.unpack_from(">qi", data, at)
            found.append((base, data[at:at + 12 + size]))
            at += 12 + size
    return found


def replicas(cluster):
    """The bytes of every replica of a partition are the same, over the offsets that all of them have, and all end together. To be asked of a stopped cluster."""
    problems, places = [], collections.defaultdict(list)
    for node in cluster.brokers:
        for directory in (cluster.directory / str(node.id) / "data").glob("*-[0-9]*"):
            if re.fullmatch(r".+-\d+", directory.name) and not directory.name.startswith("__cluster_metadata"):
                places[directory.name].append((node, directory))
    compared = 0
    for name, copies in sorted(places.items()):
        logs = [(node, batches(directory)) for node, directory in copies]
        start = max((rows[0][0] for _, rows in logs if rows), default=0)
        first = [row for row in logs[0][1] if row[0] >= start]
        for node, rows in logs[1:]:
            rows = [row for row in rows if row[0] >= start]
            if name.startswith("__"):
                # Compacted by each broker for itself: what both kept is the same but for what was removed of it.
                common = {base for base, _ in rows} & {base for base, _ in first}
                rows, kept = [row for row in rows if row[0] in common], [row for row in first if row[0] in common]
            else:
                kept = first
            if rows != kept:
                at = next((mine[0] for mine, other in zip(kept, rows) if mine != other), f"the end: {len(kept)} and {len(rows)} batches")
                problems.append(f"{name} differs between {logs[0][0]} and {node} at {at}")
            compared += len(rows)
    return problems, compared


def dumped(cluster):
    """Kafka's own tool reads what our brokers have written."""
    problems = []
    for node in cluster.brokers:
        files = [str(file) for file in (cluster.directory / str(node.id) / "data").glob("events-*/*.log")]
        done = subprocess.run([f"{KAFKA_HOME}/bin/kafka-dump-log.sh", "--files", ",".join(files)], capture_output=True, text=True, timeout=120)
        if done.returncode or "isvalid: false" in done.stdout or "isvalid: true" not in done.stdout:
            problems.append(f"kafka-dump-log does not read the logs of {node}: {done.stderr[-300:]}")
    return problems
