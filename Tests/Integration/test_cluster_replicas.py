"""Our broker follows and leads partitions beside two of Kafka's brokers: what each of the three holds is the same, whoever is killed, paused or stopped meanwhile."""
import json, os, re, signal, subprocess, threading, time, urllib.request

import confluent_kafka, pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from clusters import Cluster, Member, until
from support import KAFKA_HOME

pytestmark = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
SETTINGS = ("offsets.topic.replication.factor=3", "transaction.state.log.replication.factor=3", "transaction.state.log.min.isr=2",
            "offsets.topic.num.partitions=6", "transaction.state.log.num.partitions=6", "replica.lag.time.max.ms=4000", "broker.session.timeout.ms=6000",
            "auto.leader.rebalance.enable=false", "replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector", "broker.rack=theirs")
NODES = (1, 2, 9)
#: How long a follower's fetch waits at its leader at most: replica.fetch.wait.max.ms, which is not set here.
FETCH_WAIT_SECONDS = 0.5


@pytest.fixture(scope="module")
def cluster():
    with Cluster(2, SETTINGS, "share.version=0 streams.version=0") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def member(cluster):
    (cluster.directory / "9").mkdir(exist_ok=True)
    member = Member(cluster, *SETTINGS, "broker.rack=ours")
    member.overrides += ["--metrics", "127.0.0.1:0"]
    member.start()
    yield member
    if member.process.poll() is None:
        member.end(signal.SIGKILL)


@pytest.fixture
def running(cluster, member):
    """The member, with every node up."""
    if member.process.poll() is not None:
        member.start()
    return member


def tool(cluster, name, *words):
    code, text = cluster.run("ours", name, "--bootstrap-server", cluster.brokers, *words)
    assert code == 0, text
    return text


def create(cluster, topic, assignment, *configs):
    tool(cluster, "topics", "--create", "--topic", topic, "--replica-assignment", assignment, *(word for config in configs for word in ("--config", config)))
    # A broker that is asked next may not have heard of it yet.
    for address in cluster.brokers.split(","):
        until(lambda: cluster.run("ours", "topics", "--bootstrap-server", address, "--describe", "--topic", topic)[0] == 0)


def partitions(cluster, topic):
    """(leader, replicas, in sync) of each partition."""
    rows = re.findall(r"Leader: (\S+)\tReplicas: (\S+)\tIsr: (\S*)", tool(cluster, "topics", "--describe", "--topic", topic))
    return [(int(leader) if leader != "none" else -1, *(sorted(int(id) for id in ids.split(",") if id) for ids in lists)) for leader, *lists in rows]


