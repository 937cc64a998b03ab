"""What has become of the figures since another version of Ottla, whose binary OTTLA_BEFORE names."""
import os, statistics, tempfile, time

from support import OTTLA, Broker
from throughput import fill, stream
from waiting import single

RUNS = int(os.environ.get("RUNS", "5"))


def started(program, **options):
    """Milliseconds from the start of `serve` until it says that it is ready, and MiB at rest, with and without the pages of its binary."""
    began = time.perf_counter()
    with Broker(program=program, **options) as broker:
        taken = (time.perf_counter() - began) * 1000
        time.sleep(0.3)
        return taken, broker.rss() / 2**20, own(broker)


def own(broker):
    """MiB that belong to the process alone: without the pages of its binary, which the system's cache holds once for all."""
    line = next(line for line in open(f"/proc/{broker.process.pid}/status") if line.startswith("RssAnon:"))
    return int(line.split()[1]) / 1024


def starts(program, directory):
    figures = {}
    figures["ready, in memory (ms)"], figures["memory at rest, pages of the binary included (MiB)"], figures["memory at rest (MiB)"] = started(program, ephemeral=True)
    # What they write stays for now: ext4 makes files slowly for seconds after others were deleted.
    figures["ready, a new directory (ms)"], _, _ = started(program, data=tempfile.mkdtemp(dir=directory) + "/data")
    return figures


def records(program):
    figures = {}
    with Broker("--topic", "t:1", "--durability", "os", program=program) as broker:
        (figures["produce, 1 KiB (records/s)"], figures["produce, CPU per GB (s)"]), (figures["fetch, 1 KiB (records/s)"], figures["fetch, CPU per GB (s)"]) = stream(broker)
        figures["memory afterwards, pages of the binary included (MiB)"] = broker.rss() / 2**20
        figures["records of 100 bytes (records/s)"] = fill(broker.address, b"x" * 100, 400_000)
    with Broker("--topic", "t:1", program=program) as broker:
        for acks in (1, -1):
            times = single(broker.port, acks, 3000)
            name = f"acks={'all' if acks == -1 else acks}"
            figures[f"a single record, {name}, median (us)"] = times[len(times) // 2] * 1e6
            figures[f"a single record, {name}, 99th percentile (us)"] = times[len(times) * 99 // 100] * 1e6
    return figures


def interleaved(figures, older, measure):
    """Adds a pair of rows of figures for each: of the older binary and of this one, in turn; a first run does not count."""
    for run in range(RUNS + 1):
        for side, program in ((0, older), (1, OTTLA)):
            for name, value in measure(program).items():
                if run:
                    figures.setdefault(name, ([], []))[side].append(value)


def before():
    older = os.environ.get("OTTLA_BEFORE")
    if not older:
        return print("OTTLA_BEFORE names no other version's binary")
    figures = {}
    with tempfile.TemporaryDirectory(prefix="ottla-before-") as directory:
        interleaved(figures, older, lambda program: starts(program, directory))
    interleaved(figures, older, records)
    for name, sides in figures.items():
        old, new = map(statistics.median, sides)
        print(f"{name:48} before {old:12,.2f}, now {new:12,.2f}: {new / old:.2f} times")
