"""Requests written by hand, to say what no client would say."""
import re, socket, struct, uuid


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


class Form:
    """The layout of one version of a message, by hand: `acks:h topics:[name:s partitions:[index:i records:r]]`. Types are those of `struct`,
    s for a string (or its bytes, to be malformed) and r for bytes (either may be null), u for a UUID; fields without a name are the bare elements of an array."""

    def __init__(self, text, flexible=False):
        self.flexible = flexible
        self.fields = self.parse(re.findall(r"[\w]+:|[\w?]|[\[\]]", text))

    def parse(self, words):
        fields = []
        while words and words[0] != "]":
            name = words.pop(0)[:-1] if words[0].endswith(":") else ""
            kind = words.pop(0)
            if kind == "[":
                kind = self.parse(words)
                words.pop(0)
            fields.append((name, kind))
        return fields

    def write(self, values, fields=None):
        """`values` in the order of the fields; an array's elements are tuples, or bare values where the element has one field without a name."""
        fields = self.fields if fields is None else fields
        out = b"".join(self.one(kind, value) for (_, kind), value in zip(fields, values, strict=True))
        return out + b"\0" if self.flexible else out

    def one(self, kind, value):
        if kind == "u":
            return value.bytes
        if kind not in ("s", "r") and not isinstance(kind, list):
            return struct.pack(">" + kind, value)
        if value is None:
            return b"\0" if self.flexible else struct.pack(">h" if kind == "s" else ">i", -1)
        if isinstance(kind, list):
            items = [self.one(kind[0][1], v) if kind[0][0] == "" else self.write(v, kind) for v in value]
            return (uvarint(len(items) + 1) if self.flexible else struct.pack(">i", len(items))) + b"".join(items)
        data = value.encode() if isinstance(value, str) else value
        return (uvarint(len(data) + 1) if self.flexible else struct.pack(">h" if kind == "s" else ">i", len(data))) + data

    def read(self, reader, fields=None):
        values = {name: self.get(reader, kind) for name, kind in (self.fields if fields is None else fields)}
        if self.flexible:
            reader.tags()
        return values

    def get(self, reader, kind):
        if kind == "u":
            return uuid.UUID(bytes=reader.take(16))
        if kind not in ("s", "r") and not isinstance(kind, list):
            return reader.int(kind)
        size = reader.uvarint() - 1 if self.flexible else reader.int("h" if kind == "s" else "i")
        if size < 0:
            return None
        if isinstance(kind, list):
            return [self.get(reader, kind[0][1]) if kind[0][0] == "" else self.read(reader, kind) for _ in range(size)]
        data = reader.take(size)
        return data.decode() if kind == "s" else data


class Wire:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        self.id = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def call(self, key, version, body, flexible=True):
        self.id += 1
        head = struct.pack(">hhi", key, version, self.id) + struct.pack(">h", 4) + b"wire" + (b"\0" if flexible else b"")
        self.socket.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        size = struct.unpack(">i", self.read(4))[0]
        reader = Reader(self.read(size))
        reader.int("i")
        if flexible:
            reader.tags()
        return reader

    def ask(self, key, version, request, response, values):
        """Sends the values in one form and reads the answer in the other."""
        return response.read(self.call(key, version, request.write(values), request.flexible))

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