def measures(member):
    """What the member measures, by name and labels."""
    address = re.findall(r"measures are at (http://\S+)", member.said())[-1]
    with urllib.request.urlopen(address, timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def in_sync(cluster, topic, ids=NODES, seconds=40):
    until(lambda: all(row[2] == list(ids) for row in partitions(cluster, topic)), seconds)


def log(cluster, node, topic, partition):
    directory = cluster.directory / str(node) / "data" / f"{topic}-{partition}"
    return b"".join(file.read_bytes() for file in sorted(directory.glob("*.log")))


def equal(cluster, topic, count, nodes=NODES):
    """Every replica's log holds the same bytes, and something."""
    def same():
        return all(len({log(cluster, node, topic, partition) for node in nodes}) == 1 for partition in range(count))
    until(same, 20)
    assert sum(len(log(cluster, nodes[0], topic, partition)) for partition in range(count)) > 0


def producer(cluster, **settings):
    return Producer({"bootstrap.servers": cluster.brokers, "acks": "all", "linger.ms": 5, **{key.replace("_", "."): value for key, value in settings.items()}})


def produce(cluster, topic, values, partitions=3, **settings):
    failed = []
    client = producer(cluster, **settings)
    for n, value in enumerate(values):
        client.produce(topic, value, partition=n % partitions, on_delivery=lambda error, _: failed.append(error) if error else None)
        client.poll(0)
    assert client.flush(60) == 0 and not failed, failed[:3]


def consume(cluster, topic, partitions=3, isolation="read_uncommitted", **settings):
    """The values of each partition, to the end."""
    client = Consumer({"bootstrap.servers": cluster.brokers, "group.id": "none", "enable.partition.eof": True, "auto.offset.reset": "earliest",
                       "isolation.level": isolation, **{key.replace("_", "."): value for key, value in settings.items()}})
    client.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
    values, ended, deadline = [[] for _ in range(partitions)], set(), time.monotonic() + 60
    while len(ended) < partitions:
        assert time.monotonic() < deadline
        record = client.poll(1)
        if record is not None and record.error():
            assert record.error().code() == confluent_kafka.KafkaError._PARTITION_EOF, record.error()
            ended.add(record.partition())
        elif record is not None:
            values[record.partition()].append(record.value())
    client.close()
    return values


def test_every_replica_holds_the_same_bytes(cluster, running):
    create(cluster, "same", "9:1:2,1:9:2,2:1:9")
    sent = [[], [], []]
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        values = [f"{codec}-{n}".encode() * 20 for n in range(900)]
        produce(cluster, "same", values, compression_type=codec, enable_idempotence=True)
        for n, value in enumerate(values):
            sent[n % 3].append(value)
    assert consume(cluster, "same") == sent
    in_sync(cluster, "same")
    equal(cluster, "same", 3)
    # Through Kafka's eyes: our file, and that replicas agree.
    file = running.directory / "data/same-1/00000000000000000000.log"
    assert b"isvalid: true" in subprocess.run([cluster.bins["kafka"] / "kafka-dump-log.sh", "--files", file], capture_output=True, timeout=60).stdout


def test_a_leader_that_is_killed_is_followed_by_another_and_follows_it(cluster, running):
    create(cluster, "killed", "9:1:2,1:9:2,2:1:9", "min.insync.replicas=2")
    values = [f"{n:06d}".encode() for n in range(30000)]
    thread = threading.Thread(target=produce, args=(cluster, "killed", values), kwargs={"enable_idempotence": True, "message_timeout_ms": 60000})
    thread.start()
    running.end(signal.SIGKILL)
    until(lambda: all(leader != 9 for leader, *_ in partitions(cluster, "killed")))
    running.start()
    in_sync(cluster, "killed")
    cluster.call("node", 1, "kill")
    until(lambda: all(leader != 1 for leader, *_ in partitions(cluster, "killed")))
    cluster.call("node", 1, "start")
    in_sync(cluster, "killed")
    thread.join(90)
    assert not thread.is_alive()
    assert consume(cluster, "killed") == [values[k::3] for k in range(3)]
    equal(cluster, "killed", 3)


def test_what_only_a_dead_leader_had_is_cut_off(cluster, running):
    create(cluster, "diverging", "9:1:2")
    produce(cluster, "diverging", [b"common"] * 10, 1)
    in_sync(cluster, "diverging")
    pids = [int((cluster.directory / str(node) / "pid").read_text()) for node in (1, 2)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        # A fetch that a follower sent before it stopped waits at the leader, and its answer would lie in the
        # follower's socket until it goes on: what is to be lost is written when no fetch can be waiting.
        time.sleep(2 * FETCH_WAIT_SECONDS)
        lonely = Producer({"bootstrap.servers": running.address, "acks": "1", "enable.idempotence": False})
        lonely.produce("diverging", b"lost" * 100, partition=0)
        assert lonely.flush(10) == 0
        running.end(signal.SIGKILL)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    until(lambda: partitions(cluster, "diverging")[0][0] in (1, 2))
    produce(cluster, "diverging", [b"after"] * 5, 1)
    before = len(running.said())
    running.start()
    in_sync(cluster, "diverging")
    assert "diverging-0 is cut at offset 10" in running.said()[before:]
    equal(cluster, "diverging", 1)
    assert consume(cluster, "diverging", 1) == [[b"common"] * 10 + [b"after"] * 5]


def test_acks_all_needs_as_many_in_sync_as_the_topic_says(cluster, running):
    create(cluster, "enough", "9:1", "min.insync.replicas=2")
    produce(cluster, "enough", [b"v"], 1)
    cluster.call("node", 1, "kill")
    try:
        until(lambda: partitions(cluster, "enough")[0][2] == [9])
        errors = []
        client = producer(cluster, message_timeout_ms=3000, retries=0, enable_idempotence=False)
        client.produce("enough", b"refused", partition=0, on_delivery=lambda error, _: errors.append(error))
        client.flush(20)
        assert errors[0].code() in (confluent_kafka.KafkaError.NOT_ENOUGH_REPLICAS, confluent_kafka.KafkaError._MSG_TIMED_OUT)
        # One acknowledgement is the leader's to give; but nothing more is committed for readers.
        lone = producer(cluster, acks="1", enable_idempotence=False)
        lone.produce("enough", b"alone", partition=0)
        assert lone.flush(10) == 0
        assert consume(cluster, "enough", 1) == [[b"v"]]
    finally:
        cluster.call("node", 1, "start")
    in_sync(cluster, "enough", (1, 9))
    assert until(lambda: consume(cluster, "enough", 1) == [[b"v", b"alone"]])


def reassign(cluster, topic, replicas):
    plan = cluster.directory / "plan.json"
    plan.write_text(json.dumps({"version": 1, "partitions": [{"topic": topic, "partition": 0, "replicas": replicas}]}))
    tool(cluster, "reassign-partitions", "--reassignment-json-file", str(plan), "--execute")
    until(lambda: "is completed" in tool(cluster, "reassign-partitions", "--reassignment-json-file", str(plan), "--verify"), 60)


def test_partitions_are_moved_here_and_away_again(cluster, running):
    create(cluster, "moved", "1:2")
    produce(cluster, "moved", [f"{n}".encode() * 50 for n in range(3000)], 1)
    reassign(cluster, "moved", [9, 2])
    in_sync(cluster, "moved", (2, 9))
    equal(cluster, "moved", 1, (2, 9))
    tool(cluster, "leader-election", "--election-type", "preferred", "--topic", "moved", "--partition", "0")
    produce(cluster, "moved", [b"more"] * 100, 1)
    until(lambda: partitions(cluster, "moved")[0][0] == 9)
    reassign(cluster, "moved", [1, 2])
    until(lambda: not (running.directory / "data/moved-0").exists(), 20)
    assert len(consume(cluster, "moved", 1)[0]) == 3100
    # The same name may be placed here again.
    reassign(cluster, "moved", [2, 9])
    in_sync(cluster, "moved", (2, 9))
    equal(cluster, "moved", 1, (2, 9))


def test_deleted_records_are_deleted_on_all_replicas(cluster, running):
    create(cluster, "shortened", "9:1:2,1:9:2")
    produce(cluster, "shortened", [f"{n}".encode() for n in range(200)], 2)
    admin = AdminClient({"bootstrap.servers": cluster.brokers})
    asked = [TopicPartition("shortened", partition, 40) for partition in range(2)]
    assert [future.result(30).low_watermark for future in admin.delete_records(asked).values()] == [40, 40]
    for leader in (2, 1):
        reassign(cluster, "shortened", [leader, 9, 3 - leader])
        tool(cluster, "leader-election", "--election-type", "preferred", "--topic", "shortened", "--partition", "0")
    assert [len(values) for values in consume(cluster, "shortened", 2)] == [60, 60]


def preferred(cluster, topic):
    """Every partition is led by the first of its replicas."""
    in_sync(cluster, topic)
    def elected():
        tool(cluster, "leader-election", "--election-type", "preferred", "--all-topic-partitions")
        return led_by_both(cluster, topic)
    until(elected, 60)


def led_by_both(cluster, topic):
    leaders = {leader for leader, *_ in partitions(cluster, topic)}
    return 9 in leaders and leaders & {1, 2}


def produce_transaction(cluster, id):
    """Makes the internal topics."""
    client = producer(cluster, transactional_id=id)
    client.init_transactions(60)
    consumer = Consumer({"bootstrap.servers": cluster.brokers, "group.id": id})
    consumer.list_topics(timeout=30)
    consumer.committed([TopicPartition("same", 0)], 30)
    consumer.close()


def test_transactions_across_coordinators_and_leaders_of_both_makes(cluster, running):
    produce_transaction(cluster, "warm-up")
    preferred(cluster, "__transaction_state")
    create(cluster, "both", "9:1:2,1:9:2,2:1:9", "min.insync.replicas=2")
    want = [[], [], []]
    for k in range(8):
        client = producer(cluster, transactional_id=f"t{k}")
        client.init_transactions(60)
        for n in range(4):
            client.begin_transaction()
            values = [f"{k}-{n}-{partition}".encode() for partition in range(3)]
            for partition, value in enumerate(values):
                client.produce("both", value, partition=partition)
            if n % 2:
                client.abort_transaction(30)
            else:
                client.commit_transaction(30)
                for partition, value in enumerate(values):
                    want[partition].append(value)
    assert led_by_both(cluster, "__transaction_state")
    assert consume(cluster, "both", isolation="read_committed") == want
    in_sync(cluster, "both")
    equal(cluster, "both", 3)
    # Every coordinator's transactions are over.
    until(lambda: {row.split()[3] for row in tool(cluster, "transactions", "list").splitlines() if row.startswith("t")} <= {"CompleteCommit", "CompleteAbort"})


def test_groups_of_both_protocols_with_coordinators_of_both_makes(cluster, running):
    until(lambda: "__consumer_offsets" in tool(cluster, "topics", "--list"))
    preferred(cluster, "__consumer_offsets")
    create(cluster, "grouped", "9:1:2,1:9:2,2:1:9")
    produce(cluster, "grouped", [f"{n}".encode() for n in range(300)])
    for n in range(6):
        for protocol in ("classic", "consumer"):
            group = f"{protocol}-{n}"
            client = Consumer({"bootstrap.servers": cluster.brokers, "group.id": group, "group.protocol": protocol, "auto.offset.reset": "earliest",
                               "enable.auto.commit": False})
            client.subscribe(["grouped"])
            count, deadline = 0, time.monotonic() + 60
            while count < 300:
                assert time.monotonic() < deadline, (group, count)
                record = client.poll(1)
                count += record is not None and not record.error()
            client.commit(asynchronous=False)
            client.close()
            rows = tool(cluster, "consumer-groups", "--describe", "--group", group).splitlines()
            assert sum(int(row.split()[5]) for row in rows if row.startswith(group)) == 0
    assert led_by_both(cluster, "__consumer_offsets")


def test_consumers_read_from_a_replica_in_their_rack(cluster, running):
    create(cluster, "racks", "9:1:2,1:9:2")
    produce(cluster, "racks", [b"v"] * 100, 2)
    in_sync(cluster, "racks")
    places = {}
    for rack, expected in (("ours", {9}), ("theirs", {1, 2}), ("elsewhere", None)):
        def stats(text):
            rows = json.loads(text)["topics"].get("racks", {}).get("partitions", {})
            places.update({int(key): row["broker"] for key, row in rows.items() if int(key) >= 0})

        client = Consumer({"bootstrap.servers": cluster.brokers, "group.id": "none", "client.rack": rack, "auto.offset.reset": "earliest", "stats_cb": stats,
                           "statistics.interval.ms": 100, "enable.auto.commit": False})
        client.assign([TopicPartition("racks", partition, 0) for partition in range(2)])
        count, deadline = 0, time.monotonic() + 60
        def arrived():
            if expected is None:
                return places == {0: 9, 1: 1}
            return len(places) == 2 and set(places.values()) <= expected
        while count < 100 or not arrived():
            assert time.monotonic() < deadline, (rack, count, places)
            record = client.poll(0.1)
            assert record is None or not record.error() , record.error()
            count += record is not None
        assert count == 100
        client.close()
        places.clear()


def test_orderly_restarts_of_every_broker_fail_no_produce(cluster, running):
    create(cluster, "rolling", "9:1:2,1:9:2,2:1:9", "min.insync.replicas=2")
    stop, sent, failed = threading.Event(), [], []

    def run():
        client = producer(cluster, enable_idempotence=True, message_timeout_ms=60000)
        n = 0
        while not stop.is_set():
            client.produce("rolling", f"{n}".encode(), partition=n % 3, on_delivery=lambda error, _: failed.append(error) if error else None)
            client.poll(0.002)
            sent.append(n)
            n += 1
        assert client.flush(60) == 0

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert running.end() == 0, running.said()
        running.start()
        in_sync(cluster, "rolling")
        for node in (1, 2):
            cluster.call("node", node, "stop")
            cluster.call("node", node, "start")
            in_sync(cluster, "rolling")
    finally:
        stop.set()
        thread.join(90)
    assert not failed and len(sent) > 500
    assert [[int(value) for value in values] for values in consume(cluster, "rolling")] == [sent[k::3] for k in range(3)]
    equal(cluster, "rolling", 3)
    # What is known of epochs is the same everywhere, but for those in which nothing was written.
    running.end()
    for node in (1, 2):
        cluster.call("node", node, "stop")
    for partition in range(3):
        texts = [(cluster.directory / str(node) / f"data/rolling-{partition}/leader-epoch-checkpoint").read_text() for node in NODES]
        end = len(sent[partition::3])
        epochs = [[row for row in text.splitlines()[2:] if int(row.split()[1]) < end] for text in texts]
        assert epochs[0] == epochs[1] == epochs[2] != [], texts
    for node in (1, 2):
        cluster.call("node", node, "start")


@pytest.mark.parametrize("side, place, new", [("follower", "1", [9]), ("leader", "9", [1])])
def test_a_throttle_slows_down_what_we_fetch_and_what_we_send(cluster, running, side, place, new):
    topic = f"slow-{side}"
    create(cluster, topic, place)
    produce(cluster, topic, [os.urandom(500_000) for _ in range(24)], 1)
    # Kafka's broker at the other end is told nothing: only our side holds up.
    tool(cluster, "configs", "--alter", "--topic", topic, "--add-config", f"{side}.replication.throttled.replicas=0:9")
    tool(cluster, "configs", "--alter", "--broker", "9", "--add-config", f"{side}.replication.throttled.rate=2000000")
    try:
        began = time.monotonic()
        reassign(cluster, topic, new)
        taken = time.monotonic() - began
        # 12 MB at 2 MB a second; what went before a rate is known is made up for.
        assert 4 < taken < 25, taken
        tool(cluster, "configs", "--alter", "--broker", "9", "--delete-config", f"{side}.replication.throttled.rate")
    finally:
        tool(cluster, "topics", "--delete", "--topic", topic)


def test_measures_tell_of_replicas_that_are_missing_or_behind(cluster, running):
    create(cluster, "measured", "9:1,1:9")
    produce(cluster, "measured", [b"v"] * 10, 2)
    in_sync(cluster, "measured", (1, 9))
    until(lambda: measures(running)["kafka_server_replicamanager_underreplicatedpartitions"] == 0)
    before = measures(running)
    assert before['kafka_server_fetcherlagmetrics_consumerlag{clientId="ReplicaFetcherThread-0-1",topic="measured",partition="1"}'] == 0
    assert before['kafka_cluster_partition_insyncreplicascount{topic="measured",partition="0"}'] == 2
    cluster.call("node", 1, "kill")
    try:
        def missing():
            now = measures(running)
            return now['kafka_cluster_partition_underreplicated{topic="measured",partition="0"}'] == 1 and now
        now = until(missing)
        assert now["kafka_server_replicamanager_underreplicatedpartitions"] > 0
    finally:
        cluster.call("node", 1, "start")
    in_sync(cluster, "measured", (1, 9))
    until(lambda: measures(running)["kafka_server_replicamanager_underreplicatedpartitions"] == 0)
    assert measures(running)["kafka_server_replicamanager_isrexpands_total"] > before["kafka_server_replicamanager_isrexpands_total"]
