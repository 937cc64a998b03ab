"""Real clients against our broker: every codec, keys, cross-reading, idempotence, admin calls."""
import asyncio, subprocess

import aiokafka, confluent_kafka, confluent_kafka.admin, kafka, kafka.admin
import pytest

from support import ottla

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
VALUES = [f"value {n} ".encode() * (n % 7 + 1) for n in range(200)]


def create(broker, topic, partitions=1, **configs):
    extra = [word for key, value in configs.items() for word in ("--config", f"{key.replace('_', '.')}={value}")]
    ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", topic, "--partitions", partitions, *extra)


def produce_confluent(broker, topic, codec, values=VALUES, **settings):
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.address, "compression.type": codec, "linger.ms": 5, **settings})
    errors = []
    for value in values:
        producer.produce(topic, value, on_delivery=lambda error, _: errors.append(error) if error else None)
    assert producer.flush(30) == 0
    assert not errors


def consume_confluent(broker, topic, count, **settings):
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": broker.address, "group.id": f"{topic}-confluent", "auto.offset.reset": "earliest", **settings})
    consumer.subscribe([topic])
    values = []
    while len(values) < count:
        for message in consumer.consume(count - len(values), 30):
            assert message.error() is None
            values.append(message.value())
    consumer.close()
    return values


def consume_kafka_python(broker, topic, count):
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=broker.address, group_id=f"{topic}-python", auto_offset_reset="earliest", consumer_timeout_ms=30000)
    values = []
    for message in consumer:
        values.append(message.value)
        if len(values) == count:
            break
    consumer.close()
    return values


async def consume_aiokafka(broker, topic, count):
    consumer = aiokafka.AIOKafkaConsumer(topic, bootstrap_servers=broker.address, group_id=f"{topic}-aio", auto_offset_reset="earliest")
    await consumer.start()
    values = [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]
    await consumer.stop()
    return values


@pytest.mark.parametrize("codec", CODECS)
def test_confluent_produces_and_everyone_reads(shared_broker, topic, codec):
    create(shared_broker, topic)
    produce_confluent(shared_broker, topic, codec)
    assert consume_confluent(shared_broker, topic, len(VALUES)) == VALUES
    assert consume_kafka_python(shared_broker, topic, len(VALUES)) == VALUES
    assert asyncio.run(consume_aiokafka(shared_broker, topic, len(VALUES))) == VALUES
    ours = ottla("console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--from-beginning", "--max-messages", len(VALUES))
    assert ours.encode() == b"".join(value + b"\n" for value in VALUES)


@pytest.mark.parametrize("codec", CODECS)
def test_kafka_python_produces_and_confluent_reads(shared_broker, topic, codec):
    create(shared_broker, topic)
    producer = kafka.KafkaProducer(bootstrap_servers=shared_broker.address, compression_type=None if codec == "none" else codec, linger_ms=5)
    for value in VALUES:
        producer.send(topic, value)
    producer.flush(30)
    producer.close()
    assert consume_confluent(shared_broker, topic, len(VALUES)) == VALUES


@pytest.mark.parametrize("codec", CODECS)
def test_aiokafka_produces_and_confluent_reads(shared_broker, topic, codec):
    create(shared_broker, topic)

    async def produce():
        producer = aiokafka.AIOKafkaProducer(bootstrap_servers=shared_broker.address, compression_type=None if codec == "none" else codec, linger_ms=5)
        await producer.start()
        for value in VALUES:
            await producer.send(topic, value)
        await producer.stop()

    asyncio.run(produce())
    assert consume_confluent(shared_broker, topic, len(VALUES)) == VALUES


@pytest.mark.parametrize("codec", CODECS)
def test_console_producer_writes_and_confluent_reads(shared_broker, topic, codec):
    create(shared_broker, topic)
    lines = [value.strip() for value in VALUES]
    ottla("console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--compression-codec", codec, stdin=b"\n".join(lines) + b"\n")
    assert consume_confluent(shared_broker, topic, len(lines)) == lines


def test_kcat_produces_and_consumes(shared_broker, topic):
    create(shared_broker, topic)
    subprocess.run(["kcat", "-b", shared_broker.address, "-P", "-t", topic], input=b"one\ntwo\n", check=True, timeout=30)
    out = subprocess.run(["kcat", "-b", shared_broker.address, "-C", "-t", topic, "-e", "-q"], check=True, timeout=30, capture_output=True).stdout
    assert out == b"one\ntwo\n"


def test_keys_land_where_javas_murmur2_puts_them(shared_broker, topic):
    # From Kafka's own answers: key -> partition of 12.
    expected = {"a": 4, "b": 8, "abc": 3, "foo": 8, "bar": 9, "key1": 8, "key3": 1, "foobar": 6, "user-1": 8, "héllo": 6, "日本": 3, "": 9}
    create(shared_broker, topic, 12)
    lines = "".join(f"{key}|v\n" for key in expected)
    ottla("console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--property", "parse.key=true", "--property", "key.separator=|", stdin=lines)
    out = ottla("console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--from-beginning", "--max-messages", len(expected),
                "--property", "print.key=true", "--property", "print.partition=true", "--property", "key.separator=|")
    assert {key: int(partition.removeprefix("Partition:")) for partition, key, _ in (line.split("|") for line in out.splitlines())} == expected


