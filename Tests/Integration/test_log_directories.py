"""Several log directories: where partitions go, moves between them, and what becomes of the rest when one is gone."""
import json, os, pathlib, random, signal, subprocess, time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from clusters import Cluster, Member, until
from support import KAFKA_HOME, OTTLA, Broker, kafka_tools, links, ottla


def logs(directory):
    """Names of the partitions' directories in a log directory."""
    return sorted(name for name in os.listdir(directory) if "-" in name and os.path.isdir(f"{directory}/{name}") and not name.startswith("__"))


def described(address, *words):
    """Log directory by partition, as kafka-log-dirs tells it; with `+` where a copy is made."""
    rows = json.loads(ottla("log-dirs", "--bootstrap-server", address, "--describe", *words).splitlines()[-1])["brokers"]
    return {(row["broker"], partition["partition"] + ("+" if partition["isFuture"] else "")): place["logDir"]
            for row in rows for place in row["logDirs"] for partition in place["partitions"] if not partition["partition"].startswith("__")}


def moved(broker, path, places, words=("--execute",), check=True):
    """Has partitions of topic `t` moved; `places` gives a directory for each."""
    plan = {"version": 1, "partitions": [{"topic": "t", "partition": n, "replicas": [1], "log_dirs": [place]} for n, place in places.items()]}
    path.write_text(json.dumps(plan))
    return ottla("reassign-partitions", "--bootstrap-server", broker.address, "--reassignment-json-file", path, *words, check=check)


