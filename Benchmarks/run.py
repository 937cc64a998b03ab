"""The figures of the README and the issue tracker: start-up, broker readiness, memory, CPU per GB, and the console tools against kcat.
Every comparison interleaves both sides in one run and reports medians and their ratio. `make bench` runs all; name one to run it alone."""
import os, pathlib, resource, shutil, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests"))
from before import before
from replicated import replicated
from startup import startup
from support import OTTLA, Broker, ottla
from throughput import throughput
from tools import tools
from transactional import transactions
from waiting import acks_all, latency, parked

RUNS = int(os.environ.get("RUNS", "7"))
LINES = int(os.environ.get("LINES_COUNT", "1000000"))


def wall(command, stdin=None):
    began = time.perf_counter()
    with open(stdin, "rb") if stdin else open(os.devnull, "rb") as source:
        subprocess.run(command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def interleaved(sides, runs=RUNS):
    """Medians of each side's seconds, the sides in turn."""
    times = {name: [] for name in sides}
    for run in range(runs + 1):
        for name, side in sides.items():
            seconds = side()
            if run:
                times[name].append(seconds)
    return {name: statistics.median(values) for name, values in times.items()}


def ready():
    for title, ephemeral in (("serve --ephemeral", True), ("serve, new data directory", False)):
        times = []
        for _ in range(RUNS):
            broker = Broker(ephemeral=ephemeral)
            began = time.perf_counter()
            with broker:
                ottla("topics", "--bootstrap-server", broker.address, "--list")
                times.append(time.perf_counter() - began)
                time.sleep(0.2)
                rss = broker.rss()
        print(f"{title:28} first answer after {statistics.median(times) * 1000:6.1f} ms (client's own start included), idle {rss / 2**20:5.1f} MiB")


def console():
    directory = pathlib.Path(tempfile.mkdtemp())
    lines = directory / "lines"
    with open(lines, "wb") as file:
        for n in range(LINES):
            file.write(b"%099d\n" % n)
    with Broker("--topic", "full:1", "--durability", "os") as broker:
        at, number = broker.address, [0]

        def fresh():
            number[0] += 1
            ottla("topics", "--bootstrap-server", at, "--create", "--topic", f"p{number[0]}", "--partitions", 1)
            return f"p{number[0]}"

        produce = interleaved({
            "ottla console-producer": lambda: wall([OTTLA, "console-producer", "--bootstrap-server", at, "--topic", fresh()], lines),
            "kcat -P": lambda: wall(["kcat", "-b", at, "-P", "-t", fresh()], lines)}, 3)
        wall(["kcat", "-b", at, "-P", "-t", "full"], lines)
        consume = interleaved({
            "ottla console-consumer": lambda: wall([OTTLA, "console-consumer", "--bootstrap-server", at, "--topic", "full", "--from-beginning", "--max-messages", str(LINES)]),
            "kcat -C": lambda: wall(["kcat", "-b", at, "-C", "-t", "full", "-o", "beginning", "-c", str(LINES), "-q"])}, 3)
    shutil.rmtree(directory)
    for medians in (produce, consume):
        (ours, a), (theirs, b) = medians.items()
        print(f"{ours}: {LINES / a:,.0f} lines/s; {theirs}: {LINES / b:,.0f} lines/s; rate ratio {b / a:.2f}")


def bounded():
    """The memory of both console tools and of the broker while GIGABYTES (10) of lines go through; retention keeps the disk at half a gigabyte."""
    size = int(os.environ.get("GIGABYTES", "10")) << 30
    settings = ["log.retention.bytes=536870912", "log.segment.bytes=104857600", "log.retention.check.interval.ms=2000"]
    block = (b"x" * 999 + b"\n") * 1000
    with Broker("--topic", "big:1", *[word for setting in settings for word in ("--override", setting)]) as broker:
        at = ["--bootstrap-server", broker.address, "--topic", "big"]
        began = time.perf_counter()
        producer = subprocess.Popen([OTTLA, "console-producer", *at], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        consumer = subprocess.Popen([OTTLA, "console-consumer", *at, "--from-beginning"], stdout=subprocess.DEVNULL)
        watched = {"console-producer": producer.pid, "console-consumer": consumer.pid, "broker": broker.process.pid}
        peaks = dict.fromkeys(watched, 0)
        for number in range(size // len(block)):
            producer.stdin.write(block)
            if number % 100 == 0:
                for name, pid in watched.items():
                    peaks[name] = max(peaks[name], resident(pid))
        producer.stdin.close()
        assert producer.wait() == 0
        seconds = time.perf_counter() - began
        consumer.terminate()
        consumer.wait()
    print(f"{size >> 30} GiB in {seconds:.0f} s; peaks: " + ", ".join(f"{name} {peak / (1 << 20):.0f} MiB" for name, peak in peaks.items()))


def partitions():
    """PARTITIONS (10,000) under a limit of DESCRIPTORS (1,024): created, stopped, started, killed and started again, written to and read from."""
    from confluent_kafka import Consumer, Producer, TopicPartition
    count, limit = int(os.environ.get("PARTITIONS", "10000")), int(os.environ.get("DESCRIPTORS", "1024"))

    def timed(what, work):
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        memory = f", {broker.rss() / 2**20:5.1f} MiB" if broker.process.poll() is None else ""
        print(f"{what:32} {seconds:6.2f} s{memory}", flush=True)

    def start():
        # The limit is for the broker alone; the client has as many descriptors as it wants.
        broker.program = str(limited)
        broker.start(600)

    # One request may ask for at most so many (Kafka's limit).
    each = 10_000

    def name(index):
        return f"t{index // each}"

    def create():
        for first in range(0, count, each):
            ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", name(first), "--partitions", min(each, count - first), timeout=600)

    # A client for each topic: what librdkafka does for a request grows with the partitions that a client knows.
    def produce():
        for first in range(0, count, each):
            producer, failures = Producer({"bootstrap.servers": broker.address, "acks": "all", "queue.buffering.max.messages": 1000000}), []
            for index in range(first, min(first + each, count)):
                producer.produce(name(index), b"%d" % index, partition=index - first, on_delivery=lambda error, _: failures.append(error) if error else None)
                producer.poll(0)
            assert producer.flush(600) == 0 and not failures, failures[:3]

    def consume():
        for first in range(0, count, each):
            wanted, seen = min(each, count - first), 0
            consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "g", "enable.auto.commit": False})
            consumer.assign([TopicPartition(name(first), partition, 0) for partition in range(wanted)])
            while seen < wanted:
                messages = consumer.consume(min(10000, wanted - seen), 10)
                assert messages, f"{seen} of {wanted} of {name(first)} read"
                seen += len(messages)
            consumer.close()

    broker = Broker()
    limited = pathlib.Path(broker.directory) / "limited"
    limited.write_text(f"#!/bin/sh\nulimit -n {limit}\nexec '{OTTLA}' \"$@\"\n")
    limited.chmod(0o755)
    try:
        timed("start, new directory", start)
        timed(f"create {count} partitions", create)
        for round in ("empty", "with a record in each"):
            timed(f"stop, {round}", broker.stop)
            timed(f"start, {round}", start)
            broker.kill()
            timed(f"start after SIGKILL, {round}", start)
            if round == "empty":
                timed("produce to all, acks=all", produce)
                timed("read from all", consume)
        print(f"peak {broker.rss(True) / 2**20:.1f} MiB after the last start")
        broker.stop()
    finally:
        shutil.rmtree(broker.directory, ignore_errors=True)


def resident(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


for benchmark in (before, startup, ready, throughput, console, bounded, parked, acks_all, latency, transactions, tools, partitions, replicated):
    if len(sys.argv) < 2 or benchmark.__name__ in sys.argv[1:]:
        print(f"== {benchmark.__name__}", flush=True)
        benchmark()
