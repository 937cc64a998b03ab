"""Our broker as one of a real KRaft cluster: Kafka's controller and two of its brokers. Clients and tools may ask it whatever they ask the others."""
import json, os, re, shutil, signal, subprocess, time

import confluent_kafka, pytest
from confluent_kafka.admin import AdminClient, NewTopic

from clusters import Cluster, Member, until
from support import KAFKA_HOME, OTTLA, ottla

pytestmark = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
SETTINGS = ("offsets.topic.replication.factor=2", "transaction.state.log.replication.factor=2", "transaction.state.log.min.isr=1")


@pytest.fixture(scope="module")
def cluster():
    with Cluster(2, SETTINGS, "share.version=0 streams.version=0") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def member(cluster):
    member = Member(cluster, *SETTINGS).start()
    yield member
    if member.process.poll() is None:
        member.end(signal.SIGKILL)


def state(cluster, id):
    text = cluster.run("kafka", "cluster", "list-endpoints", "--bootstrap-server", cluster.brokers, "--include-fenced-brokers")[1]
    return next((line.split()[4] for line in text.splitlines() if line.split()[:1] == [str(id)]), None)


def create(member, topic):
    admin = AdminClient({"bootstrap.servers": member.address})
    for future in admin.create_topics([NewTopic(topic, 1, 2)]).values():
        future.result(60)


def test_both_toolkits_see_it_and_get_the_same_answers_from_it(cluster, member):
    assert state(cluster, 9) == "unfenced"
    first = cluster.brokers.split(",")[0]
    for tool, before, behind in (("cluster", ["cluster-id"], []), ("features", [], ["describe"]), ("metadata-quorum", [], ["describe", "--status"])):
        answers = [cluster.run("kafka", tool, *before, "--bootstrap-server", address, *behind) for address in (member.address, first)]
        assert [code for code, _ in answers] == [0, 0]
        # What changes meanwhile, and the features that Kafka alone serves: any of the brokers may have been asked.
        mine, theirs = (re.sub(r"(?m)^(?:HighWatermark|MaxFollowerLag\w*):.*$|Epoch: \d+$|^Feature: (?:share|streams)\.version.*\n", "", text) for _, text in answers)
        assert mine == theirs != ""

    def row():
        text = cluster.run("kafka", "metadata-quorum", "--bootstrap-server", member.address, "describe", "--replication")[1]
        return next(line.split() for line in text.splitlines() if line.split()[:1] == ["9"])
    assert row()[-1] == "Observer"
    # Something is written all the time, so now and then it has all of it.
    until(lambda: row()[3] == "0")


def test_topics_configurations_and_groups_through_it(cluster, member):
    admin = AdminClient({"bootstrap.servers": member.address})
    for future in admin.create_topics([NewTopic("made-here", 4, 2, config={"retention.ms": "7200000"})]).values():
        future.result(30)
    shown = until(lambda: cluster.run("kafka", "topics", "--bootstrap-server", member.address, "--describe", "--topic", "made-here")[1])
    assert "retention.ms=7200000" in shown and shown.count("Partition: ") == 4
    # Eight replicas on three brokers: some are placed here.
    assert re.search(r"Replicas: (?:\d,)*9", shown)
    code, text = cluster.run("kafka", "configs", "--bootstrap-server", member.address, "--alter", "--topic", "made-here", "--add-config", "retention.ms=3600000")
    assert code == 0, text
    until(lambda: "retention.ms=3600000" in cluster.run("ours", "topics", "--bootstrap-server", member.address, "--describe", "--topic", "made-here")[1])
    # A producer asks whatever broker for its id; ours takes a block of ids from the controller.
    producer = confluent_kafka.Producer({"bootstrap.servers": member.address, "enable.idempotence": True})
    for n in range(100):
        producer.produce("made-here", f"v{n}", key=f"k{n}")
    assert producer.flush(30) == 0
    consumer = confluent_kafka.Consumer({"bootstrap.servers": member.address, "group.id": "g", "auto.offset.reset": "earliest"})
    consumer.subscribe(["made-here"])
    got = set()
    deadline = time.monotonic() + 60
    while len(got) < 100:
        assert time.monotonic() < deadline, len(got)
        record = consumer.poll(1)
        if record is not None and not record.error():
            got.add(record.value().decode())
    consumer.commit(asynchronous=False)
    consumer.close()
    assert got == {f"v{n}" for n in range(100)}
    rows = cluster.run("kafka", "consumer-groups", "--bootstrap-server", member.address, "--describe", "--group", "g")[1]
    assert sum(int(row.split()[5]) for row in rows.splitlines() if row.startswith("g ")) == 0
    code, text = cluster.run("kafka", "topics", "--bootstrap-server", member.address, "--delete", "--topic", "made-here")
    assert code == 0, text
    until(lambda: "made-here" not in cluster.run("ours", "topics", "--bootstrap-server", member.address, "--list")[1])


