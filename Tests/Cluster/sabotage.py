"""Wrongs done on purpose, each of which a run must find: what cannot fail shows nothing."""
import struct

from support import crc32c

from .batches import Log, parse

KINDS = {
    "drop-read": "an acknowledged record is left out of what was read at the end",
    "read-twice": "a record is read at another offset once more",
    "swap": "two records of a partition have changed places",
    "show-aborted": "what was aborted is read too",
    "lose": "all replicas of a partition lose their last batches while the nodes are down",
    "rot": "a byte of a batch changes on one replica while its broker is down, with the checksum that belongs to it",
    "shorten": "one replica loses its last batches when all nodes have ended",
    "epochs": "one replica's file of leader epochs loses an entry when all nodes have ended",
}


class Sabotage:
    def __init__(self, kind, journal):
        self.kind, self.journal, self.done = kind, journal, False

    def note(self, text):
        self.done = True
        self.journal.note(f"SABOTAGE {self.kind}: {text}")

    def of_read(self, found):
        """On what was read of the producers' topics."""
        if self.kind not in ("drop-read", "read-twice", "swap"):
            return
        place, records = max(((place, records) for place, records in found.items()), key=lambda one: len(one[1]))
        offset = sorted(records)[len(records) // 2]
        self.note(f"{place[0]}-{place[1]} offset {offset}")
        if self.kind == "drop-read":
            del records[offset]
        elif self.kind == "read-twice":
            records[max(records) + 1] = records[offset]
        else:
            other = next(one for one in sorted(records) if one > offset and records[one].split()[0] == records[offset].split()[0])
            records[offset], records[other] = records[other], records[offset]

    def of_directories(self, brokers, name):
        """On a partition's directories, their brokers being down."""
        if self.kind == "lose":
            for broker in brokers:
                cut(broker.replica(name), 10)
                # Whatever would tell the broker that there was more.
                for file in [*(broker.replica(name)).glob("*.index"), *(broker.replica(name)).glob("*.timeindex"), *(broker.replica(name)).glob("*.snapshot"),
                             broker.data / ".kafka_cleanshutdown"]:
                    file.unlink(missing_ok=True)
            self.note(f"{name} lost its last 10 batches on {' and '.join(map(str, brokers))}")

    def of_ended(self, broker, name):
        """On one replica's directory, all nodes having ended."""
        if self.kind == "shorten":
            cut(broker.replica(name), 3)
            self.note(f"{name} lost its last 3 batches on {broker}")
        elif self.kind == "epochs":
            file = broker.replica(name) / "leader-epoch-checkpoint"
            lines = file.read_text().split("\n")
            file.write_text("\n".join([lines[0], str(int(lines[1]) - 1), *lines[3:]]))
            self.note(f"{name} lost its first leader epoch, {lines[2]}, on {broker}")

    def while_down(self, broker, prefix):
        """On a broker that is down in an event."""
        if self.kind != "rot" or self.done:
            return
        for directory in sorted(broker.data.glob(f"{prefix}-*")):
            log = Log(directory)
            if len(log.batches) > 10:
                batch = log.batches[len(log.batches) // 2]
                file = max(file for file in directory.glob("*.log") if int(file.stem) <= batch.base)
                rot(file, batch.base)
                self.note(f"{directory.name} on {broker}: {batch}")
                return


def cut(directory, count):
    """Takes the last batches off the last segment."""
    file = sorted(directory.glob("*.log"))[-1]
    data = file.read_bytes()
    batches, _ = parse(data)
    file.write_bytes(data[:batches[-min(count, len(batches))].position])


def rot(file, base):
    """Changes the time of a batch's first record, which says nothing about the layout, as a broker could have written it."""
    data = bytearray(file.read_bytes())
    batch = next(one for one in parse(data)[0] if one.base == base)
    at, end = batch.position, batch.position + batch.size
    data[at + 27 + 7] ^= 1
    struct.pack_into(">I", data, at + 17, crc32c(data[at + 21:end]))
    file.write_bytes(data)
