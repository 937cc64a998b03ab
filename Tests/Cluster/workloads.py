"""What goes on in a cluster while its nodes are killed. Each workload is a thread that notes what it was promised; `problems` is what it saw that must not be."""
import collections, random, threading, time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

PARTITIONS = 4


class Workload(threading.Thread):
    def __init__(self, addresses):
        super().__init__(daemon=True)
        self.addresses, self.stopping, self.problems = addresses, threading.Event(), []

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.problems.append(f"{self}: {type(error).__name__}: {error}")

    def stop(self):
        self.stopping.set()

    def __str__(self):
        return type(self).__name__

    def settings(self, **more):
        # What librdkafka has to say of connections that are cut is no news here.
        return {"bootstrap.servers": self.addresses, "log_level": 0, **{key.replace("_", "."): value for key, value in more.items()}}


class Writer(Workload):
    """An idempotent producer with acks=all: `acked` has the values in the order of each partition, with their offsets."""

    def __init__(self, addresses, topic, name, per_second=150):
        super().__init__(addresses)
        self.topic, self.label, self.pause = topic, name, 1 / per_second
        self.acked, self.sent, self.unknown = collections.defaultdict(list), 0, set()

    def work(self):
        client, generation = None, 0
        while not self.stopping.is_set():
            if client is None:
                client = Producer(self.settings(acks="all", enable_idempotence=True, linger_ms=5, message_timeout_ms=120000))
                generation += 1
            value = f"{self.label}.{generation}:{self.sent}"
            try:
                client.produce(self.topic, value, partition=self.sent % PARTITIONS, on_delivery=self.delivered)
                self.sent += 1
                client.poll(self.pause)
            except BufferError:
                client.poll(0.5)
            except KafkaException as error:
                if not error.args[0].fatal():
                    raise
                # The broker has lost the producer's state: what is in flight is not known, and another producer goes on.
                client.flush(5)
                client = None
        if client is not None and client.flush(150):
            self.problems.append(f"{self} {self.label}: records were neither written nor refused")

    def delivered(self, error, record):
        if error:
            self.unknown.add(record.value().decode())
        else:
            self.acked[record.partition()].append((record.value().decode(), record.offset()))


class Reader(Workload):
    """A consumer of a group, which commits what it has read."""

    def __init__(self, addresses, topic, protocol):
        super().__init__(addresses)
        self.topic, self.protocol, self.seen = topic, protocol, collections.defaultdict(set)

    def work(self):
        client = Consumer(self.settings(group_id=f"readers-{self.protocol}", group_protocol=self.protocol, auto_offset_reset="earliest",
                                        auto_commit_interval_ms=1000))
        client.subscribe([self.topic])
        while not self.stopping.is_set():
            record = client.poll(0.5)
            if record is not None and not record.error():
                self.seen[record.partition()].add(record.offset())
        client.close()


class Copier(Workload):
    """Consume, transform, produce: each input has one output in a transaction that is committed, some are aborted on the way."""

    def __init__(self, addresses, source, target, seed):
        super().__init__(addresses)
        self.source, self.target, self.random = source, target, random.Random(seed)
        self.commits = self.aborts = 0

    def work(self):
        client = None
        while not self.stopping.is_set():
            try:
                if client is None:
                    client = self.begin()
                self.step(*client)
            except KafkaException as error:
                problem = error.args[0]
                if problem.txn_requires_abort() and client is not None and self.abort(client):
                    continue
                if client is not None:
                    client[0].close()
                client = None
                time.sleep(0.2)
        if client is not None:
            client[0].close()

    def begin(self):
        producer = Producer(self.settings(transactional_id="copier", transaction_timeout_ms=30000))
        producer.init_transactions(60)
        consumer = Consumer(self.settings(group_id="copier", enable_auto_commit=False, isolation_level="read_committed", auto_offset_reset="earliest"))
        consumer.assign(consumer.committed([TopicPartition(self.source, partition) for partition in range(PARTITIONS)], 30))
        return consumer, producer

    def step(self, consumer, producer):
        records = [record for record in consumer.consume(200, 1) if not record.error()]
        if not records:
            return
        producer.begin_transaction()
        for record in records:
            producer.produce(self.target, record.value(), partition=record.partition())
            producer.poll(0)
        if self.random.random() < 0.2:
            raise Aborted()
        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
        while True:
            try:
                producer.commit_transaction(30)
                break
            except KafkaException as error:
                if not error.args[0].retriable():
                    raise
        self.commits += 1

    def abort(self, client):
        consumer, producer = client
        try:
            producer.abort_transaction(30)
            for position in consumer.committed(consumer.assignment(), 30):
                consumer.seek(TopicPartition(position.topic, position.partition, max(position.offset, 0)))
            self.aborts += 1
            return True
        except KafkaException:
            return False


class Aborted(KafkaException):
    """The copier's own wish."""

    def __init__(self):
        super().__init__(_Wish())


class _Wish:
    def txn_requires_abort(self):
        return True


def read_all(addresses, topic, isolation="read_committed", seconds=120):
    """(offset, value) of every record of each partition, to its end."""
    client = Consumer({"bootstrap.servers": addresses, "group.id": "checker", "enable.partition.eof": True, "isolation.level": isolation, "log_level": 0,
                       "enable.auto.commit": False})
    client.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    rows, ended, deadline = collections.defaultdict(list), set(), time.monotonic() + seconds
    while len(ended) < PARTITIONS:
        if time.monotonic() > deadline:
            raise AssertionError(f"{topic} could not be read to its end within {seconds} s: {sorted(set(range(PARTITIONS)) - ended)} hang")
        record = client.poll(1)
        if record is None:
            continue
        if record.error():
            if record.error().code() == KafkaError._PARTITION_EOF:
                ended.add(record.partition())
        else:
            rows[record.partition()].append((record.offset(), record.value().decode()))
    client.close()
    return rows
