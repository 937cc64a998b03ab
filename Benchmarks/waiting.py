"""Clients that wait: parked fetches, and producers that wait for the disk. Raw sockets, so that the client costs as little as may be."""
import os, random, resource, select, socket, struct, sys, time

from load import Load
from support import Broker, ottla
from throughput import cpu_seconds, fill


def frame(key, version, body, correlation=1):
    flexible = b"\0"
    header = struct.pack(">hhih", key, version, correlation, 1) + b"b" + flexible
    return struct.pack(">i", len(header) + len(body)) + header + body


def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])


def fetch(topic, partition, offset, wait_ms):
    """Fetch version 12 of one partition, outside of a session."""
    rows = struct.pack(">iiqiqi", partition, -1, offset, -1, -1, 1 << 20) + b"\0"
    topics = varint(2) + varint(len(topic) + 1) + topic.encode() + varint(2) + rows + b"\0"
    return frame(1, 12, struct.pack(">iiiibii", -1, wait_ms, 1, 1 << 20, 0, 0, -1) + topics + varint(1) + varint(1) + b"\0")


def crc32c(data, table=[]):
    if not table:
        for n in range(256):
            for _ in range(8):
                n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
            table.append(n)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def batch(value):
    def signed(number):
        return varint(number << 1)
    record = b"\0" + signed(0) + signed(0) + b"\1" + signed(len(value)) + value + b"\0"
    now = int(time.time() * 1000)
    body = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + signed(len(record)) + record
    return struct.pack(">qiibI", 0, len(body) + 9, -1, 2, crc32c(body)) + body


def produce(topic, partition, records, acks=-1):
    """Produce version 9 of one batch to one partition."""
    rows = struct.pack(">i", partition) + varint(len(records) + 1) + records + b"\0"
    topics = varint(2) + varint(len(topic) + 1) + topic.encode() + varint(2) + rows + b"\0"
    return frame(0, 9, b"\0" + struct.pack(">hi", acks, 30000) + topics + b"\0")


def connect(broker):
    connection = socket.create_connection(("127.0.0.1", broker.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_frame(connection):
    size = struct.unpack(">i", connection.recv(4, socket.MSG_WAITALL))[0]
    return connection.recv(size, socket.MSG_WAITALL)


def parked():
    """CONNECTIONS (9,000), each with a fetch that waits on one partition: opened, idle, woken by one append; then opened, parked and cut ROUNDS (100) times."""
    count, rounds = int(os.environ.get("CONNECTIONS", "9000")), int(os.environ.get("ROUNDS", "100"))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    assert hard > count + 100, f"the limit of {hard} descriptors is too low for {count} connections"
    with Broker("--topic", "t:1", "--durability", "os") as broker:
        waiting, answered, append = fetch("t", 0, 0, 600_000), fetch("t", 0, 0, 0), produce("t", 0, batch(b"wake"), acks=1)
        with Load("parked", broker.port, count, waiting.hex(), answered.hex(), append.hex()) as load:
            idle = broker.rss()
            opened = load("open")
            time.sleep(0.5)
            used = broker.rss() - idle
            before = cpu_seconds(broker.process.pid)
            time.sleep(3)
            burnt = cpu_seconds(broker.process.pid) - before
            woken = load("wake")
            load("close")
        print(f"{count} parked fetches: opened in {opened:.2f} s, {used / 2**20:.1f} MiB, {burnt:.2f} s of CPU in 3 s idle, all woken in {woken * 1000:.0f} ms")
        levels = []
        waiting, answered = fetch("t", 0, 1, 600_000), fetch("t", 0, 1, 0)
        with Load("parked", broker.port, count, waiting.hex(), answered.hex(), append.hex()) as load:
            for _ in range(rounds):
                load("open")
                load("close")
                levels.append(broker.rss() / 2**20)
        print(f"parked and cut {rounds} times: {levels[0]:.1f} MiB after the first, {levels[len(levels) // 2]:.1f} in the middle, {levels[-1]:.1f} after the last")


def acks_all():
    """16 connections that wait for the disk with each record: to one partition and to 64, in turn."""
    with Broker("--topic", "one:1", "--topic", "many:64") as broker:
        def rate(topic, partitions, seconds=float(os.environ.get("SECONDS", "4"))):
            rng, records = random.Random(1), batch(b"x" * 100)
            requests = [produce(topic, partition, records) for partition in range(partitions)]
            connections = {}
            poll = select.epoll()
            for _ in range(16):
                connection = connect(broker)
                connections[connection.fileno()] = connection
                poll.register(connection.fileno(), select.EPOLLIN)
                connection.sendall(rng.choice(requests))
            done, ends = 0, time.perf_counter() + seconds
            while time.perf_counter() < ends:
                for descriptor, _ in poll.poll(1):
                    read_frame(connections[descriptor])
                    connections[descriptor].sendall(rng.choice(requests))
                    done += 1
            for connection in connections.values():
                connection.close()
            return done / seconds

        rows = [(rate("one", 1), rate("many", 64)) for _ in range(4)][1:]
        one, many = (sorted(row[side] for row in rows)[1] for side in (0, 1))
        print(f"acks=all from 16 connections: {one:.0f} requests/s to one partition, {many:.0f} to 64: {many / one:.2f} times")


def single(port, acks, count):
    """What each of so many produces of one record of 100 bytes to t-0 takes on one connection, in seconds, sorted."""
    times, request = [], produce("t", 0, batch(b"x" * 100), acks=acks)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            began = time.perf_counter()
            connection.sendall(request)
            read_frame(connection)
            times.append(time.perf_counter() - began)
    return sorted(times)


def latency():
    """One connection that sends a record of 100 bytes and waits for its answer, acks=1 and acks=all, to us and (with KAFKA_HOME) to Kafka, in turn; and
    records of 100 bytes by the million with librdkafka."""
    from support import KAFKA_HOME, KafkaBroker

    def play(sides):
        singles = {(name, acks): [] for name in sides for acks in (1, -1)}
        rates = {name: [] for name in sides}
        for run in range(4):
            for name, (port, address) in sides.items():
                for acks in (1, -1):
                    times = single(port, acks, 2000)
                    if run:
                        singles[name, acks] += times
                rate = fill(address, b"x" * 100, 400_000)
                if run:
                    rates[name].append(rate)
        for name in sides:
            for acks in (1, -1):
                times = sorted(singles[name, acks])
                middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
                print(f"{name:6} acks={'all' if acks == -1 else acks}: a single record takes {middle * 1e6:.0f} us, at the 99th percentile {late * 1e6:.0f} us")
            print(f"{name:6} records of 100 bytes: {sorted(rates[name])[1] / 1e6:.2f} M/s")

    with Broker("--topic", "t:1") as ours:
        sides = {"Ottla": (ours.port, ours.address)}
        if not KAFKA_HOME:
            return play(sides)
        with KafkaBroker() as kafka:
            ottla("topics", "--bootstrap-server", kafka.address, "--create", "--topic", "t", "--partitions", 1)
            sides["Kafka"] = (int(kafka.address.rsplit(":", 1)[1]), kafka.address)
            play(sides)
