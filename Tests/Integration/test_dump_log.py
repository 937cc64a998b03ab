"""kafka-dump-log over the data directories that a real broker left: what it prints is what Kafka's own tool printed of them, or prints of the same files now."""
import base64, gzip, json, pathlib, subprocess, tarfile

import pytest

from support import KAFKA_HOME, OTTLA, Broker, KafkaBroker, ottla

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "LogStorageTests" / "Fixtures" / "kafka-data-dir"
# Name of the recording: files, options.
DUMPS = {
    "metadata": ("__cluster_metadata-0/*.log", "--cluster-metadata-decoder"),
    "bootstrap": ("bootstrap.checkpoint", "--cluster-metadata-decoder"),
    "offsets": ("__consumer_offsets-*/*.log", "--offsets-decoder"),
    "transactions": ("__transaction_state-*/*.log", "--transaction-log-decoder"),
    "records": ("[ajt]*-[01]/*.log", "--print-data-log"),
    "contents": ("jc-*/*.log", "--print-data-log", "--skip-record-metadata"),
    "batches": ("*-*/*.log",),
    "producers": ("*-*/*.snapshot",),
    "aborted": ("*-*/*.txnindex",),
    # Kafka's tool ends at an unused index whose log is empty.
    "index": ("[_acjrt]*-[01]/*.index", "--max-message-size", "100000"),
    "timeindex": ("*-*/*.timeindex",),
    "sanity": ("*-*/*.index", "--index-sanity-check"),
}
needs_kafka = pytest.mark.skipif(not KAFKA_HOME, reason="needs KAFKA_HOME and Java")


def files(data, pattern):
    """Those that hold something where Kafka's tool needs it to."""
    found = sorted(path for path in data.glob(pattern) if path.suffix != ".index" or path.with_suffix(".log").stat().st_size)
    return ",".join(str(path.relative_to(data)) for path in found)


@pytest.fixture(scope="module", params=["clean", "killed"])
def directory(request, tmp_path_factory):
    path = tmp_path_factory.mktemp(request.param)
    with tarfile.open(FIXTURES / f"{request.param}.tar.gz") as archive:
        archive.extractall(path, filter="data")
    return request.param, path / "data"


def ours(data, pattern, *options):
    command = [str(pathlib.Path(OTTLA).resolve()), "dump-log", "--files", files(data, pattern), *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=data, check=True, timeout=100).stdout


def kafkas(data, pattern, *options):
    command = [f"{KAFKA_HOME}/bin/kafka-dump-log.sh", "--files", files(data, pattern), *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=data, check=True, timeout=100).stdout


@pytest.mark.parametrize("name", DUMPS)
def test_a_directory_of_kafka_reads_as_with_kafkas_tool(directory, name):
    kind, data = directory
    recorded = FIXTURES / "expected" / "dump-log" / f"{kind}-{name}.txt.gz"
    assert ours(data, *DUMPS[name]) == gzip.decompress(recorded.read_bytes()).decode()


@needs_kafka
def test_large_files_of_every_codec_read_as_with_kafkas_tool(directory):
    command = ("[cpr]*-*/*.log", "--print-data-log")
    assert ours(directory[1], *command) == kafkas(directory[1], *command)


def test_json_has_what_the_text_shows(directory):
    data = directory[1]
    text = [line.removeprefix("| payload: ") for line in ours(data, *DUMPS["metadata"], "--skip-record-metadata").splitlines() if line.startswith("| payload")]
    document = json.loads(ours(data, *DUMPS["metadata"], "--output", "json"))
    assert [row["value"] for row in document["records"] if row["value"]] == [json.loads(line) for line in text] != []
    rows = [json.loads(line) for line in ours(data, *DUMPS["batches"], "--output", "jsonl").splitlines()]
    assert all(row["isValid"] for row in rows if row["kind"] == "batches")
    shown = ours(data, *DUMPS["aborted"]).splitlines()
    assert len([line for line in shown if line.startswith("version: ")]) == len(json.loads(ours(data, *DUMPS["aborted"], "--output", "json"))["abortedTransactions"])


def frame(number, text):
    """A record of __remote_log_metadata: frame version, type and version, then the message in hex."""
    return {"base64": base64.b64encode(bytes([1, number, 0]) + bytes.fromhex(text)).decode()}


