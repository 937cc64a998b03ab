"""The batches of a log as its segment files hold them."""
import dataclasses, struct

# Base offset, length behind it, leader epoch, magic, checksum, attributes, last offset delta.
HEAD = struct.Struct(">qiibIhi")
HEAD_SIZE = 61


@dataclasses.dataclass(frozen=True)
class Batch:
    position: int
    size: int
    base: int
    next: int
    epoch: int
    checksum: int

    def __str__(self):
        return f"offsets {self.base} to {self.next - 1}, {self.size} bytes, leader epoch {self.epoch}, checksum {self.checksum:08x}"


class Log:
    """The segment files of one replica behind each other: where a file ends is each replica's own affair."""

    def __init__(self, directory):
        self.directory = directory
        self.data = b"".join(file.read_bytes() for file in sorted(directory.glob("*.log")))
        self.batches, self.rest = parse(self.data)
        self.start = self.batches[0].base if self.batches else 0
        self.end = self.batches[-1].next if self.batches else 0

    def between(self, start, end):
        """The batches from one offset to another, and their bytes."""
        batches = [batch for batch in self.batches if batch.base >= start and batch.next <= end]
        return batches, self.data[batches[0].position:batches[-1].position + batches[-1].size] if batches else b""

    def epochs(self, start, end):
        """Leader epochs and where each begins, as the batches say."""
        out = []
        for batch in self.between(start, end)[0]:
            if not out or out[-1][0] != batch.epoch:
                out.append((batch.epoch, batch.base))
        return out

    def checkpoint(self, start, end):
        """The same as the file of leader epochs says. An epoch that begins at the end has no records; who led it notes it, and a follower cannot know it."""
        file = self.directory / "leader-epoch-checkpoint"
        # A log that never had a record may have none, or an empty one.
        lines = file.read_text().split("\n")[2:] if file.exists() else []
        entries = [tuple(map(int, line.split())) for line in lines if line]
        kept = [entry for entry in entries if start < entry[1] < end]
        before = [entry for entry in entries if entry[1] <= start]
        return ([(before[-1][0], start)] if before else []) + kept if end > start else []


def parse(data):
    """The batches, and how many bytes at the end are none."""
    batches, at = [], 0
    while at + HEAD_SIZE <= len(data):
        base, length, epoch, magic, checksum, _, delta = HEAD.unpack_from(data, at)
        size = 12 + length
        if magic != 2 or size < HEAD_SIZE or at + size > len(data):
            break
        batches.append(Batch(at, size, base, base + delta + 1, epoch, checksum))
        at += size
    return batches, len(data) - at