def values(address, topic="t", count=0, seconds=30):
    """The records of each partition that is led, in their order."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "none", "auto.offset.reset": "earliest", "enable.auto.commit": False})
    led = [row.id for row in consumer.list_topics(topic, timeout=20).topics[topic].partitions.values() if row.leader >= 0]
    consumer.assign([TopicPartition(topic, n, 0) for n in led])
    found, deadline = {}, time.monotonic() + seconds
    while sum(map(len, found.values())) < count and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message and not message.error():
            found.setdefault(message.partition(), []).append(message.value().decode())
    consumer.close()
    return found


def test_partitions_are_spread_and_moved(tmp_path):
    with Broker(log_dirs=3) as broker:
        a, b, c = broker.log_dirs
        at = ("--bootstrap-server", broker.address)
        ottla("topics", *at, "--create", "--topic", "t", "--partitions", 3)
        assert [logs(place) for place in broker.log_dirs] == [["t-0"], ["t-1"], ["t-2"]]
        assert described(broker.address) == {(1, "t-0"): a, (1, "t-1"): b, (1, "t-2"): c}
        ottla("console-producer", *at, "--topic", "t", stdin="\n".join(map(str, range(1000))))
        said = moved(broker, tmp_path / "plan", {0: c, 1: b, 2: a})
        assert "Successfully started moving log directory" in said or "Successfully started log directory move" in said, said
        until(lambda: [logs(place) for place in broker.log_dirs] == [["t-2"], ["t-1"], ["t-0"]])
        done = moved(broker, tmp_path / "plan", {0: c, 1: b, 2: a}, ("--verify",))
        assert f"Reassignment of replica t-0-1 completed successfully." in done, done
        assert sorted(int(value) for rows in values(broker.address, count=1000).values() for value in rows) == list(range(1000))
        # A directory that is none, and one that takes nothing more.
        assert "Failed to alter dir for t-0-1" in moved(broker, tmp_path / "plan", {0: "/nowhere"}, ("--execute", "--timeout", "1000"), check=False).stderr.decode()
        ottla("configs", *at, "--alter", "--entity-type", "brokers", "--entity-name", 1, "--add-config", f"cordoned.log.dirs={a}")
        ottla("topics", *at, "--create", "--topic", "u", "--partitions", 4)
        assert [len([name for name in logs(place) if name.startswith("u-")]) for place in broker.log_dirs] == [0, 2, 2]
        broker.stop()
        broker.start()
        assert described(broker.address, "--topic-list", "t") == {(1, "t-0"): c, (1, "t-1"): b, (1, "t-2"): a}


def test_nothing_is_lost_by_moves_under_load_and_kills(tmp_path):
    dice = random.Random(5)
    with Broker("--override", "log.segment.bytes=1048576", log_dirs=3) as broker:
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "t", "--partitions", 3)
        producer = Producer({"bootstrap.servers": broker.address, "acks": "all", "enable.idempotence": True, "linger.ms": 2,
                             "reconnect.backoff.max.ms": 200, "retry.backoff.ms": 20})
        sent, acknowledged = 0, []
        for turn in range(8):
            deadline = time.monotonic() + 1.2
            moved(broker, tmp_path / "plan", {n: dice.choice(broker.log_dirs) for n in range(3)})
            while time.monotonic() < deadline:
                for _ in range(200):
                    producer.produce("t", f"{sent}", partition=sent % 3, on_delivery=lambda error, message: error or acknowledged.append(int(message.value())))
                    sent += 1
                producer.poll(0.01)
            if turn % 2:
                broker.kill()
                broker.start()
        assert producer.flush(60) == 0
        assert sorted(acknowledged) == list(range(sent))
        found = values(broker.address, count=sent)
        assert {n: [int(value) for value in rows] for n, rows in found.items()} == {n: list(range(n, sent, 3)) for n in range(3)}
        until(lambda: not any("+" in name for _, name in described(broker.address)))
        places = described(broker.address)
        until(lambda: sorted(sum((logs(place) for place in broker.log_dirs), [])) == ["t-0", "t-1", "t-2"])
        broker.stop()
        assert all(os.path.isdir(f"{place}/{name}") for (_, name), place in places.items())


def test_what_is_in_other_directories_is_served_without_one(tmp_path):
    with Broker(log_dirs=3) as broker:
        at = ("--bootstrap-server", broker.address)
        ottla("topics", *at, "--create", "--topic", "t", "--partitions", 3)
        ottla("console-producer", *at, "--topic", "t", "--property", "parse.key=true", stdin="\n".join(f"{n}\t{n}" for n in range(300)))
        before = values(broker.address, count=300)
        # It cannot be read at a start.
        broker.stop()
        os.rename(broker.log_dirs[1], broker.log_dirs[1] + ".away")
        pathlib.Path(broker.log_dirs[1]).write_text("no directory")
        broker.start()
        assert "cannot be used, what it holds is not available" in broker.output() and f": its log may be in {broker.log_dirs[1]}, which cannot be used" in broker.output()
        left = sum(len(before[n]) for n in (0, 2))
        assert values(broker.address, count=left) == {n: before[n] for n in (0, 2)}
        shown = ottla("topics", *at, "--describe", "--topic", "t")
        assert [line.split("Leader: ")[1].split("\t")[0] for line in shown.splitlines()[1:]] == ["1", "none", "1"], shown
        broker.stop()
        os.remove(broker.log_dirs[1])
        os.rename(broker.log_dirs[1] + ".away", broker.log_dirs[1])
        broker.start()
        assert values(broker.address, count=300) == before
        # Or it is gone while the broker runs.
        os.rename(broker.log_dirs[2], broker.log_dirs[2] + ".away")
        made = ottla("topics", *at, "--create", "--topic", "more", "--partitions", 3, check=False)
        until(lambda: f"the log directory {broker.log_dirs[2]} has failed" in broker.output(), told=made)
        until(lambda: "Leader: none" in ottla("topics", *at, "--describe", "--topic", "t").splitlines()[3])
        assert values(broker.address, count=len(before[0]) + len(before[1])) == {n: before[n] for n in (0, 1)}
        rows = json.loads(ottla("log-dirs", *at, "--describe").splitlines()[-1])["brokers"][0]["logDirs"]
        assert [(row["logDir"], bool(row["error"])) for row in rows] == [(place, n == 2) for n, place in enumerate(broker.log_dirs)]
        broker.stop()
        os.rename(broker.log_dirs[2] + ".away", broker.log_dirs[2])
        broker.start()
        assert values(broker.address, count=300) == before


def test_directories_that_do_not_belong_together_are_refused(tmp_path):
    places = [str(tmp_path / name) for name in "ab"]

    def refused():
        done = subprocess.run([OTTLA, "serve", "--listen", "127.0.0.1:0", "--override", f"log.dirs={','.join(places)}"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        return done.stderr.splitlines()[-1]

    for place, cluster in zip(places, ("AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB")):
        os.mkdir(place)
        pathlib.Path(f"{place}/meta.properties").write_text(f"version=1\nnode.id=1\ncluster.id={cluster}\n")
    assert f"{places[1]}/meta.properties: the directory belongs to cluster BBBBBBBBBBBBBBBBBBBBBB" in refused()
    for place in places:
        pathlib.Path(f"{place}/meta.properties").write_text("version=1\nnode.id=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\ndirectory.id=AAAAAAAAAAAAAAAAAAAABB\n")
    assert "have the same directory.id" in refused()


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_directories_and_moves_under_way_change_hands(end, tmp_path):
    places = [str(tmp_path / "data"), str(tmp_path / "more")]
    launcher, throttle = f"{KAFKA_HOME}/bin/kafka-broker", ("--replica-alter-log-dirs-throttle", "1000")
    mine = Broker("--override", "offsets.topic.num.partitions=4", log_dirs=places)

    def release(address):
        ottla("configs", "--bootstrap-server", address, "--alter", "--entity-type", "brokers", "--entity-name", 1, "--delete-config",
              "replica.alter.log.dirs.io.max.bytes.per.second")

    def begin(address, n, place):
        """A move that takes long; it has begun to copy."""
        moved(type("At", (), {"address": address}), tmp_path / "plan", {n: place}, ("--execute", *throttle))
        until(lambda: any(name == f"t-{n}+" for _, name in described(address)))

    def theirs():
        done = subprocess.run([launcher, "start", tmp_path, "0", f"log.dirs={','.join(places)}", "offsets.topic.num.partitions=4"], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    with mine as broker:
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "t", "--partitions", 4)
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", "t", "--property", "parse.key=true", "--compression-codec", "none",
              stdin="\n".join(f"{n}\t{n}{'x' * 500}" for n in range(20000)))
        before = values(broker.address, count=20000)
        begin(broker.address, 0, places[1])
        getattr(broker, end)()
        try:
            address = theirs()
            assert values(address, count=20000) == before
            release(address)
            until(lambda: (1, "t-0+") not in described(address) and described(address)[1, "t-0"] == places[1], 60)
            begin(address, 1, places[0])
            subprocess.run([launcher, end, tmp_path], check=True, capture_output=True, timeout=60)
        finally:
            subprocess.run([launcher, "kill", tmp_path], check=False, capture_output=True)
        broker.start()
        assert values(broker.address, count=20000) == before
        release(broker.address)
        until(lambda: (1, "t-1+") not in described(broker.address) and described(broker.address)[1, "t-1"] == places[0], 60)
        until(lambda: (logs(places[0]), logs(places[1])) == (["t-1", "t-2"], ["t-0", "t-3"]))
        assert values(broker.address, count=20000) == before


@pytest.fixture(scope="module")
def cluster():
    """Two brokers of Kafka's and one of ours, 3, which has two log directories and another for the metadata log."""
    with Cluster(2, features="share.version=0 streams.version=0") as cluster:
        cluster.call("properties", 3, 0)
        file = cluster.directory / "3" / "server.properties"
        places = [str(cluster.directory / "3" / name) for name in ("disk0", "disk1", "metadata")]
        kept = [line for line in file.read_text().splitlines() if not line.startswith("log.dirs=")]
        file.write_text("\n".join([*kept, f"log.dirs={places[0]},{places[1]}", f"metadata.log.dir={places[2]}"]) + "\n")
        name = dict(line.split("=", 1) for line in (cluster.directory / "cluster.env").read_text().splitlines())["CLUSTER_ID"]
        done = cluster.run("kafka", "storage", "format", "--cluster-id", name, "--no-initial-controllers", "--config", file)
        assert done[0] == 0, done
        cluster.join(3, "log.dir.failure.timeout.ms=5000")
        cluster.places = places
        yield cluster


