"""The broker is killed at random moments under an acks=all producer: nothing acknowledged is lost, nothing is there twice, offsets are monotonic."""
import os, random, threading, time

import confluent_kafka

from support import Broker
from test_clients import create

KILLS = int(os.environ.get("OTTLA_KILLS", "20"))


def test_no_acknowledged_record_is_lost_over_kills():
    seed = int(os.environ.get("OTTLA_SEED", random.randrange(1 << 30)))
    print(f"OTTLA_SEED={seed}")
    rng = random.Random(seed)
    with Broker() as broker:
        create(broker, "t", 3, segment_bytes=1 << 20)
        producer = confluent_kafka.Producer({
            "bootstrap.servers": broker.address, "enable.idempotence": True, "linger.ms": 2, "delivery.timeout.ms": 120000,
            "reconnect.backoff.max.ms": 200, "retry.backoff.max.ms": 200})
        acknowledged, failed, stop, sent = {}, [], threading.Event(), [0]

        def delivered(error, message):
            if error:
                failed.append(str(error))
            else:
                acknowledged[message.value()] = (message.partition(), message.offset())

        def run():
            while not stop.is_set():
                try:
                    producer.produce("t", f"{sent[0]}".encode(), str(sent[0] % 50).encode(), on_delivery=delivered)
                    sent[0] += 1
                except BufferError:
                    producer.poll(0.05)
                producer.poll(0)
                if sent[0] % 20 == 0:
                    time.sleep(0.001)

        worker = threading.Thread(target=run)
        worker.start()
        for _ in range(KILLS):
            before = len(acknowledged)
            limit = time.monotonic() + 20
            while len(acknowledged) <= before and time.monotonic() < limit:
                time.sleep(0.01)
            time.sleep(rng.uniform(0.01, 0.3))
            broker.kill()
            broker.start()
        stop.set()
        worker.join()
        assert producer.flush(60) == 0
        assert not failed, failed[:5]
        assert len(acknowledged) == sent[0]
        found = {}
        consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.address, "group.id": "check", "enable.partition.eof": True})
        consumer.assign([confluent_kafka.TopicPartition("t", p, 0) for p in range(3)])
        ended, last = set(), {}
        while len(ended) < 3:
            message = consumer.poll(60)
            assert message is not None
            if message.error():
                ended.add(message.partition())
                continue
            assert message.offset() > last.get(message.partition(), -1)
            last[message.partition()] = message.offset()
            assert message.value() not in found, f"{message.value()} is there twice"
            found[message.value()] = (message.partition(), message.offset())
        consumer.close()
        # A retry that the broker recognises by its sequence is answered with the original offset.
        assert {value: place for value, place in acknowledged.items() if found.get(value) != place} == {}
