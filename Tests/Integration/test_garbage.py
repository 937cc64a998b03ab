"""Whatever arrives on the socket: the broker answers or closes, its memory stays bounded, and it goes on serving."""
import os, random, socket, struct, zlib
from concurrent.futures import ThreadPoolExecutor

import lz4.frame, snappy, zstandard

from support import Broker, ottla
from test_clients import consume_confluent, create, produce_confluent

LIMIT = 256 << 20


def exchange(broker, data, wait=2.0):
    """Sends bytes and reads until the broker closes or says no more."""
    answer = b""
    with socket.create_connection(("127.0.0.1", broker.port), timeout=wait) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                answer += chunk
        except (ConnectionError, socket.timeout):
            pass
    return answer


def frame(key, version, body=b"", client=b"\x00\x01x", flexible=False):
    content = struct.pack(">hhi", key, version, 7) + client + (b"\x00" if flexible else b"") + body
    return struct.pack(">i", len(content)) + content


def varint(n):
    n = (n << 1) ^ (n >> 63)
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 * (crc & 1)
    return crc ^ 0xFFFFFFFF


def bombs():
    """Batches of a few KB that unpack to 60 MB, one a codec, for a compacted topic, where the broker must look inside."""
    zeros = bytes(60 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = {1: packer.compress(zeros) + packer.flush(), 2: snappy.compress(zeros), 3: lz4.frame.compress(zeros), 4: zstandard.compress(zeros)}
    return [bomb(codec, data) for codec, data in packed.items() if len(data) < 1 << 20]


def bomb(codec, packed):
    tail = struct.pack(">hiqqqhii", codec, 0, 1_700_000_000_000, 1_700_000_000_000, -1, -1, -1, 1) + packed
    return struct.pack(">qiibI", 0, 9 + len(tail), 0, 2, crc32c(tail)) + tail


def produce(topic, batch):
    name = topic.encode()
    body = struct.pack(">hhii", -1, -1, 1000, 1) + struct.pack(">h", len(name)) + name + struct.pack(">iii", 1, 0, len(batch)) + batch
    return frame(0, 7, body)


def test_garbage_never_stops_the_broker():
    rng = random.Random(int(os.environ.get("OTTLA_SEED", "1")))
    with Broker() as broker:
        create(broker, "good")
        create(broker, "compact", cleanup_policy="compact")
        for _ in range(100):
            exchange(broker, rng.randbytes(rng.randrange(1, 2000)))
        for length in (-1, -2147483648, 2147483647, 104857601, 0, 1, 7):
            exchange(broker, struct.pack(">i", length) + b"\x00" * 64)
        for key in (-1, 4, 5, 6, 7, 99, 1000, 32767):
            exchange(broker, frame(key, 0))
        for key in range(0, 70):
            for version in (-1, 0, 5, 12, 32767):
                exchange(broker, frame(key, version, rng.randbytes(40)))
                # Arrays, plain and compact, that claim two thousand million elements.
                exchange(broker, frame(key, version, b"\x7f\xff\xff\xff" * 8))
                exchange(broker, frame(key, version, b"\xff\xff\xff\xff\x07" * 8, flexible=True))
        whole = produce("good", b"\x00" * 70)
        for cut in range(0, len(whole), 3):
            exchange(broker, whole[:cut])
        for cut in (10, 20, 40, 61):
            exchange(broker, produce("good", rng.randbytes(cut)))
        requests = [produce("compact", batch) for batch in bombs()] * 4
        assert len(requests) >= 12
        with ThreadPoolExecutor(8) as pool:
            for answer in pool.map(lambda request: exchange(broker, request, wait=60), requests):
                assert len(answer) > 8, "a produce must be answered"
        held = []
        for _ in range(8):  # connections that announce 90 MB, send two thirds of it and stop
            connection = socket.create_connection(("127.0.0.1", broker.port), timeout=10)
            try:
                connection.sendall(struct.pack(">i", 90 << 20))
                for _ in range(60):
                    connection.sendall(b"\x01" * (1 << 20))
            except OSError:
                pass  # the broker may cut it off
            held.append(connection)
        for _ in range(50):  # connections that announce 100 MB and send little
            connection = socket.create_connection(("127.0.0.1", broker.port))
            connection.sendall(struct.pack(">i", 100 << 20) + b"\x00" * 1000)
            held.append(connection)
        assert broker.rss(peak=True) < LIMIT, f"{broker.rss(peak=True) >> 20} MiB"
        for connection in held:
            connection.close()
        produce_confluent(broker, "good", "none", [b"still here"])
        assert consume_confluent(broker, "good", 1) == [b"still here"]


def test_an_unknown_version_of_api_versions_is_answered_with_the_list():
    with Broker(ephemeral=True) as broker:
        answer = exchange(broker, frame(18, 99, flexible=True), wait=30)
        length, correlation, error, count = struct.unpack(">iihi", answer[:14])
        assert (correlation, error) == (7, 35) and count > 20 and length == len(answer) - 4
        assert ottla("topics", "--bootstrap-server", broker.address, "--list") == "\n"
