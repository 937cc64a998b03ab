"""The files of all replicas of a partition against each other, when all nodes have ended."""
from .batches import Log


def compared(cluster, partitions, marks):
    """Yields what differs, partition by partition, below the high watermark. `partitions`: {(topic, partition): replicas}."""
    for (topic, index), replicas in sorted(partitions.items()):
        name, end, logs, start = f"{topic}-{index}", marks[topic, index], {}, 0
        for broker in cluster.brokers:
            directory = broker.replica(name)
            if len(found := [disk for disk in broker.disks if (disk / name).is_dir()]) > 1:
                yield f"{name}: {broker} has it in {found}"
            if broker.id in replicas and not directory.is_dir():
                yield f"{name}: {broker} is to hold it and has no {directory}"
            elif broker.id in replicas:
                logs[broker.id] = Log(directory)
                start = max(start, cleaned(directory.parent).get((topic, index), 0))
            elif directory.is_dir():
                yield f"{name}: {broker} holds it and is no replica of it"
        yield from (f"{name}: {line}" for line in differences(logs, end, start))
        yield from (f"{name}: {line}" for line in epoch_differences(logs, end, start))
        if not topic.startswith("__"):
            yield from (f"{name}: {line}" for line in gaps(logs))


def gaps(logs):
    """Of logs that are not compacted, where every batch begins where the one before ends."""
    for id, log in logs.items():
        for before, batch in zip(log.batches, log.batches[1:]):
            if batch.base != before.next:
                yield f"replica {id} has {batch} behind {before}"


def cleaned(data):
    """{(topic, partition): offset} up to which a broker has compacted logs: each does when it likes, and what is left differs until the others have too."""
    file = data / "cleaner-offset-checkpoint"
    rows = [line.split() for line in file.read_text().split("\n")[2:]] if file.exists() else []
    return {(row[0], int(row[1])): int(row[2]) for row in rows if row}


def differences(logs, end, start=0):
    """Of logs by their broker's id, whose bytes must be the same from the first offset that all have, or `start`, to `end`."""
    for id, log in logs.items():
        if log.end < end:
            yield f"replica {id} ends at offset {log.end}, the high watermark is {end}"
        if log.rest:
            yield f"replica {id} has {log.rest} bytes at its end that are no batch"
    start = max([start, *(log.start for log in logs.values())])
    ranges = {id: log.between(start, end) for id, log in logs.items()}
    first = next(iter(ranges), None)
    for id, (batches, data) in ranges.items():
        if data != ranges[first][1]:
            yield f"replicas {first} and {id} differ: {first_difference(first, ranges[first][0], id, batches, ranges[first][1], data)}"


def first_difference(one, mine, other, theirs, my_data, their_data):
    a = b = 0
    for left, right in zip(mine, theirs):
        if my_data[a:a + left.size] != their_data[b:b + right.size]:
            return f"{one} has {left}; {other} has {right}"
        a, b = a + left.size, b + right.size
    longer, id = (mine, one) if len(mine) > len(theirs) else (theirs, other)
    return f"only {id} has {longer[min(len(mine), len(theirs))]}"


def epoch_differences(logs, end, start=0):
    """The file of leader epochs says what the batches say, on each replica."""
    for id, log in logs.items():
        told, written = log.checkpoint(max(start, log.start), end), log.epochs(max(start, log.start), end)
        if told != written:
            yield f"replica {id}: the checkpoint has leader epochs {told}, its batches {written}"


def metadata_compared(cluster, end):
    """The metadata log is the same at every node, from where each begins to the high watermark."""
    logs = {node.id: Log(node.data / "__cluster_metadata-0") for node in cluster.nodes if (node.data / "__cluster_metadata-0").is_dir()}
    ends = {id: log.end for id, log in logs.items()}
    yield from (f"__cluster_metadata-0: {line}" for line in differences(logs, min([end, *ends.values()])))
    for id, at in ends.items():
        if at < end:
            yield f"__cluster_metadata-0: node {id} ends at offset {at}, the high watermark was {end}"
