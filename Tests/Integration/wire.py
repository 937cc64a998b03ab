"""Requests of the consumer group protocol (KIP-848) written by hand, to say what no client would say."""
import socket, struct, uuid


def uvarint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def compact(text):
    return b"\0" if text is None else uvarint(len(text.encode()) + 1) + text.encode()


def array(items):
    return b"\0" if items is None else uvarint(len(items) + 1) + b"".join(items)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        self.at += n
        return self.data[self.at - n:self.at]

    def int(self, code):
        return struct.unpack(">" + code, self.take(struct.calcsize(code)))[0]

    def uvarint(self):
        n = shift = 0
        while True:
            b = self.take(1)[0]
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                return n

    def text(self):
        n = self.uvarint()
        return None if n == 0 else self.take(n - 1).decode()

    def array(self, read):
        n = self.uvarint()
        return None if n == 0 else [read() for _ in range(n - 1)]

    def tags(self):
        for _ in range(self.uvarint()):
            self.uvarint()
            self.take(self.uvarint())


class Wire:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.id = 0

    def call(self, key, version, body):
        self.id += 1
        head = struct.pack(">hhi", key, version, self.id) + struct.pack(">h", 4) + b"wire" + b"\0"
        self.socket.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        size = struct.unpack(">i", self.read(4))[0]
        reader = Reader(self.read(size))
        reader.int("i")
        reader.tags()
        return reader

    def read(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def heartbeat(self, group, member, epoch, instance=None, rack=None, timeout=-1, topics=None, regex=None, assignor=None, owned=None, version=1):
        body = compact(group) + compact(member) + struct.pack(">i", epoch) + compact(instance) + compact(rack) + struct.pack(">i", timeout)
        body += array(None if topics is None else [compact(t) for t in topics])
        if version >= 1:
            body += compact(regex)
        body += compact(assignor)
        body += array(None if owned is None else [
            topic.bytes + array([struct.pack(">i", p) for p in partitions]) + b"\0" for topic, partitions in owned.items()]) + b"\0"
        r = self.call(68, version, body)
        r.int("i")
        answer = {"error": r.int("h"), "message": r.text(), "member": r.text(), "epoch": r.int("i"), "interval": r.int("i")}
        if r.int("b") >= 0:
            rows = r.array(lambda: (uuid.UUID(bytes=r.take(16)), r.array(lambda: r.int("i")), r.tags()))
            answer["assignment"] = {topic: sorted(parts) for topic, parts, _ in rows}
        return answer
