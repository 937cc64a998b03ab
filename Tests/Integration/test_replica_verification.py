"""kafka-replica-verification on two real Kafka brokers: replicas that agree, one that is down, one whose bytes were changed on disk; beside Kafka's own tool."""
import contextlib, json, pathlib, re, shutil, signal, struct, subprocess, tempfile, time

import pytest

from support import KAFKA_HOME, OTTLA, crc32c

pytestmark = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
KAFKA = [f"{KAFKA_HOME}/bin/kafka-replica-verification.sh"]
OURS = [OTTLA, "replica-verification"]


class Run:
    """A tool that runs until it is stopped; its output goes to files, so that it never waits for a reader."""

    def __init__(self, words, directory):
        self.paths = [directory / name for name in ("out", "err")]
        with open(self.paths[0], "wb") as out, open(self.paths[1], "wb") as err:
            self.process = subprocess.Popen(words, stdout=out, stderr=err, stdin=subprocess.DEVNULL)

    @property
    def output(self):
        return re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: ", "", self.paths[0].read_text(), flags=re.M)

    @property
    def error(self):
        return self.paths[1].read_text()

    def until(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition(self):
            assert time.monotonic() < deadline and self.process.poll() is None, (self.process.poll(), self.output, self.error)
            time.sleep(0.1)


@contextlib.contextmanager
def running(words):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="replicas-"))
    run = Run(words, directory)
    try:
        yield run
    finally:
        run.process.kill()
        run.process.wait()
        shutil.rmtree(directory)


class Cluster:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="kafka-nodes-"))
        self.brokers = self.call("start", 1, 2)

    def call(self, word, *arguments):
        words = [f"{KAFKA_HOME}/bin/kafka-nodes", word, str(self.directory), *map(str, arguments)]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    def topic(self, name, *batches):
        """A topic of one partition on both brokers, led by the first, with the lines of each batch sent by a producer of its own."""
        subprocess.run([OTTLA, "topics", "--bootstrap-server", self.brokers, "--create", "--topic", name, "--replica-assignment", "1:2"], check=True,
                       capture_output=True)
        for batch in batches:
            self.produce(name, *batch)

    def produce(self, name, *values):
        lines = b"".join(value.encode() + b"\n" for value in values)
        subprocess.run([OTTLA, "console-producer", "--bootstrap-server", self.brokers, "--topic", name, "--request-required-acks", "-1"], input=lines,
                       check=True, capture_output=True)

    def segment(self, node, name):
        return self.directory / str(node) / "data" / f"{name}-0" / "00000000000000000000.log"


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    try:
        cluster.topic("sound", ["a", "b", "c"], ["d"])
        cluster.topic("rotten", ["one", "two"], ["three", "four"], ["five"])
        cluster.topic("short", ["one", "two"], ["three"])
        yield cluster
    finally:
        cluster.call("wipe")
        shutil.rmtree(cluster.directory, ignore_errors=True)


def change(path, index, edit):
    """Changes one batch of a segment as a broker could have written it: with the checksum that belongs to it."""
    data, at = bytearray(path.read_bytes()), 0
    for _ in range(index):
        at += 12 + struct.unpack_from(">i", data, at + 8)[0]
    end = at + 12 + struct.unpack_from(">i", data, at + 8)[0]
    batch = data[at:end]
    assert struct.unpack_from(">I", batch, 17)[0] == crc32c(batch[21:])
    edit(batch)
    struct.pack_into(">I", batch, 17, crc32c(batch[21:]))
    data[at:end] = batch
    path.write_bytes(data)
    return struct.unpack_from(">I", batch, 17)[0]


def both(cluster, condition, *words):
    """What both tools print until it is enough."""
    texts = []
    for tool in (KAFKA, OURS):
        with running([*tool, "--broker-list", cluster.brokers, *words]) as run:
            run.until(lambda run: condition(run.output))
            texts.append(run.output)
    return texts


def test_replicas_that_agree_have_no_lag(cluster):
    words = ("--topics-include", "sound|rotten", "--time", "-2", "--report-interval-ms", "2000")
    kafka, ours = both(cluster, lambda text: "max lag is 0" in text, *words)
    assert kafka.split("\n")[:2] == ours.split("\n")[:2] and ours.startswith("verification process is started\nmax lag is 0 for partition "), (kafka, ours)
    assert " among 2 partitions" in ours


def test_a_broker_that_is_down_is_named_and_waited_for(cluster):
    words = [*OURS, "--broker-list", cluster.brokers, "--topics-include", "sound", "--report-interval-ms", "500", "--max-wait-ms", "200"]
    with running(words) as run:
        run.until(lambda run: "max lag is 0 for partition sound-0 at offset 4 among 1 partitions" in run.output)
        cluster.call("node", 2, "kill")
        run.until(lambda run: "broker 2 gives nothing" in run.error)
        cluster.produce("sound", "e", "f")
        run.until(lambda run: "max lag is 2 for partition sound-0 at offset 4 among 1 partitions" in run.output)
        cluster.call("node", 2, "start")
        run.until(lambda run: run.output.endswith("max lag is 0 for partition sound-0 at offset 6 among 1 partitions\n"))
        assert run.error.count("broker 2 gives nothing") <= 4, run.error
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(10) == 143


def test_what_was_changed_on_a_disk_is_found(cluster):
    cluster.call("node", 2, "stop")
    leaders = cluster.segment(1, "rotten").read_bytes()
    sound = struct.unpack_from(">I", leaders, 12 + struct.unpack_from(">i", leaders, 8)[0] + 17)[0]

    def rot(batch):
        assert batch.count(b"four") == 1
        batch[:] = batch.replace(b"four", b"FOUR")

    damaged = change(cluster.segment(2, "rotten"), 1, rot)
    # The first batch ends one offset earlier than its leader's.
    change(cluster.segment(2, "short"), 0, lambda batch: struct.pack_into(">i", batch, 23, 0))
    cluster.call("node", 2, "start")
    line = f"partition rotten-0 has unmatched checksum at offset 3; replica 1's checksum {sound}; replica 2's checksum {damaged}\n"
    words = ("--topics-include", "rotten", "--time", "-2", "--report-interval-ms", "2000")
    kafka, ours = both(cluster, lambda text: "max lag is 0" in text, *words)
    expected = "verification process is started\n" + line + "max lag is 0 for partition rotten-0 at offset 5 among 1 partitions"
    assert kafka.startswith(expected) and ours.startswith(expected), (kafka, ours)
    words = ["--broker-list", cluster.brokers, "--topics-include", "short", "--time", "-2"]
    expected = "verification process is started\npartition short-0: replica 1's offset 1 doesn't match replica 2's offset 0\n"
    # Kafka's tool wants to end with 1 then, and waits for itself for ever.
    with running([*KAFKA, *words]) as kafka, running([*OURS, *words]) as ours:
        kafka.until(lambda run: run.output == expected)
        assert ours.process.wait(30) == 1 and ours.output == expected
    done = subprocess.run([*OURS, *words, "--output", "jsonl"], capture_output=True, text=True, timeout=60)
    row = json.loads(done.stdout)
    assert done.returncode == 1 and row["kind"] == "mismatches" and row["differing"] == "offset" and row["otherLastOffset"] == 0, row
