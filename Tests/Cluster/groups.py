"""Consumer groups of both protocols, which note what they read and what of their commits was acknowledged."""
import re, threading

import confluent_kafka

from .workload import PATIENT, Worker


class Group:
    """Members come and go; what they read and committed is the group's: `reads` {(topic, partition): {offset: hash of the value}}, `committed` {…: offset},
    `sent` {(member, attempt): {…: offset}} what is not known to have come."""

    def __init__(self, name, protocol, pattern, cluster, journal, members=2):
        self.name, self.protocol, self.pattern, self.cluster, self.journal = name, protocol, pattern, cluster, journal
        self.reads, self.committed, self.sent, self.members, self.born, self.count = {}, {}, {}, [], 0, members

    def start(self):
        for _ in range(self.count):
            self.join()

    def join(self):
        self.born += 1
        member = Member(self, f"{self.name}-{self.born}")
        self.members.append(member)
        member.start()

    def replace(self, random):
        """One member leaves, another comes."""
        self.members.pop(random.randrange(len(self.members))).finish()
        self.join()

    def covers(self, topic):
        return re.match(self.pattern, topic) is not None

    def missing(self, found):
        """The first few records of `found` ({(topic, partition): {offset: value}}) that no member has read."""
        out = []
        for (topic, partition), records in found.items():
            if self.covers(topic):
                mine = self.reads.get((topic, partition), {})
                out += [f"{topic}-{partition} offset {offset}" for offset in records if offset not in mine][:5]
        return out[:5]

    def finish(self):
        for member in self.members:
            member.stopped.set()
        for member in self.members:
            member.finish()


class Member(Worker):
    def __init__(self, group, name):
        super().__init__(name, group.journal)
        self.group, self.last, self.floor, self.pending, self.attempt, self.lock = group, {}, {}, False, 0, threading.Lock()

    def work(self):
        group = self.group
        times = {"session.timeout.ms": 6000} if group.protocol == "classic" else {}
        consumer = confluent_kafka.Consumer({
            **PATIENT, **times, "bootstrap.servers": group.cluster.bootstrap, "group.id": group.name, "group.protocol": group.protocol,
            "isolation.level": "read_committed", "enable.auto.commit": False, "enable.auto.offset.store": False, "auto.offset.reset": "earliest",
            "on_commit": self.on_commit})
        consumer.subscribe([group.pattern], on_assign=self.on_assign)
        since = self.journal.now
        try:
            while not self.stopped.is_set():
                if (message := consumer.poll(0.2)) is not None:
                    self.take(message)
                if self.journal.now - since > 1 and not self.pending and self.last:
                    since = self.journal.now
                    self.commit(consumer)
            self.commit(consumer)
            consumer.poll(1)
        finally:
            consumer.close()

    def on_assign(self, _, partitions):
        for one in partitions:
            place = (one.topic, one.partition)
            self.last.pop(place, None)
            # What is acknowledged now must be known to the coordinator that is asked where to begin; but what a member sent before, and does not know to have come, may
            # still come behind that.
            sent = [offsets[place] for offsets in list(self.group.sent.values()) if place in offsets]
            self.floor[place] = min([self.group.committed.get(place, 0), *sent])

    def take(self, message):
        if error := message.error():
            if error.fatal():
                raise confluent_kafka.KafkaException(error)
            return
        place, offset = (message.topic(), message.partition()), message.offset()
        if place not in self.last:
            if offset < (floor := self.floor.get(place, 0)):
                self.journal.finding(f"{self.name} begins {place[0]}-{place[1]} at offset {offset}, though the group's commit of {floor} was acknowledged")
        elif offset <= self.last[place]:
            self.journal.finding(f"{self.name} reads {place[0]}-{place[1]} offset {offset} behind {self.last[place]}")
        self.last[place] = offset
        read, value = self.group.reads.setdefault(place, {}), hash(message.value())
        if read.setdefault(offset, value) != value:
            self.journal.finding(f"{self.name} reads another record at {place[0]}-{place[1]} offset {offset} than the group did before")

    def commit(self, consumer):
        mine = {(one.topic, one.partition) for one in consumer.assignment()}
        offsets = [confluent_kafka.TopicPartition(*place, offset + 1) for place, offset in self.last.items() if place in mine]
        if offsets:
            # One at a time: the library tries again by itself, and a later commit must not be overtaken.
            self.pending = True
            self.attempt += 1
            self.group.sent[self.name, self.attempt] = {(one.topic, one.partition): one.offset for one in offsets}
            try:
                consumer.commit(offsets=offsets, asynchronous=True)
            except confluent_kafka.KafkaException:
                self.pending = False

    def on_commit(self, error, partitions):
        self.pending = False
        for one in partitions if not error else ():
            if not one.error:
                # The last one counts, also where it is less: a member that was late has overwritten what its successor committed.
                self.group.committed[one.topic, one.partition] = one.offset
        # One that has failed may have reached a coordinator that was slow, and stays in doubt.
        if not error and not any(one.error for one in partitions):
            self.group.sent.pop((self.name, self.attempt), None)