def test_its_copy_of_the_metadata_log_is_the_controllers(cluster, member):
    name = "data/__cluster_metadata-0/00000000000000000000.log"
    mine = (member.directory / name).read_bytes()
    assert len(mine) > 1000 and (cluster.directory / "1001" / name).read_bytes().startswith(mine)


def test_it_outlives_kills_of_the_controller_and_of_itself(cluster, member):
    cluster.call("node", 1001, "kill")
    ottla("topics", "--bootstrap-server", member.address, "--list")
    cluster.call("node", 1001, "start")
    create(member, "after-kill")
    assert member.end(signal.SIGKILL) == -signal.SIGKILL
    # Its session is not over yet: the controller knows the other incarnation for a while.
    member.start()
    until(lambda: state(cluster, 9) == "unfenced")
    until(lambda: "after-kill" in ottla("topics", "--bootstrap-server", member.address, "--list"))


def test_it_keeps_its_copy_of_the_metadata_log_short(cluster, member):
    create(member, "early")
    member.end()
    member.overrides += ["--override", "metadata.log.max.record.bytes.between.snapshots=500", "--override", "metadata.max.retention.bytes=500"]
    member.start()
    directory = member.directory / "data/__cluster_metadata-0"
    snapshots = lambda: sorted(path.name for path in directory.glob("*.checkpoint"))
    first = until(lambda: [name for name in snapshots() if not name.startswith("0" * 20)])[0]
    # A later one stands in for it; what precedes that is let go.
    until(lambda: snapshots() and snapshots()[0] > first, 60)
    newest = snapshots()[-1]
    shutil.copy(directory / newest, cluster.directory)
    for toolkit in ("ours", "kafka"):
        code, text = cluster.run(toolkit, "dump-log", "--cluster-metadata-decoder", "--files", cluster.directory / newest)
        assert code == 0 and '"name":"early"' in text and "SnapshotFooter" in text, text
    member.end(signal.SIGKILL)
    member.start()
    assert "early" in ottla("topics", "--bootstrap-server", member.address, "--list")


def test_it_leaves_in_order(cluster, member):
    assert member.end() == 0, member.said()
    assert state(cluster, 9) == "fenced"
    assert re.fullmatch(r'\{"version":0,"brokerEpoch":\d+\}', (member.directory / "data/.kafka_cleanshutdown").read_text())
    member.start()
    assert state(cluster, 9) == "unfenced"


def test_what_it_does_not_enforce_makes_it_leave(cluster, member):
    code, text = cluster.run("ours", "configs", "--bootstrap-server", cluster.brokers, "--alter", "--entity-type", "clients", "--entity-name", "c",
                             "--add-config", "producer_byte_rate=1000000")
    assert code == 0, text
    assert member.process.wait(30) == 1
    reason = member.said().strip().splitlines()[-1]
    assert "this broker cannot be one of the cluster: the cluster has client quotas for client-id c, which this broker does not enforce" in reason
    again = subprocess.run([OTTLA, "serve", "--config", member.file], capture_output=True, text=True, timeout=60)
    assert again.returncode == 1 and "client quotas for client-id c" in again.stderr
    code, text = cluster.run("ours", "configs", "--bootstrap-server", cluster.brokers, "--alter", "--entity-type", "clients", "--entity-name", "c",
                             "--delete-config", "producer_byte_rate")
    assert code == 0, text
    member.start()