TOPIC = "02740000000000000000000000000000000a00000001"
REMOTE = [
    frame(0, TOPIC + "00" + "0b" * 16 + "00" + "0000000000000001" + "0000000000000014" + "00000001" + "0000000000000385" + "0000000000000386"
          + "03" + "00000004" + "000000000000000a" + "00" + "00000000" + "0000000000000001" + "00" + "00000400" + "04010203" + "01" + "00"),
    frame(2, TOPIC + "00" + "00000001" + "0000000000000386" + "02" + "00"),
    frame(9, "00"),
    {"base64": "dg=="},
]


@pytest.mark.timeout(300)
@needs_kafka
def test_a_directory_of_ours_reads_as_with_kafkas_tool():
    """Segments that were rolled, indexes, transactions of groups, metadata: once a broker has stopped both tools read all of it, and agree."""
    with Broker() as broker:
        at = ["--bootstrap-server", broker.address]
        ottla("topics", *at, "--create", "--topic", "t", "--config", "segment.bytes=1048576", "--config", "index.interval.bytes=500")
        ottla("topics", *at, "--create", "--topic", "remote")
        for codec in ("none", "zstd"):
            lines = "".join(f"k{n}\t{n} {'x' * 400}\n" for n in range(3000))
            ottla("console-producer", *at, "--topic", "t", "--property", "parse.key=true", "--compression-codec", codec, stdin=lines)
        ottla("console-consumer", *at, "--topic", "t", "--group", "g", "--from-beginning", "--max-messages", 7)
        ottla("console-consumer", *at, "--topic", "t", "--group", "c", "--consumer-property", "group.protocol=consumer", "--from-beginning", "--max-messages", 7)
        ottla("console-producer", *at, "--topic", "remote", "--input", "jsonl", stdin="".join(json.dumps({"value": value}) + "\n" for value in REMOTE))
        data = pathlib.Path(broker.data)
        broker.stop()
        assert len(list(data.glob("t-0/*.log"))) > 1
        for command in (
            ("t-0/*.log", "--print-data-log"), ("*-*/*.index",), ("*-*/*.timeindex",), ("*-*/*.index", "--index-sanity-check"),
            ("*-*/*.timeindex", "--index-sanity-check"), ("*-*/*.snapshot",), ("__consumer_offsets-*/*.log", "--offsets-decoder"),
            ("__cluster_metadata-0/*.log", "--cluster-metadata-decoder"), ("remote-0/*.log", "--remote-log-metadata-decoder"),
            ("remote-0/*.log", "--cluster-metadata-decoder"), ("t-0/*.log", "--transaction-log-decoder"),
        ):
            assert ours(data, *command) == kafkas(data, *command), command
        remote = ours(data, "remote-0/*.log", "--remote-log-metadata-decoder")
        assert "segmentLeaderEpochs={0=1, 4=10}" in remote and "state=DELETE_PARTITION_FINISHED" in remote


@needs_kafka
def test_share_groups_and_snapshots_of_kafka_read_as_with_kafkas_tool():
    with KafkaBroker() as broker:
        data = pathlib.Path(broker.directory, "data")
        at = ["--bootstrap-server", broker.address]

        def kafka(tool, *arguments, stdin=""):
            subprocess.run([f"{KAFKA_HOME}/bin/kafka-{tool}.sh", *at, *arguments], input=stdin, text=True, capture_output=True, check=True, timeout=60)

        kafka("topics", "--create", "--topic", "t")
        kafka("console-producer", "--topic", "t", stdin="one\ntwo\n")
        kafka("configs", "--group", "sg", "--alter", "--add-config", "share.auto.offset.reset=earliest")
        kafka("console-share-consumer", "--topic", "t", "--group", "sg", "--max-messages", "2", "--timeout-ms", "20000")
        state = ("__share_group_state-*/*.log", "--share-group-state-decoder")
        assert '"deliveryCompleteCount":2' in ours(data, *state)
        assert ours(data, *state) == kafkas(data, *state)
    fixtures = FIXTURES.parent.parent.parent / "CoordinationTests" / "Fixtures"
    snapshot = ("*-*.checkpoint", "--cluster-metadata-decoder")
    assert ours(fixtures, *snapshot) == kafkas(fixtures, *snapshot)
