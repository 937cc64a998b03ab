"""Snapshots of the metadata and the log behind them, in a data directory that changes hands between this broker and Kafka's."""
import json, pathlib, re, subprocess, time

import pytest

from support import KAFKA_HOME, Broker, ottla

SMALL = {"internal.metadata.log.segment.bytes": 10000, "metadata.log.max.record.bytes.between.snapshots": 2000, "metadata.max.retention.bytes": 1}


def overrides(properties):
    return [word for key, value in properties.items() for word in ("--override", f"{key}={value}")]


def metadata(data, suffix):
    return sorted(path for path in pathlib.Path(data, "__cluster_metadata-0").glob(f"*{suffix}") if not path.name.startswith("leader"))


def begins_at(data):
    return int(metadata(data, ".log")[0].stem)


def topics_and_records(address):
    at = ["--bootstrap-server", address]
    described = [line for line in ottla("topics", *at, "--describe", "--exclude-internal").splitlines() if line.startswith("Topic:")]
    offsets = ottla("get-offsets", *at, "--exclude-internal-topics")
    records = ottla("console-consumer", *at, "--topic", "t3", "--from-beginning", "--max-messages", 50)
    return sorted(described), offsets, sorted(records.splitlines())


def fill(address, first, count):
    at = ["--bootstrap-server", address]
    for number in range(first, first + count):
        ottla("topics", *at, "--create", "--topic", f"t{number}", "--partitions", 2, "--config", f"retention.ms={100000000 + number}")
    last = f"t{first + count - 1}"
    # Kafka shows a topic a while after it has said that it made it.
    wait_for(lambda: ottla("topics", *at, "--delete", "--topic", last, check=False).returncode == 0)
    wait_for(lambda: last not in ottla("topics", *at, "--list").split())


def wait_for(what, seconds=30):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def fill_until_trimmed(address, data):
    """The log begins at a snapshot once there is a second one."""
    fill(address, 0, 25)
    ottla("console-producer", "--bootstrap-server", address, "--topic", "t3", stdin="".join(f"v{n}\n" for n in range(50)))
    wait_for(lambda: metadata(data, ".checkpoint"))
    fill(address, 30, 35)
    wait_for(lambda: begins_at(data) > 0 and len(metadata(data, ".checkpoint")) == 1)


def test_the_metadata_log_is_trimmed_behind_a_snapshot_and_a_restart_sees_the_same():
    with Broker(*overrides(SMALL)) as broker:
        fill_until_trimmed(broker.address, broker.data)
        before = topics_and_records(broker.address)
        for end in (broker.stop, broker.kill):
            end()
            broker.start()
            assert topics_and_records(broker.address) == before
        state = json.loads(metadata(broker.data, "quorum-state")[0].read_text())
        assert (state["leaderId"], state["currentVoters"], state["data_version"]) == (1, [{"voterId": 1}], 0)


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set")
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_kafka_takes_over_snapshots_and_a_trimmed_log_and_we_take_over_its_own(end, tmp_path):
    data = tmp_path / "data"
    with Broker(*overrides(SMALL), data=str(data)) as broker:
        fill_until_trimmed(broker.address, data)
        before = topics_and_records(broker.address)
        getattr(broker, end)()
    if end == "stop":
        dump = subprocess.run(
            [f"{KAFKA_HOME}/bin/kafka-dump-log.sh", "--files", metadata(data, ".checkpoint")[-1], "--cluster-metadata-decoder"],
            check=True, capture_output=True, text=True, timeout=60).stdout
        assert "SnapshotHeader" in dump and "SnapshotFooter" in dump and '"name":"t3"' in dump and "isvalid: false" not in dump
        types = re.findall(r'"type":"(\w+)"', dump)
        assert types[0] == "FEATURE_LEVEL_RECORD" and types.count("TOPIC_RECORD") > 20 and "share.version" not in dump

    launcher = f"{KAFKA_HOME}/bin/kafka-broker"
    thresholds = [f"{key}={value}" for key, value in SMALL.items() if not key.startswith("internal")]
    done = subprocess.run([launcher, "start", tmp_path, "0", *thresholds], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    try:
        address = done.stdout.strip()
        assert topics_and_records(address) == before
        ours = set(metadata(data, ".checkpoint"))
        fill(address, 100, 5)
        wait_for(lambda: set(metadata(data, ".checkpoint")) - ours)
        before = topics_and_records(address)
        subprocess.run([launcher, end, tmp_path], check=True, capture_output=True, timeout=60)
    finally:
        subprocess.run([launcher, "kill", tmp_path], check=False, capture_output=True)
    assert json.loads(metadata(data, "quorum-state")[0].read_text())["leaderEpoch"] > 1

    with Broker(*overrides(SMALL), data=str(data)) as broker:
        assert topics_and_records(broker.address) == before
        fill(broker.address, 200, 20)
        wait_for(lambda: any(int(path.name[21:31]) > 1 for path in metadata(data, ".checkpoint")))


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set")
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_kafka_believes_a_clean_stop_and_elects_no_leader_uncleanly(end, tmp_path):
    """The epoch in the clean-shutdown file is that of the registration (KIP-966): without it the only replica would be taken for one that lost records."""
    data = tmp_path / "data"
    with Broker(data=str(data)) as broker:
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "t", "--partitions", "2")
        broker.stop()
        broker.start()
        getattr(broker, end)()
    launcher = f"{KAFKA_HOME}/bin/kafka-broker"
    try:
        done = subprocess.run([launcher, "start", tmp_path], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]
        subprocess.run([launcher, "stop", tmp_path], check=True, capture_output=True, timeout=60)
    finally:
        subprocess.run([launcher, "kill", tmp_path], check=False, capture_output=True)
    logs = ",".join(str(path) for path in metadata(data, ".log"))
    dump = subprocess.run(
        [f"{KAFKA_HOME}/bin/kafka-dump-log.sh", "--files", logs, "--cluster-metadata-decoder"], check=True, capture_output=True, text=True, timeout=60).stdout
    assert "PARTITION_CHANGE_RECORD" in dump
    assert ('"leaderRecoveryState":1' in dump) == (end == "kill")
