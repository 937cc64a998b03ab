"""The perf tools beside librdkafka's clients on the same broker."""
import os, pathlib, shutil, statistics, subprocess, tempfile, time

from support import OTTLA, Broker, ottla

# Bytes of a record and how many of them.
SHAPES = [(100, int(os.environ.get("RECORDS_100", "2000000"))), (1024, int(os.environ.get("RECORDS_1024", "400000")))]
RUNS = int(os.environ.get("RUNS", "5"))


def seconds(command, stdin=None):
    began = time.perf_counter()
    with open(stdin, "rb") if stdin else open(os.devnull, "rb") as source:
        subprocess.run(command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def tools():
    """Records a second of `producer-perf-test` and `consumer-perf-test` beside `rdkafka_performance`, where it is installed, and kcat, which reads and writes
    lines: whole processes, in turn, each run on a topic of its own that is deleted afterwards. The broker leaves records to the system, as Kafka does."""
    with tempfile.TemporaryDirectory() as directory, Broker("--durability", "os") as broker:
        for size, count in SHAPES:
            lines = pathlib.Path(directory) / f"lines-{size}"
            with open(lines, "wb") as file:
                for number in range(count):
                    file.write(b"%0*d\n" % (size, number))
            show(f"produce, {size} B", count, size, interleaved(producers(broker.address, size, count, lines), broker.address, None))
            show(f"consume, {size} B", count, size, interleaved(consumers(broker.address, count), broker.address, lines))
            lines.unlink()


def producers(at, size, count, lines):
    """Each side as a function of a topic: the seconds that it took."""
    words = ["--bootstrap-server", at, "--num-records", str(count), "--record-size", str(size), "--throughput", "-1"]
    sides = {"ottla producer-perf-test": lambda topic: seconds([OTTLA, "producer-perf-test", *words, "--topic", topic])}
    if shutil.which("rdkafka_performance"):
        sides["rdkafka_performance -P"] = lambda topic: seconds(
            ["rdkafka_performance", "-P", "-b", at, "-t", topic, "-s", str(size), "-c", str(count), "-a", "-1"])
    sides["kcat -P"] = lambda topic: seconds(["kcat", "-P", "-b", at, "-t", topic], lines)
    return sides


def consumers(at, count):
    words = ["--bootstrap-server", at, "--num-records", str(count)]
    sides = {"ottla consumer-perf-test": lambda topic: seconds([OTTLA, "consumer-perf-test", *words, "--topic", topic])}
    if shutil.which("rdkafka_performance"):
        sides["rdkafka_performance -C"] = lambda topic: seconds(
            ["rdkafka_performance", "-C", "-b", at, "-t", topic, "-p", "0", "-o", "beginning", "-c", str(count)])
    sides["kcat -C"] = lambda topic: seconds(["kcat", "-C", "-b", at, "-t", topic, "-o", "beginning", "-c", str(count), "-q"])
    return sides


def interleaved(sides, at, lines):
    """Medians of each side's seconds, the sides in turn after a first round that does not count. Topics are empty, or hold the lines."""
    times, number = {name: [] for name in sides}, 0
    for run in range(RUNS + 1):
        for name, side in sides.items():
            if lines is None or number == 0:
                number += 1
                topic = f"t{number}"
                ottla("topics", "--bootstrap-server", at, "--create", "--topic", topic, "--partitions", 1)
                if lines:
                    seconds(["kcat", "-P", "-b", at, "-t", topic], lines)
            taken = side(topic)
            if run:
                times[name].append(taken)
            if lines is None:
                ottla("topics", "--bootstrap-server", at, "--delete", "--topic", topic)
    if lines:
        ottla("topics", "--bootstrap-server", at, "--delete", "--topic", topic)
    return {name: statistics.median(values) for name, values in times.items()}


def show(title, count, size, medians):
    (_, ours), *peers = medians.items()
    for name, taken in medians.items():
        print(f"{title:15} {name:26} {count / taken:10,.0f} records/s {count * size / taken / 2**20:7.0f} MiB/s")
    print(f"{title:15} " + ", ".join(f"{taken / ours:.2f} times {name}" for name, taken in peers))
