"""Reads all that is committed in topics, at the end of a run."""
import time

import confluent_kafka

from .journal import until
from .workload import PATIENT


def high_watermarks(cluster, places, seconds=60):
    """{(topic, partition): high watermark}, once no transaction is open any more; TimeoutError with the partitions where one is."""
    plain, committed = (confluent_kafka.Consumer({**PATIENT, "bootstrap.servers": cluster.bootstrap, "group.id": "marks", "isolation.level": level})
                        for level in ("read_uncommitted", "read_committed"))
    marks, pending = {}, set(places)

    def closed():
        for place in sorted(pending):
            one = confluent_kafka.TopicPartition(*place)
            try:
                end = plain.get_watermark_offsets(one, 10)[1]
                if end == committed.get_watermark_offsets(one, 10)[1]:
                    marks[place] = end
                    pending.discard(place)
            except confluent_kafka.KafkaException as error:
                if not error.args[0].retriable():
                    raise
        return not pending
    try:
        until(closed, seconds, lambda: f"open transactions in {sorted(pending)}")
    finally:
        plain.close()
        committed.close()
    return marks


def committed(cluster, group, places):
    """{(topic, partition): offset} that the group has committed, -1 where nothing is or nobody says for now."""
    consumer = confluent_kafka.Consumer({**PATIENT, "bootstrap.servers": cluster.bootstrap, "group.id": group})
    try:
        said = consumer.committed([confluent_kafka.TopicPartition(*place) for place in places], 10)
        return {(one.topic, one.partition): max(-1, one.offset) for one in said}
    except confluent_kafka.KafkaException:
        return dict.fromkeys(places, -1)
    finally:
        consumer.close()


def read(cluster, marks, isolation="read_committed", seconds=180):
    """{(topic, partition): {offset: value}} up to the high watermarks, in the order of offsets. An offset that does not rise is returned in the second value,
    a list of (topic, partition, offset, the one before)."""
    consumer = confluent_kafka.Consumer({**PATIENT, "bootstrap.servers": cluster.bootstrap, "group.id": "reader", "isolation.level": isolation,
                                         "enable.auto.commit": False, "auto.offset.reset": "error"})
    found, backwards, last = {place: {} for place in marks}, [], {}
    consumer.assign([confluent_kafka.TopicPartition(*place, 0) for place, end in marks.items() if end])
    left, deadline = {place for place, end in marks.items() if end}, time.monotonic() + seconds
    try:
        while left:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not read to the end within {seconds} s: {sorted(left)}")
            for message in consumer.consume(1000, 0.5):
                if message.error():
                    if not message.error().retriable():
                        raise confluent_kafka.KafkaException(message.error())
                    continue
                place, offset = (message.topic(), message.partition()), message.offset()
                if offset <= last.get(place, -1):
                    backwards.append((*place, offset, last[place]))
                last[place] = offset
                found[place][offset] = message.value()
            # What stands at the end may be a marker, which no application sees.
            for one in consumer.position([confluent_kafka.TopicPartition(*place) for place in left]):
                if one.offset >= marks[one.topic, one.partition]:
                    left.discard((one.topic, one.partition))
    finally:
        consumer.close()
    return found, backwards
