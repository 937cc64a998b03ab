"""Copies a topic in transactions, the offsets among them, and gives some of them up."""
import random, threading

import confluent_kafka

from .workload import PATIENT, Worker, settle


class Copies:
    """What became of each transaction: {attempt: open, aborted or committed}; `open` is one of which it is not known. A copy names what it is of and its attempt."""

    def __init__(self, source, target, count):
        self.source, self.target, self.count, self.outcome, self.lock = source, target, count, {}, threading.Lock()

    @staticmethod
    def value(partition, offset, attempt):
        return f"{partition} {offset} {attempt}".encode()

    @staticmethod
    def parse(value):
        """Partition and offset of the record that was copied, and the attempt."""
        partition, offset, attempt = value.decode().split(" ")
        return (int(partition), int(offset)), attempt


class Copier(Worker):
    def __init__(self, name, cluster, copies, seed, journal, protocol):
        super().__init__(name, journal)
        self.random, self.cluster, self.copies, self.protocol, self.attempts = random.Random(f"{seed} {name}"), cluster, copies, protocol, 0

    def work(self):
        while not self.stopped.is_set():
            try:
                self.session()
            except (confluent_kafka.KafkaException, TimeoutError) as error:
                # Fenced, or the transaction's end is not known: a new producer of the same id makes an end of what is open.
                self.journal.note(f"{self.name} begins anew after {error}", shown=False)

    def finish(self, seconds=60):
        """The library (2.16) may wait for ever to send offsets whose coordinator went away, until a connection changes: then its last transaction times out and is
        aborted, and whether all was copied is checked all the same."""
        self.stopped.set()
        self.join(seconds)
        if self.is_alive():
            self.journal.note(f"{self.name} waits in the client library and is left behind")

    def session(self):
        # The library (2.16) waits for ever to send offsets to a coordinator whose connection was cut, if it keeps only those connections that it uses.
        producer = confluent_kafka.Producer({
            **PATIENT, "bootstrap.servers": self.cluster.bootstrap, "transactional.id": self.name, "enable.sparse.connections": False,
            "transaction.timeout.ms": 15000, "message.timeout.ms": 15000, "request.timeout.ms": 5000, "linger.ms": 5})
        times = {"session.timeout.ms": 6000} if self.protocol == "classic" else {}
        consumer = confluent_kafka.Consumer({
            **PATIENT, **times, "bootstrap.servers": self.cluster.bootstrap, "group.id": "copiers", "group.protocol": self.protocol,
            "isolation.level": "read_committed", "enable.auto.commit": False, "auto.offset.reset": "earliest"})
        try:
            settle(lambda: producer.init_transactions(20), self.journal, f"{self.name} begins")
            consumer.subscribe([self.copies.source])
            while not self.stopped.is_set():
                messages = [one for one in consumer.consume(self.random.randint(1, 60), 0.3) if not one.error()]
                if messages and not self.copy(producer, consumer, messages):
                    self.rewind(consumer, messages)
        finally:
            began = self.journal.now
            consumer.close()
            if (took := self.journal.now - began) > 30:
                self.journal.finding(f"{self.name} took {took:.1f} s to leave its group, from {began:.2f} s on")

    def copy(self, producer, consumer, messages):
        """Whether the transaction was committed."""
        attempt = f"{self.name}-{self.attempts}"
        self.attempts += 1
        self.copies.outcome[attempt] = "open"
        ends = {}
        try:
            producer.begin_transaction()
            for message in messages:
                value = self.copies.value(message.partition(), message.offset(), attempt)
                producer.produce(self.copies.target, value, partition=message.partition() % self.copies.count)
                ends[message.partition()] = message.offset() + 1
            if self.random.random() < 0.2:
                # Of nothing that was never asked to be committed may anything be seen, whatever becomes of the request to abort.
                self.copies.outcome[attempt] = "aborted"
                producer.flush(self.random.choice([0, 5]))
                settle(lambda: producer.abort_transaction(20), self.journal, f"{attempt} aborts")
                return False
            offsets = [confluent_kafka.TopicPartition(self.copies.source, partition, end) for partition, end in ends.items()]
            settle(lambda: producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), 20), self.journal, f"{attempt} sends offsets")
            settle(lambda: producer.commit_transaction(20), self.journal, f"{attempt} commits")
            self.copies.outcome[attempt] = "committed"
            return True
        except confluent_kafka.KafkaException as error:
            if not error.args[0].txn_requires_abort():
                raise
            self.journal.note(f"{attempt} has to be aborted: {error.args[0].str()}", shown=False)
            settle(lambda: producer.abort_transaction(20), self.journal, f"{attempt} aborts")
            self.copies.outcome[attempt] = "aborted"
            return False

    def rewind(self, consumer, messages):
        """To the first record of what was given up, where the partition is still ours; a new owner begins at what is committed."""
        first = {}
        for message in messages:
            first.setdefault(message.partition(), message.offset())
        mine = {one.partition for one in consumer.assignment()}
        for partition, offset in first.items():
            if partition in mine:
                consumer.seek(confluent_kafka.TopicPartition(self.copies.source, partition, offset))