def test_an_idempotent_producer_keeps_order(shared_broker, topic):
    create(shared_broker, topic)
    values = [str(n).encode() for n in range(5000)]
    produce_confluent(shared_broker, topic, "lz4", values, **{"enable.idempotence": True})
    assert consume_confluent(shared_broker, topic, len(values)) == values


def test_acks_0_and_1(shared_broker, topic):
    create(shared_broker, topic)
    produce_confluent(shared_broker, topic, "none", VALUES, acks=1)
    produce_confluent(shared_broker, topic, "none", VALUES, acks=0)
    assert consume_confluent(shared_broker, topic, 2 * len(VALUES)) == VALUES + VALUES


def test_a_1_mb_message_passes_and_one_too_large_is_refused(shared_broker, topic):
    create(shared_broker, topic)
    produce_confluent(shared_broker, topic, "none", [b"x" * 1_000_000], **{"message.max.bytes": 10_000_000})
    assert len(consume_confluent(shared_broker, topic, 1)[0]) == 1_000_000
    producer = confluent_kafka.Producer({"bootstrap.servers": shared_broker.address, "message.max.bytes": 10_000_000})
    errors = []
    producer.produce(topic, b"x" * 2_000_000, on_delivery=lambda error, _: errors.append(error))
    producer.flush(30)
    assert errors[0].code() == confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE


def test_a_record_without_key_is_refused_on_a_compacted_topic(shared_broker, topic):
    create(shared_broker, topic, cleanup_policy="compact")
    producer = confluent_kafka.Producer({"bootstrap.servers": shared_broker.address})
    errors = []
    producer.produce(topic, b"x", on_delivery=lambda error, _: errors.append(error))
    producer.flush(30)
    assert errors[0].code() == confluent_kafka.KafkaError.INVALID_RECORD


def test_offsets_by_timestamp(shared_broker, topic):
    create(shared_broker, topic)
    producer = confluent_kafka.Producer({"bootstrap.servers": shared_broker.address})
    base = 1_700_000_000_000
    for n in range(100):
        producer.produce(topic, str(n).encode(), timestamp=base + 1000 * n)
    assert producer.flush(30) == 0
    consumer = confluent_kafka.Consumer({"bootstrap.servers": shared_broker.address, "group.id": "timestamps"})
    for wanted, offset in ((base, 0), (base + 1, 1), (base + 50_000, 50), (base + 99_000, 99)):
        assert consumer.offsets_for_times([confluent_kafka.TopicPartition(topic, 0, wanted)], 30)[0].offset == offset
    assert consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0), 30) == (0, 100)
    consumer.close()


def test_admin_calls_of_confluent(broker, topic):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": broker.address})
    for future in admin.create_topics([confluent_kafka.admin.NewTopic(topic, 3, 1, config={"retention.ms": "60000"})]).values():
        future.result(30)
    assert len(admin.list_topics(timeout=30).topics[topic].partitions) == 3
    resource = confluent_kafka.admin.ConfigResource("topic", topic)
    assert admin.describe_configs([resource])[resource].result(30)["retention.ms"].value == "60000"
    for future in admin.create_partitions([confluent_kafka.admin.NewPartitions(topic, 5)]).values():
        future.result(30)
    entry = confluent_kafka.admin.ConfigEntry("retention.ms", "1000", incremental_operation=confluent_kafka.admin.AlterConfigOpType.SET)
    resource = confluent_kafka.admin.ConfigResource("topic", topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(30)
    assert admin.describe_configs([resource])[resource].result(30)["retention.ms"].value == "1000"
    assert len(admin.list_topics(timeout=30).topics[topic].partitions) == 5
    for future in admin.delete_topics([topic]).values():
        future.result(30)
    assert topic not in admin.list_topics(timeout=30).topics


def test_a_thousand_topics(broker):
    admin = kafka.admin.KafkaAdminClient(bootstrap_servers=broker.address)
    names = [f"topic-{n:04}" for n in range(1000)]
    for start in range(0, 1000, 100):
        admin.create_topics([kafka.admin.NewTopic(name, 1, 1) for name in names[start:start + 100]], timeout_ms=60000)
    admin.close()
    assert ottla("topics", "--bootstrap-server", broker.address, "--list").split() == names
    produce_confluent(broker, names[500], "none", [b"x"])
    broker.stop()
    broker.start()
    assert ottla("topics", "--bootstrap-server", broker.address, "--list").split() == names
    assert consume_confluent(broker, names[500], 1) == [b"x"]
