"""What was read at the end against what clients were told. Pure: each check yields what is wrong, a line each."""
from .copier import Copies
from .producers import Account


def produced(account, found):
    """Nothing acknowledged lost or elsewhere, nothing twice, nothing that was not sent, and each producer's order kept in each partition."""
    places, last = {}, {}
    for (topic, partition), records in sorted(found.items()):
        for offset, value in sorted(records.items()):
            where = f"{topic}-{partition} offset {offset}"
            try:
                record, *said = Account.parse(value)
            except ValueError:
                yield f"{where} holds what no producer wrote: {value[:80]!r}"
                continue
            name = f"{record[0]}'s record {record[1]}"
            if account.sent.get(record) != (topic, partition) or said != [topic, partition]:
                yield f"{where} holds {name}, which was sent to {account.sent.get(record)}"
            if record in places:
                yield f"{name} is there twice: at {places[record]} and at {where}"
            places[record] = where
            previous = last.get((record[0], topic, partition), -1)
            if record[1] <= previous:
                yield f"{where} holds {name} behind its record {previous}"
            last[record[0], topic, partition] = record[1]
    for record, (topic, partition, offset, at) in account.acknowledged.items():
        # A retry that came late may be acknowledged without an offset.
        where = f"{topic}-{partition}" + (f" offset {offset}" if offset is not None else "")
        if record not in places or offset is not None and places[record] != where:
            yield f"{record[0]}'s record {record[1]}, acknowledged at {at:.2f} s for {where}, is {'at ' + places[record] if record in places else 'lost'}"


def copied(copies, source, target):
    """Every record of the source has one committed copy, of an attempt that was not given up."""
    seen = {}
    inputs = {(partition, offset) for (_, partition), records in source.items() for offset in records}
    for (topic, partition), records in sorted(target.items()):
        for offset, value in sorted(records.items()):
            where = f"{topic}-{partition} offset {offset}"
            origin, attempt = Copies.parse(value)
            outcome = copies.outcome.get(attempt, "unknown")
            if outcome not in ("committed", "open"):
                yield f"{where} is read though its transaction {attempt} is {outcome}"
            if origin not in inputs:
                yield f"{where} is a copy of {copies.source}-{origin[0]} offset {origin[1]}, which is not there"
            if origin in seen:
                yield f"{copies.source}-{origin[0]} offset {origin[1]} is copied twice: to {seen[origin]} and to {where} by {attempt}"
            seen[origin] = f"{where} by {attempt}"
    for partition, offset in sorted(inputs - seen.keys()):
        yield f"{copies.source}-{partition} offset {offset} has no copy"
    # A commit that was acknowledged is whole; one of which nothing is known is whole or not there, which the two rules above say already.
    there = {Copies.parse(value)[1] for records in target.values() for value in records.values()}
    for attempt, outcome in copies.outcome.items():
        if outcome == "committed" and attempt not in there:
            yield f"transaction {attempt} was committed and nothing of it is there"


def grouped(group, found, marks):
    """What the group read while it went on is what stands there at the end, and all of it was read; no commit is beyond the end."""
    for (topic, partition), reads in sorted(group.reads.items()):
        records = found.get((topic, partition), {})
        for offset, value in sorted(reads.items()):
            if offset not in records:
                yield f"group {group.name} read {topic}-{partition} offset {offset}, which is not there any more"
            elif hash(records[offset]) != value:
                yield f"group {group.name} read another record at {topic}-{partition} offset {offset} than stands there now"
    for where in group.missing(found):
        yield f"group {group.name} never read {where}"
    for (topic, partition), offset in sorted(group.committed.items()):
        if offset > marks.get((topic, partition), 0):
            yield f"group {group.name} committed {topic}-{partition} offset {offset} beyond the end {marks.get((topic, partition), 0)}"
