"""Against a real Apache Kafka (KAFKA_HOME): our tools on its broker, its tools and Java client on ours, the same commands through both."""
import gzip, os, pathlib, subprocess, sys, tarfile

import pytest

from support import KAFKA_HOME, OTTLA, Broker, KafkaBroker, links, ottla
from test_clients import VALUES, create, produce_confluent

pytestmark = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")


def kafka(tool, *arguments, stdin=b"", timeout=90, check=True):
    done = subprocess.run([f"{KAFKA_HOME}/bin/kafka-{tool}.sh", *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout)
    if check:
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def real():
    with KafkaBroker() as broker:
        yield broker


def test_our_tools_on_kafkas_broker(real, topic):
    at = ("--bootstrap-server", real.address)
    assert ottla("topics", *at, "--create", "--topic", topic, "--partitions", 3) == f"Created topic {topic}.\n"
    assert topic in ottla("topics", *at, "--list").split()
    lines = [f"k{n}:v{n}" for n in range(100)]
    ottla("console-producer", *at, "--topic", topic, "--property", "parse.key=true", "--property", "key.separator=:", stdin="\n".join(lines))
    out = ottla("console-consumer", *at, "--topic", topic, "--group", "g", "--from-beginning", "--max-messages", 100,
                "--property", "print.key=true", "--property", "key.separator=:")
    assert sorted(out.splitlines()) == sorted(lines)
    rows = [line.split() for line in ottla("consumer-groups", *at, "--describe", "--group", "g").splitlines() if line.startswith("g ")]
    assert sum(int(row[3]) for row in rows) == 100 and {row[5] for row in rows} == {"0"}
    ottla("topics", *at, "--delete", "--topic", topic)


def test_kafkas_tools_on_our_broker(shared_broker, topic):
    at = ("--bootstrap-server", shared_broker.address)
    assert kafka("topics", *at, "--create", "--topic", topic, "--partitions", 3, "--config", "retention.ms=60000") .splitlines()[-1] == f"Created topic {topic}."
    described = kafka("topics", *at, "--describe", "--topic", topic)
    assert "PartitionCount: 3" in described and "retention.ms=60000" in described
    lines = [f"k{n}:v{n}" for n in range(100)]
    kafka("console-producer", *at, "--topic", topic, "--reader-property", "parse.key=true", "--reader-property", "key.separator=:",
          stdin="\n".join(lines).encode())
    out = kafka("console-consumer", *at, "--topic", topic, "--group", topic, "--from-beginning", "--max-messages", 100, "--timeout-ms", 30000,
                "--formatter-property", "print.key=true", "--formatter-property", "key.separator=:")
    assert sorted(out.splitlines()) == sorted(lines)
    described = kafka("consumer-groups", *at, "--describe", "--group", topic)
    rows = [line.split() for line in described.splitlines() if line.startswith(topic)]
    assert sum(int(row[3]) for row in rows) == 100
    assert described == ottla("consumer-groups", *at, "--describe", "--group", topic)


def test_the_java_client_on_our_broker(shared_broker, tmp_path):
    source = pathlib.Path(__file__).with_name("JavaClient.java")
    done = subprocess.run(["java", "-cp", f"{KAFKA_HOME}/libs/*", str(source), shared_broker.address], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "all is well"


def test_kafka_reads_our_log_directory(broker, topic):
    create(broker, topic)
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        produce_confluent(broker, topic, codec)
    broker.stop()
    for file in sorted(pathlib.Path(broker.data).glob(f"{topic}-0/*")):
        if file.suffix not in (".log", ".index", ".timeindex", ".snapshot"):
            continue
        options = ["--deep-iteration"] if file.suffix == ".log" else ["--index-sanity-check"] if file.suffix in (".index", ".timeindex") else []
        out = kafka("dump-log", "--files", file, *options)
        assert "invalid" not in out.lower() and "mismatch" not in out.lower() and "corrupt" not in out.lower(), out[-2000:]
        if file.suffix == ".log":
            assert out.count("| offset: ") == 5 * len(VALUES)
    metadata = next(pathlib.Path(broker.data).glob("__cluster_metadata-0/*.log"))
    assert topic in kafka("dump-log", "--files", metadata, "--cluster-metadata-decoder")


SAMPLE = """
topics --list
topics --describe
topics --describe --topic s1
topics --describe --topic nosuch
topics --create --topic s1
topics --create --topic new.topic --partitions 2
topics --alter --topic s1 --partitions 1
topics --delete --topic nosuch --if-exists
topics --list --topic s.* --exclude-internal
topics --describe --topic s1 --unavailable-partitions
get-offsets --topic s1
get-offsets --topic-partitions s1:0-1 --time earliest
get-offsets --topic s1 --partitions 1 --time 1577836800000
get-offsets --topic nosuch
console-consumer --topic s1 --from-beginning --max-messages 20 --formatter-property print.key=true --formatter-property print.partition=true --formatter-property print.offset=true
console-consumer --topic s1 --partition 0 --offset 2 --max-messages 2 --timeout-ms 20000
consumer-groups --list
consumer-groups --describe --group g1
consumer-groups --describe --group g1 --state
consumer-groups --describe --group g1 --members
consumer-groups --describe --group nosuch
consumer-groups --reset-offsets --group g1 --topic s1 --to-earliest --dry-run
consumer-groups --reset-offsets --group g1 --all-topics --shift-by -2 --dry-run
consumer-groups --reset-offsets --group g1 --topic s1:0 --to-datetime 2020-01-01T00:00:00.000+0200 --dry-run
consumer-groups --reset-offsets --group g1 --topic s1 --by-duration P1D --export --dry-run
consumer-groups --describe --all-groups --verbose
consumer-groups --delete-offsets --group nosuch --topic s1
consumer-groups --delete --group nosuch
console-producer --topic s1 --reader-property parse.key=true --reader-property key.separator=:
console-consumer --topic s1 --from-beginning --max-messages 24 --formatter-property print.key=true --formatter-property key.separator==
""".strip().splitlines()


@pytest.mark.parametrize("where", ["our broker", "Kafka's broker"])
def test_both_toolkits_print_the_same(where, shared_broker, real, tmp_path):
    tools = links(tmp_path / "bin")
    broker = shared_broker if where == "our broker" else real
    at = ["--bootstrap-server", broker.address]
    ottla("topics", *at, "--create", "--topic", "s1", "--partitions", 2)
    ottla("console-producer", *at, "--topic", "s1", "--property", "parse.key=true", stdin="".join(f"k{n}\tv{n}\n" for n in range(20)))
    ottla("console-consumer", *at, "--topic", "s1", "--group", "g1", "--from-beginning", "--max-messages", 20)
    different = []
    for row in SAMPLE:
        tool, *words = row.split()
        stdin = "x:1\ny:2\n" if tool == "console-producer" else ""
        printed = []
        for programs in (f"{KAFKA_HOME}/bin", tools):
            printed.append(subprocess.run([f"{programs}/kafka-{tool}.sh", *at, *words], input=stdin.encode(), capture_output=True, timeout=60).stdout)
            if "new.topic" in row:
                ottla("topics", *at, "--delete", "--topic", "new.topic")
        theirs, ours = printed
        # Rows of several topics, groups and partitions come in the order of a hash table there, sorted here.
        is_unordered = "console-consumer" in row or "--list" in row or "--describe" in row or "--reset-offsets" in row
        if (sorted(ours.splitlines()) != sorted(theirs.splitlines())) if is_unordered else (ours != theirs):
            different.append(f"$ {row}\n--- Kafka\n{theirs.decode()}--- Ottla\n{ours.decode()}")
    assert not different, "\n".join(different)
