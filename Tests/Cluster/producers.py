"""Idempotent producers with acks=all that note which of their records were acknowledged, and where."""
import random, threading, zlib

import confluent_kafka

from .workload import PATIENT, Worker


# Records that a producer has not been told of, at most; refused ones that are told of one by one.
WAITING, SHOWN = 300, 5


class Account:
    """What producers sent and were promised: {(producer, sequence): …}. A record names its producer, its sequence, its topic and its partition."""

    def __init__(self):
        self.sent, self.acknowledged, self.topics, self.quiet, self.lock = {}, {}, [], [], threading.Lock()

    def add_topic(self, name, count, quiet=False):
        """A quiet topic has a record now and then, so that leaders come and go that never wrote."""
        with self.lock:
            (self.quiet if quiet else self.topics).append((name, count))

    @staticmethod
    def value(producer, sequence, topic, partition, padding):
        return f"{producer} {sequence} {topic} {partition} {'x' * padding}".encode()

    @staticmethod
    def parse(value):
        """(producer, sequence), topic and partition as the record says them."""
        producer, sequence, topic, partition, _ = value.decode().split(" ")
        return (producer, int(sequence)), topic, int(partition)


class Producer(Worker):
    def __init__(self, name, cluster, account, seed, journal, rate):
        super().__init__(name, journal)
        self.random, self.account, self.sequence, self.rate, self.refused = random.Random(f"{seed} {name}"), account, 0, rate, 0
        # With more than one request in flight librdkafka (up to 2.16 at least, its issue 4953) takes a sequence that is out of order, because an earlier request failed,
        # for a loss, bumps its epoch, and sends again under it what the broker may have.
        self.client = confluent_kafka.Producer({
            **PATIENT, "max.in.flight.requests.per.connection": 1, "bootstrap.servers": cluster.bootstrap, "enable.idempotence": True, "linger.ms": 5, "message.timeout.ms": 150000,
            "request.timeout.ms": 5000, "compression.type": self.random.choice(["none", "lz4", "zstd", "gzip", "snappy"]),
            "batch.num.messages": self.random.choice([1, 5, 100])})

    def work(self):
        while not self.stopped.wait(0.1):
            for _ in range(self.random.randint(0, 2 * self.rate // 10)):
                # A record waits for those before it: were there ever more of them, it would run out of time on a slow machine with nothing wrong at the cluster.
                if len(self.client) < WAITING:
                    with self.account.lock:
                        # Most to the topics there from the start, some to the newest.
                        topic = self.random.choice(self.account.topics[:2] + self.account.topics[-2:])
                    self.send(*topic)
            if self.account.quiet and self.random.random() < 0.02:
                self.send(*self.random.choice(self.account.quiet))
            self.client.poll(0)
        if left := self.client.flush(100):
            self.journal.finding(f"{left} records of {self.name} are neither acknowledged nor refused")
        if self.refused > SHOWN:
            self.journal.finding(f"{self.refused} records of {self.name} were refused in all")

    def send(self, topic, count):
        key = f"k{self.random.randrange(200)}".encode()
        partition, record = zlib.crc32(key) % count, (self.name, self.sequence)
        self.sequence += 1
        self.account.sent[record] = (topic, partition)
        value = self.account.value(*record, topic, partition, self.random.choice([10, 200, 2000]))
        self.client.produce(topic, value, key, partition, on_delivery=lambda error, message: self.delivered(record, error, message))

    def delivered(self, record, error, message):
        if error:
            # Two of three replicas are always there and time is ample, so it was promised by min.insync.replicas that it can be written.
            self.refused += 1
            tell = self.journal.finding if self.refused <= SHOWN else self.journal.note
            tell(f"{record[0]}'s record {record[1]} for {message.topic()}-{message.partition()} was refused: {error}")
        else:
            self.account.acknowledged[record] = (message.topic(), message.partition(), message.offset(), self.journal.now)
