"""Large amounts with librdkafka as the client."""
import glob, os, time

from support import Broker

COUNT, SIZE = 300_000, 1024


def cpu_seconds(pid):
    """What the threads that a process has now have used; exact, where its own times are counted in ticks of 10 ms."""
    return sum(int(open(task).read().split()[0]) for task in glob.glob(f"/proc/{pid}/task/*/schedstat")) / 1e9


def fill(address, value, count):
    """Produces a value so many times to the topic t, acks=1; records a second."""
    import confluent_kafka
    producer = confluent_kafka.Producer({"bootstrap.servers": address, "acks": 1, "linger.ms": 5, "queue.buffering.max.messages": 1000000, "log_level": 0})
    began = time.perf_counter()
    for n in range(count):
        while True:
            try:
                producer.produce("t", value)
                break
            except BufferError:
                producer.poll(0.01)
        if n % 1000 == 0:
            producer.poll(0)
    producer.flush()
    return count / (time.perf_counter() - began)


def drain(address, count):
    """Consumes so many records of the topic t; records a second from the first on, for when a group begins is a matter of whole seconds."""
    import confluent_kafka
    # A client whose queue is full asks for nothing for a second.
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": address, "group.id": "b", "auto.offset.reset": "earliest", "queued.min.messages": 1_000_000,
        "queued.max.messages.kbytes": 2_000_000})
    consumer.subscribe(["t"])
    seen = first = 0
    while seen < count:
        seen += len(consumer.consume(10000, 1))
        if not first and seen:
            first, began = seen, time.perf_counter()
    rate = (seen - first) / (time.perf_counter() - began)
    consumer.close()
    return rate


def stream(broker):
    """Records of 1 KiB into a broker and out of it: (records/s, seconds of its processor time per GB), twice."""
    rows = []
    for work in (lambda: fill(broker.address, os.urandom(SIZE), COUNT), lambda: drain(broker.address, COUNT)):
        before = cpu_seconds(broker.process.pid)
        rows.append((work(), (cpu_seconds(broker.process.pid) - before) / (COUNT * SIZE / 1e9)))
    return rows


def throughput():
    with Broker("--topic", "t:1", "--durability", "os") as broker:
        for what, (rate, cpu) in zip(("produce acks=1", "consume"), stream(broker)):
            print(f"{what}, 1 KiB: {rate:,.0f} records/s, broker {rate * SIZE / 1e9 * cpu * 100:.0f} % of a core, {cpu:.2f} CPU s/GB")