def test_a_directory_that_fails_makes_it_leave_and_others_lead(cluster, member):
    if member.process.poll() is None:
        member.end()
    member = Member(cluster, *SETTINGS, "log.retention.check.interval.ms=1000").start()
    code, text = cluster.run("ours", "topics", "--bootstrap-server", cluster.brokers, "--create", "--topic", "failing", "--replica-assignment", "9:1",
                             "--config", "segment.bytes=1048576")
    assert code == 0, text
    producer = confluent_kafka.Producer({"bootstrap.servers": member.address})
    for _ in range(40):
        producer.produce("failing", os.urandom(100_000))
        producer.poll(0)
    assert producer.flush(30) == 0
    # What cannot be deleted stands where the first segment was.
    first = member.directory / "data/failing-0/00000000000000000000.log"
    first.rename(member.directory / "kept")
    first.mkdir()
    (cluster.directory / "offsets.json").write_text(json.dumps({"partitions": [{"topic": "failing", "partition": 0, "offset": -1}], "version": 1}))
    code, text = cluster.run("ours", "delete-records", "--bootstrap-server", member.address, "--offset-json-file", "offsets.json")
    assert code == 0, text
    assert member.process.wait(60) == 1
    assert f"the log directory {member.directory}/data has failed, and there is no other: failing-0: " in member.said()
    until(lambda: "Leader: 1" in cluster.run("ours", "topics", "--bootstrap-server", cluster.brokers, "--describe", "--topic", "failing")[1])
    first.rmdir()
    (member.directory / "kept").rename(first)
    member.start()
    until(lambda: re.search(r"Isr: 1,9", cluster.run("ours", "topics", "--bootstrap-server", cluster.brokers, "--describe", "--topic", "failing")[1]))
    assert member.end() == 0


def test_features_that_it_does_not_serve_keep_it_out(cluster, member):
    assert member.end() == 0
    upgrade = ("kafka", "features", "--bootstrap-server", cluster.brokers, "upgrade", "--feature", "share.version=1")
    assert "Broker 9 does not support this feature." in cluster.run(*upgrade)[1]
    code, text = cluster.run("kafka", "cluster", "unregister", "--bootstrap-server", cluster.brokers, "--id", 9)
    assert code == 0, text
    code, text = cluster.run(*upgrade)
    assert code == 0, text
    out = subprocess.run([OTTLA, "serve", "--config", member.file], capture_output=True, text=True, timeout=60)
    assert out.returncode == 1
    assert "share.version 1, which this broker does not serve" in out.stderr and "kafka-features --bootstrap-server HOST:PORT downgrade --feature share.version=0" in out.stderr


def formatted(directory):
    data = directory / "formatted"
    data.mkdir()
    (data / "meta.properties").write_text("version=1\ncluster.id=IZk-AFadRbqfT5IgVFQsag\nnode.id=9\ndirectory.id=R7z5zi1aRdyhZ-LDhVCN4w\n")
    return data


def test_what_cannot_be_joined_is_refused_at_once(tmp_path):
    file = tmp_path / "server.properties"
    lines = {"process.roles": "broker", "node.id": "9", "controller.listener.names": "CONTROLLER", "listeners": "PLAINTEXT://127.0.0.1:0",
             "controller.quorum.bootstrap.servers": "127.0.0.1:1", "log.dirs": str(tmp_path / "data")}
    def refused(**changed):
        file.write_text("".join(f"{key}={value}\n" for key, value in {**lines, **{key.replace("_", "."): value for key, value in changed.items()}}.items() if value))
        done = subprocess.run([OTTLA, "serve", "--config", file], capture_output=True, text=True, timeout=30)
        assert done.returncode != 0
        return done.stderr.strip().splitlines()[-1]
    assert "it is not formatted" in refused() and "--no-initial-controllers" in refused()
    assert "controller.quorum.bootstrap.servers must contain the set of bootstrap controllers" in refused(controller_quorum_bootstrap_servers=None)
    assert "the node id 9 must not be included in the set of voters" in refused(controller_quorum_voters="9@127.0.0.1:1")
    assert "could not be read within 1500 ms (initial.broker.registration.timeout.ms)" in (refused(log_dirs=formatted(tmp_path), initial_broker_registration_timeout_ms=1500))
    refused()
    done = subprocess.run([OTTLA, "serve", "--config", file, "--ephemeral"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