def leaders(address, topic):
    return {row.id: (row.leader, sorted(row.isrs)) for row in Consumer({"bootstrap.servers": address, "group.id": "none"}).list_topics(topic, timeout=20).topics[topic].partitions.values()}


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
def test_a_broker_of_a_cluster_moves_logs_and_outlives_a_directory(cluster):
    a, b, metadata = cluster.places
    at = ("--bootstrap-server", cluster.brokers)
    assert os.listdir(metadata).count("__cluster_metadata-0") == 1 and not os.path.exists(f"{a}/__cluster_metadata-0")
    assert cluster.run("kafka", "topics", *at, "--create", "--topic", "t", "--replica-assignment", "3:1,3:2,3:1,3:2,1:2", "--config", "min.insync.replicas=1")[0] == 0
    assert (logs(a), logs(b)) == (["t-0", "t-2"], ["t-1", "t-3"])
    producer = Producer({"bootstrap.servers": cluster.brokers, "acks": "all", "enable.idempotence": True, "linger.ms": 2, "max.in.flight": 1, "retry.backoff.ms": 50})
    sent, acknowledged = 0, []

    def produce(seconds):
        nonlocal sent
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for _ in range(50):
                producer.produce("t", f"{sent}", partition=sent % 5, on_delivery=lambda error, message: error or acknowledged.append(int(message.value())))
                sent += 1
            producer.poll(0.02)

    def plan(rows):
        (cluster.directory / "plan.json").write_text(json.dumps({"version": 1, "partitions": [
            {"topic": "t", "partition": n, "replicas": replicas, "log_dirs": places} for n, replicas, places in rows]}))
        return "--reassignment-json-file", "plan.json"

    # Kafka's tool and ours move logs within our broker, and a replica to it, into a directory that is named.
    produce(1)
    words = plan([(0, [3, 1], [b, "any"]), (1, [3, 2], [a, "any"])])
    assert cluster.run("kafka", "reassign-partitions", *at, *words, "--execute")[0] == 0
    produce(1)
    cluster.until(lambda text: text.count("completed successfully") == 2, "reassign-partitions", *at, *words, "--verify")
    words = plan([(4, [1, 3], ["any", a])])
    assert cluster.run("ours", "reassign-partitions", *at, *words, "--execute")[0] == 0
    produce(1)
    cluster.until(lambda text: "Reassignment of replica t-4-3 completed successfully" in text, "reassign-partitions", *at, *words, "--verify")
    until(lambda: (logs(a), logs(b)) == (["t-1", "t-2", "t-4"], ["t-0", "t-3"]))
    cluster.same("log-dirs", "--describe", "--broker-list", "3", shown=lambda text: sorted(
        (place["logDir"], sorted(partition["partition"] for partition in place["partitions"])) for place in json.loads(text.splitlines()[-1])["brokers"][0]["logDirs"]))
    # One directory is gone: others lead what was in it, and this broker goes on with the rest.
    before = leaders(cluster.brokers, "t")
    assert [before[n] for n in range(4)] == [(3, [1, 3]), (3, [2, 3]), (3, [1, 3]), (3, [2, 3])]
    os.rename(b, b + ".away")
    assert cluster.run("kafka", "topics", *at, "--create", "--topic", "more", "--replica-assignment", "3,3,3,3")[0] == 0
    until(lambda: {n: row[0] for n, row in leaders(cluster.brokers, "t").items()} == {0: 1, 1: 3, 2: 3, 3: 2, 4: 1})
    produce(1)
    assert f"the log directory {b} has failed" in cluster.member.said() and cluster.member.process.poll() is None
    cluster.same("topics", "--describe", "--topic", "t", "--under-replicated-partitions")
    rows = json.loads(cluster.run("kafka", "log-dirs", *at, "--describe", "--broker-list", "3")[1].splitlines()[-1])["brokers"][0]["logDirs"]
    assert sorted((row["logDir"], bool(row["error"])) for row in rows) == [(a, False), (b, True)]
    assert cluster.member.end() == 0
    # Nor is it there at the next start.
    pathlib.Path(b).write_text("no directory")
    cluster.member.start()
    produce(1)
    until(lambda: [isr for _, isr in leaders(cluster.brokers, "t").values()] == [[1], [2, 3], [1, 3], [2], [1, 3]], 60)
    assert cluster.member.end() == 0
    os.remove(b)
    os.rename(b + ".away", b)
    cluster.member.start()
    produce(1)
    until(lambda: [isr for _, isr in leaders(cluster.brokers, "t").values()] == [[1, 3], [2, 3], [1, 3], [2, 3], [1, 3]], 60)
    assert producer.flush(60) == 0 and sorted(acknowledged) == list(range(sent))
    found = values(cluster.brokers, count=sent)
    assert {n: [int(value) for value in rows] for n, rows in found.items()} == {n: list(range(n, sent, 5)) for n in range(5)}


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
def test_a_new_disk_is_filled_from_the_other_replicas(cluster):
    a, b, _ = cluster.places
    at = ("--bootstrap-server", cluster.brokers)
    assert cluster.run("kafka", "topics", *at, "--create", "--topic", "u", "--replica-assignment", "3:1,3:2,3:1,3:2")[0] == 0
    ottla("console-producer", *at, "--topic", "u", stdin="\n".join(map(str, range(4000))))
    kept = {name for name in logs(b) if name.startswith("u-")}
    assert cluster.member.end() == 0
    os.rename(b, b + ".broken")
    os.mkdir(b)
    file = cluster.directory / "3" / "server.properties"
    name = dict(line.split("=", 1) for line in (cluster.directory / "cluster.env").read_text().splitlines())["CLUSTER_ID"]
    ottla("storage", "format", "--ignore-formatted", "--cluster-id", name, "--no-initial-controllers", "--config", file)
    cluster.member.start()
    until(lambda: all(3 in isr for _, isr in leaders(cluster.brokers, "u").values()), 60)
    assert kept and kept <= {name for place in (a, b) for name in logs(place)}
    assert sorted(int(value) for rows in values(cluster.brokers, "u", 4000).values() for value in rows) == list(range(4000))
