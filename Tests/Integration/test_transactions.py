"""Transactions of real clients, the same conversation with our broker and, where it is at hand, with Kafka."""
import asyncio, contextlib, pathlib, subprocess, threading

import aiokafka, aiokafka.errors, confluent_kafka, confluent_kafka.admin, kafka, kafka.errors
import pytest

from clusters import until
from support import KAFKA_HOME, Broker, KafkaBroker

CLUSTERS = ["ottla", pytest.param("kafka", marks=pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java"))]


@pytest.fixture(scope="module", params=CLUSTERS)
def cluster(request):
    with Broker() if request.param == "ottla" else KafkaBroker() as broker:
        yield broker.address


def create(cluster, *topics, partitions=1):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": cluster})
    for future in admin.create_topics([confluent_kafka.admin.NewTopic(name, partitions) for name in topics]).values():
        future.result(30)


def transactional(cluster, name, patience=30, **settings):
    producer = confluent_kafka.Producer({"bootstrap.servers": cluster, "transactional.id": name, **settings})
    producer.init_transactions(patience)
    return producer


def consumer(cluster, group, isolation="read_committed", **settings):
    return confluent_kafka.Consumer({
        "bootstrap.servers": cluster, "group.id": group, "auto.offset.reset": "earliest", "isolation.level": isolation,
        "enable.auto.commit": False, "session.timeout.ms": 6000, "enable.partition.eof": True, **settings})


def read(cluster, topic, isolation="read_committed", partitions=1):
    """Everything in a topic up to its end, as that isolation level sees it."""
    reader = consumer(cluster, f"{topic}-{isolation}", isolation)
    reader.assign([confluent_kafka.TopicPartition(topic, index, confluent_kafka.OFFSET_BEGINNING) for index in range(partitions)])
    values, ended = [], 0
    while ended < partitions:
        message = reader.poll(30)
        assert message is not None
        if message.error() is None:
            values.append(message.value().decode())
        elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
            ended += 1
        else:
            raise confluent_kafka.KafkaException(message.error())
    reader.close()
    return values


def test_confluent_commits_and_aborts(cluster, topic):
    create(cluster, topic, topic + "-2")
    producer = transactional(cluster, topic)
    for number, end in enumerate(["commit", "abort", "commit", "abort", "abort", "commit"]):
        producer.begin_transaction()
        for name in (topic, topic + "-2"):
            for n in range(10):
                producer.produce(name, f"{end} {number} {n}")
        producer.flush(30)
        producer.commit_transaction(30) if end == "commit" else producer.abort_transaction(30)
    expected = [f"commit {number} {n}" for number in (0, 2, 5) for n in range(10)]
    for name in (topic, topic + "-2"):
        assert read(cluster, name) == expected
        assert len(read(cluster, name, "read_uncommitted")) == 60


def test_confluent_open_transactions_hold_back_what_follows(cluster, topic):
    create(cluster, topic)
    first, second = transactional(cluster, topic + "-a"), transactional(cluster, topic + "-b")
    plain = confluent_kafka.Producer({"bootstrap.servers": cluster})
    first.begin_transaction(), second.begin_transaction()
    for producer, value in ((first, "first"), (plain, "plain"), (second, "second")):
        producer.produce(topic, value)
        producer.flush(30)
    assert read(cluster, topic) == []
    second.commit_transaction(30)
    assert read(cluster, topic) == [] and read(cluster, topic, "read_uncommitted") == ["first", "plain", "second"]
    first.abort_transaction(30)
    assert read(cluster, topic) == ["plain", "second"]


def test_confluent_fences_the_older_producer(cluster, topic):
    create(cluster, topic)
    old = transactional(cluster, topic)
    old.begin_transaction()
    old.produce(topic, "lost")
    old.flush(30)
    new = transactional(cluster, topic)
    new.begin_transaction()
    new.produce(topic, "kept")
    new.commit_transaction(30)
    with pytest.raises(confluent_kafka.KafkaException) as failure:
        old.produce(topic, "zombie")
        old.commit_transaction(30)
    assert failure.value.args[0].code() in (confluent_kafka.KafkaError._FENCED, confluent_kafka.KafkaError.INVALID_PRODUCER_EPOCH)
    assert read(cluster, topic) == ["kept"]


def test_confluent_copies_over_a_rebalance_each_record_once(cluster, topic):
    source, target, count, batch = topic + "-in", topic + "-out", 400, 20
    create(cluster, source, target, partitions=4)
    plain = confluent_kafka.Producer({"bootstrap.servers": cluster})
    for n in range(count):
        plain.produce(source, str(n), partition=n % 4)
    plain.flush(30)
    copied, lock, failures = [0], threading.Lock(), []

    def copy(index):
        try:
            producer, reader = transactional(cluster, f"{topic}-{index}"), consumer(cluster, topic + "-copiers")
            reader.subscribe([source])
            turn = 0
            while copied[0] < count:
                messages = [m for m in reader.consume(batch, 0.5) if m.error() is None]
                if not messages:
                    continue
                turn += 1
                producer.begin_transaction()
                for message in messages:
                    producer.produce(target, message.value(), partition=message.partition())
                positions = reader.position(reader.assignment())
                try:
                    producer.send_offsets_to_transaction([p for p in positions if p.offset >= 0], reader.consumer_group_metadata(), 30)
                    if turn % 3 == 0:
                        raise RuntimeError("changed my mind")
                    producer.commit_transaction(30)
                    with lock:
                        copied[0] += len(messages)
                except (RuntimeError, confluent_kafka.KafkaException) as failure:
                    if isinstance(failure, confluent_kafka.KafkaException) and not failure.args[0].txn_requires_abort():
                        raise
                    producer.abort_transaction(30)
                    committed = reader.committed(reader.assignment(), 30)
                    for place in committed:
                        place.offset = max(place.offset, 0)
                        reader.seek(place)
                if index == 1 and turn == 4:
                    # Leaves and comes back: what the other has must not be copied twice.
                    reader.unsubscribe()
                    reader.subscribe([source])
            reader.close()
        except BaseException as failure:  # noqa: BLE001 - told by the test's thread
            failures.append(failure)
            copied[0] = count

    threads = [threading.Thread(target=copy, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert not failures, failures
    assert sorted(map(int, read(cluster, target, partitions=4))) == list(range(count))


def test_kafka_python_commits_aborts_and_is_fenced(cluster, topic):
    create(cluster, topic)
    producer = kafka.KafkaProducer(bootstrap_servers=cluster, transactional_id=topic)
    producer.init_transactions()
    for end in ("commit", "abort", "commit"):
        producer.begin_transaction()
        producer.send(topic, end.encode()).get(30)
        producer.commit_transaction() if end == "commit" else producer.abort_transaction()
    producer.begin_transaction()
    producer.send(topic, b"lost").get(30)
    newer = kafka.KafkaProducer(bootstrap_servers=cluster, transactional_id=topic)
    newer.init_transactions()
    with pytest.raises(kafka.errors.KafkaError):
        producer.send(topic, b"zombie").get(30)
        producer.commit_transaction()
    # It asks for its producer id once more, which would fence the newer one in a transaction: Kafka's coordinator compares the epoch only where none is open.
    until(producer._transaction_manager.has_fatal_error)
    newer.begin_transaction()
    newer.send(topic, b"newer")
    newer.send_offsets_to_transaction({kafka.TopicPartition(topic, 0): kafka.OffsetAndMetadata(7, "", -1)}, topic + "-group")
    newer.commit_transaction()
    assert read(cluster, topic) == ["commit", "commit", "newer"]
    reader = kafka.KafkaConsumer(topic, bootstrap_servers=cluster, group_id=topic + "-group", isolation_level="read_committed")
    assert reader.committed(kafka.TopicPartition(topic, 0)) == 7
    reader.close()


def test_aiokafka_commits_aborts_and_sends_offsets(cluster, topic):
    create(cluster, topic)

    async def converse():
        producer = aiokafka.AIOKafkaProducer(bootstrap_servers=cluster, transactional_id=topic)
        await producer.start()
        async with producer.transaction():
            await producer.send_and_wait(topic, b"one")
            await producer.send_offsets_to_transaction({aiokafka.TopicPartition(topic, 0): 3}, topic + "-group")
        with pytest.raises(ZeroDivisionError):
            async with producer.transaction():
                await producer.send_and_wait(topic, b"two")
                raise ZeroDivisionError
        async with producer.transaction():
            await producer.send_and_wait(topic, b"three")
        await producer.stop()
        reader = aiokafka.AIOKafkaConsumer(
            topic, bootstrap_servers=cluster, group_id=topic + "-reader", isolation_level="read_committed", auto_offset_reset="earliest")
        await reader.start()
        values = [(await asyncio.wait_for(reader.getone(), 30)).value for _ in range(2)]
        await reader.stop()
        return values

    assert asyncio.run(converse()) == [b"one", b"three"]
    reader = consumer(cluster, topic + "-group")
    assert [place.offset for place in reader.committed([confluent_kafka.TopicPartition(topic, 0)], 30)] == [3]
    reader.close()


@contextlib.contextmanager
def transaction_version(cluster, level):
    """Lowers the feature level, which a new cluster has at 2, for a while."""
    features = [f"{KAFKA_HOME}/bin/kafka-features.sh", "--bootstrap-server", cluster]

    def change(how, level, says):
        done = subprocess.run([*features, how, "--feature", f"transaction.version={level}"], capture_output=True, text=True, timeout=60)
        assert done.stdout == f"transaction.version was {says} to {level}.\n", done.stdout + done.stderr

    if level < 2:
        change("downgrade", level, "downgraded")
    yield
    if level < 2:
        change("upgrade", 2, "upgraded")


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
@pytest.mark.parametrize("protocol,level", [("classic", 2), ("consumer", 2), ("classic", 1), ("consumer", 0)])
def test_the_java_client(cluster, topic, protocol, level):
    source = pathlib.Path(__file__).with_name("JavaTransactions.java")
    with transaction_version(cluster, level):
        done = subprocess.run(
            ["java", "-cp", f"{KAFKA_HOME}/libs/*", str(source), cluster, topic, protocol], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    # Errors are logged between them.
    assert [line[2:] for line in done.stdout.splitlines() if line.startswith("= ")] == [
        "committed: [a0, a1, a2, b0, b1, b2]", "all: [a0, a1, a2, x0, x1, x2, b0, b1, b2]", "offset in the open transaction: null", "offset: 5",
        "offset after an abort: 5", "older producer: fenced", "copied: 200 of 200, each once", "idle transaction: aborted", "too long a time-out: refused"]
