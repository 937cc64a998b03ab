"""Requests that are valid and unusual: the same conversations with a real Kafka (KAFKA_HOME) and with ours, and the answers that both must give."""
import os, select, struct, time

import pytest

from support import KAFKA_HOME, Broker, KafkaBroker
from test_garbage import crc32c, varint
from wire import Form, Wire

IDLE_MS = 3000


@pytest.fixture(scope="module", params=["Ottla", "Kafka"])
def there(request):
    settings = (f"connections.max.idle.ms={IDLE_MS}", "group.initial.rebalance.delay.ms=0")
    if request.param == "Ottla":
        with Broker(*(word for setting in settings for word in ("--override", setting))) as broker:
            yield Talk(broker.address)
    elif not KAFKA_HOME:
        pytest.skip("KAFKA_HOME is not set or there is no Java")
    else:
        with KafkaBroker(*settings) as broker:
            yield Talk(broker.address)


class Talk:
    """A conversation a question: what was asked before on a connection must not matter."""

    def __init__(self, address):
        self.address = address
        # The topic of offsets is made when a coordinator is first asked for.
        self.until(lambda: self.ask(*COORDINATOR, ("g", 0))["error"] == 0)

    def ask(self, *question):
        with Wire(self.address) as wire:
            return wire.ask(*question)

    def closes(self, *question):
        try:
            self.ask(*question)
        except (EOFError, ConnectionError):
            return True

    def until(self, is_done, seconds=60):
        deadline = time.monotonic() + seconds
        while not is_done():
            assert time.monotonic() < deadline
            select.select([], [], [], 0.05)

    def create(self, topic, partitions=1):
        # The records here are old; no retention may take them meanwhile.
        made = self.ask(*CREATE, ([(topic, partitions, 1, [], [("retention.ms", "-1")])], 30000, False))
        assert [t["error"] for t in made["topics"]] == [0]
        self.until(lambda: all(self.offset(topic, p)["error"] == 0 for p in range(partitions)))
        return topic

    def offset(self, topic, partition, at=-1):
        return self.list_offsets([(topic, [(partition, -1, at)])])[0]

    def list_offsets(self, topics, isolation=0):
        return rows(self.ask(*LIST_OFFSETS, (-1, isolation, topics)))

    def produce(self, topic, records, partition=0):
        return rows(self.ask(*PRODUCE, (None, -1, 10000, [(topic, [(partition, records)])])))[0]

    def fetch(self, topic, partitions, wait=0, limit=1 << 20, isolation=0, epoch=-1, replica=-1):
        asked = [(partition, -1, offset, -1, size) for partition, offset, size in partitions]
        return self.ask(*FETCH, (replica, wait, 1, limit, isolation, 0, epoch, [(topic, asked)], [], ""))


COORDINATOR = (10, 2, Form("key:s type:b"), Form("throttle:i error:h message:s node:i host:s port:i"))
CREATE = (19, 4, Form("topics:[name:s partitions:i replicas:h assigned:[index:i brokers:[i]] configs:[name:s value:s]] timeout:i validate:?"),
          Form("throttle:i topics:[name:s error:h message:s]"))
LIST_OFFSETS = (2, 5, Form("replica:i isolation:b topics:[name:s partitions:[index:i epoch:i at:q]]"),
                Form("throttle:i topics:[name:s partitions:[index:i error:h at:q offset:q epoch:i]]"))
PRODUCE = (0, 8, Form("transaction:s acks:h timeout:i topics:[name:s partitions:[index:i records:r]]"),
           Form("topics:[name:s partitions:[index:i error:h offset:q time:q start:q records:[index:i message:s] message:s]] throttle:i"))
FETCH = (1, 11, Form("replica:i wait:i min:i max:i isolation:b session:i epoch:i topics:[name:s "
                     "partitions:[index:i leader:i offset:q start:q max:i]] forgotten:[name:s partitions:[i]] rack:s"),
         Form("throttle:i error:h session:i topics:[name:s partitions:[index:i error:h high:q stable:q start:q "
              "aborted:[producer:q first:q] replica:i records:r]]"))
PRODUCER_ID = (22, 4, Form("transaction:s timeout:i id:q epoch:h", flexible=True), Form("throttle:i error:h id:q epoch:h", flexible=True))
JOIN = (11, 2, Form("group:s session:i rebalance:i member:s type:s protocols:[name:s metadata:r]"),
        Form("throttle:i error:h generation:i protocol:s leader:s member:s members:[member:s metadata:r]"))
SYNC = (14, 1, Form("group:s generation:i member:s assignments:[member:s assignment:r]"), Form("throttle:i error:h assignment:r"))
COMMIT = (8, 2, Form("group:s generation:i member:s retention:q topics:[name:s partitions:[index:i offset:q metadata:s]]"),
          Form("topics:[name:s partitions:[index:i error:h]]"))
DELETE_OFFSETS = (47, 0, Form("group:s topics:[name:s partitions:[index:i]]"),
                  Form("error:h throttle:i topics:[name:s partitions:[index:i error:h]]"))


def rows(answer):
    return [row for topic in answer["topics"] for row in topic["partitions"]]


def errors(answer):
    return [row["error"] for row in rows(answer)]


def batch(*values, producer=-1, sequence=-1, time=1_700_000_000_000, magic=2):
    body = b""
    for number, value in enumerate(values):
        record = b"\0" + varint(0) + varint(number) + varint(-1) + varint(len(value)) + value + varint(0)
        body += varint(len(record)) + record
    tail = struct.pack(">hiqqqhii", 0, len(values) - 1, time, time, producer, -1 if producer < 0 else 0, sequence, len(values)) + body
    return struct.pack(">qiibI", 0, 9 + len(tail), -1, magic, crc32c(tail)) + tail


def test_a_failed_produce_and_a_duplicate(there, topic):
    there.create(topic)
    first = batch(b"x", b"y", producer=1000, sequence=0)
    assert there.produce(topic, first) == {"index": 0, "error": 0, "offset": 0, "time": -1, "start": 0, "records": [], "message": None}
    assert there.produce(topic, first) == {"index": 0, "error": 0, "offset": 0, "time": 1_700_000_000_000, "start": 0, "records": [], "message": None}
    failed = {"index": 0, "offset": -1, "time": -1, "records": [], "message": None}
    assert there.produce(topic, batch(b"x", producer=1000, sequence=9)) == failed | {"error": 45, "start": 0}
    good = batch(b"z")
    for records, error in ((good[:-1] + b"?", 2), (b"", 87), (good + good, 87), (good[:-1], 87), (batch(b"x", magic=1), 87)):
        assert there.produce(topic, records) == failed | {"error": error, "start": -1}
    late = there.produce(topic, batch(b"x", time=7_700_000_000_000))
    assert late["error"] == 32 and late["start"] == 0 and late["message"] == "One or more records have been rejected due to invalid timestamp"
    assert there.offset(topic, 0)["offset"] == 2


def test_fetches(there, topic):
    there.create(topic, 2)
    there.produce(topic, batch(b"one"))
    there.produce(topic, batch(b"two"))
    there.produce(topic, batch(b"else"), partition=1)
    size = len(batch(b"one"))
    read = rows(there.fetch(topic, [(0, 0, size)]))[0]
    assert read["aborted"] is None and len(read["records"]) == size
    assert rows(there.fetch(topic, [(0, 0, size)], isolation=1))[0]["aborted"] == []
    for isolation in (9, -1):
        answer = there.fetch(topic, [(0, 0, 9), (7, 0, 9)], isolation=isolation)
        assert answer["error"] == -1 and errors(answer) == [-1, -1]
    assert errors(there.fetch(topic, [(7, 0, 9)], isolation=9)) == [3]
    negative = rows(there.fetch(topic, [(0, 0, 1000), (1, 0, 1000)], limit=-1))
    assert [(row["error"], row["high"], bool(row["records"])) for row in negative] == [(-1, -1, False), (0, 1, True)]
    assert errors(there.fetch(topic, [(0, 0, -1), (1, 1, -1)])) == [-1, 0]
    for epoch in (-1, 0):
        twice = rows(there.fetch(topic, [(0, 0, 1000), (0, 1, 1000)], epoch=epoch))
        assert [len(row["records"]) for row in twice] == [size] and b"two" in twice[0]["records"]
    assert there.fetch(topic, [(0, 0, 9)], epoch=-2)["error"] == 70
    follower = there.fetch(topic, [(0, 0, 9)], replica=5)
    assert follower["error"] == 0 and errors(follower) == [6]
    start = time.monotonic()
    assert sorted(errors(there.fetch(topic, [(0, 2, 9), (7, 0, 9)], wait=400))) == [0, 3] and time.monotonic() - start >= 0.4


def test_offsets_that_are_listed(there, topic):
    there.create(topic, 2)
    for asked in ([(topic, [(0, -1, -1), (0, -1, -2), (1, -1, -1)])], [(topic, [(0, -1, -1)]), (topic, [(0, -1, -2), (1, -1, -1)])]):
        assert sorted((row["index"], row["error"], row["offset"]) for row in there.list_offsets(asked)) == [(0, 42, -1), (1, 0, 0)]
    for isolation in (9, 2, -1):
        answer = there.list_offsets([(topic, [(0, -1, -1), (7, -1, -1)])], isolation)
        assert [(row["error"], row["offset"], row["at"]) for row in answer] == [(-1, -1, -1)] * 2
    assert there.offset(topic, 7, at=-4)["error"] == 35


def test_producer_ids(there):
    # Kafka asks its controller for the first ones.
    there.until(lambda: there.ask(*PRODUCER_ID, (None, 1000, -1, -1))["error"] != 14)
    for id, epoch in ((5, -1), (-1, 5), (-5, -1)):
        assert there.ask(*PRODUCER_ID, (None, 1000, id, epoch)) == {"throttle": 0, "error": 42, "id": -1, "epoch": -1}
    for id, epoch in ((-1, -1), (5, 5), (-5, -5)):
        answer = there.ask(*PRODUCER_ID, (None, 1000, id, epoch))
        assert answer["error"] == 0 and answer["id"] >= 0 and answer["epoch"] == 0


def test_versions_that_are_advertised(there):
    form = Form("error:h apis:[key:h low:h high:h] throttle:i")
    apis = {api["key"]: (api["low"], api["high"]) for api in there.ask(18, 1, Form(""), form, ())["apis"]}
    assert [apis[key] for key in (22, 29, 30, 31)] == [(0, 5), (1, 3), (1, 3), (1, 3)]
    assert there.closes(22, 6, Form("s i q h ? ?", flexible=True), Form(""), (None, 1000, -1, -1, False, False))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_access_control_without_an_authorizer(there, version):
    flexible = version >= 2
    filter = Form("b s b s s b b", flexible)
    described = Form("throttle:i error:h message:s resources:[type:b]", flexible)
    ask = (29, version, filter, described)
    answer = there.ask(*ask, (1, None, 1, None, None, 1, 1))
    assert answer == {"throttle": 0, "error": 54, "message": "No Authorizer is configured on the broker", "resources": []}
    disabled = {"error": 54, "message": "No Authorizer is configured."}
    create = (30, version, Form("acls:[type:b name:s pattern:b principal:s host:s operation:b permission:b]", flexible),
              Form("throttle:i results:[error:h message:s]", flexible))
    acl = (2, "t", 3, "User:x", "*", 3, 3)
    assert there.ask(*create, ([acl, (99, "", -1, "nobody", "", 99, 99)],))["results"] == [disabled, disabled]
    assert there.ask(*create, ([],))["results"] == []
    delete = (31, version, Form("filters:[type:b name:s pattern:b principal:s host:s operation:b permission:b]", flexible),
              Form("throttle:i results:[error:h message:s acls:[error:h]]", flexible))
    assert there.ask(*delete, ([(1, None, 1, None, None, 1, 1)],))["results"] == [disabled | {"acls": []}]
    assert there.closes(*ask, (1, None, 1, None, None, 0, 1))
    assert there.closes(*create, ([acl, (0, "t", 3, "User:x", "*", 3, 3)],))
    assert there.closes(*delete, ([(1, None, 0, None, None, 1, 1)],))


def test_the_volume_of_the_log_directory(there):
    form = Form("throttle:i error:h results:[error:h path:s topics:[name:s partitions:[index:i size:q lag:q future:?]] total:q usable:q]", flexible=True)
    result, = there.ask(35, 4, Form("topics:[name:s partitions:[i]]", flexible=True), form, ([],))["results"]
    volume = os.statvfs(result["path"])
    assert result["total"] == volume.f_frsize * volume.f_blocks
    # Others write to it meanwhile.
    assert abs(result["usable"] - volume.f_frsize * volume.f_bavail) < 1 << 30


def test_texts_that_are_not_utf8(there, topic):
    """Clients in C may put any bytes there."""
    there.create(topic)
    committed = there.ask(*COMMIT, (topic.encode() + b"\xff", -1, "", -1, [(topic, [(0, 1, b"\xff\xfea\xc3")]), (b"x\xff", [(0, 1, "")])]))
    assert {t["name"]: t["partitions"][0]["error"] for t in committed["topics"]} == {topic: 0, "x\ufffd": 3}
    fetched = there.ask(9, 1, Form("group:s topics:[name:s partitions:[i]]"), Form("topics:[name:s partitions:[index:i offset:q metadata:s error:h]]"),
                        (f"{topic}\ufffd", [(topic, [0])]))
    assert [(row["offset"], row["metadata"]) for row in rows(fetched)] == [(1, "\ufffd\ufffda\ufffd")]


def test_topics_named_twice(there, topic):
    there.create(topic, 2)
    delete = (21, 1, Form("topics:[name:s partitions:[index:i offset:q]] timeout:i"), Form("throttle:i topics:[name:s partitions:[index:i low:q error:h]]"))
    deleted = there.ask(*delete, ([(topic, [(0, 99), (7, 0)]), ("none", []), (topic, [(0, 0), (1, 0)])], 10000))
    assert [t["name"] for t in deleted["topics"]] == [topic]
    assert sorted((row["index"], row["error"]) for row in rows(deleted)) == [(0, 0), (1, 0), (7, 3)]

    def shape(answer):
        return sorted((t["name"], [row["error"] for row in t["partitions"]]) for t in answer["topics"])

    def commit(*topics):
        return shape(there.ask(*COMMIT, (topic, -1, "", -1, [(name, [(index, 1, "") for index in partitions]) for name, partitions in topics])))

    def forget(*topics):
        return shape(there.ask(*DELETE_OFFSETS, (topic, [(name, [(index,) for index in partitions]) for name, partitions in topics])))

    for ask in (commit, forget):
        assert ask((topic, [7]), (topic, [0])) == [(topic, [3, 0])]
        assert ask((topic, [0]), (topic, [1])) == [(topic, [0]), (topic, [0])]
        assert ask((topic, []), ("none-at-all", [])) == [("none-at-all", [])]


def test_leader_epochs_and_members_that_are_negative(there, topic):
    there.create(topic)
    ends = (23, 3, Form("replica:i topics:[name:s partitions:[index:i current:i epoch:i]]"),
            Form("throttle:i topics:[name:s partitions:[error:h index:i epoch:i end:q]]"))
    asked = [(0, -2, 0), (0, -1, -1), (0, -1, -2)]
    answer = rows(there.ask(*ends, (-2, [(topic, asked)])))
    assert [(row["error"], row["epoch"], row["end"]) for row in answer] == [(74, -1, -1), (0, -1, -1), (0, -2, 0)]
    assert there.list_offsets([(topic, [(0, -2, -1)])])[0]["error"] == 74
    with Wire(there.address) as wire:
        assert wire.heartbeat("nobody-here", "", -2, instance="i", version=0)["message"] == "Group nobody-here not found."
        assert wire.heartbeat("nobody-here", "", -2, instance="i")["message"] == "MemberId can't be empty."


def words(*topics):
    names = [t.encode() if isinstance(t, str) else t for t in topics]
    return struct.pack(">i", len(names)) + b"".join(struct.pack(">h", len(name)) + name for name in names)


# What follows the topic of a subscription, the version that it claims, and whether the other topic's offsets can be deleted.
NULL = struct.pack(">i", -1)
SUBSCRIPTIONS = {"0": (0, NULL, 0), "1-cut": (1, NULL, 0), "3-cut": (3, NULL + struct.pack(">i", 5) + b"\0", 0), "9": (9, NULL, 0),
                 "negative": (-1, NULL, 0), "malformed": (0, NULL, 0), "rubbish": (1, NULL + b"\xff" * 9, 0), "no-user-data": (0, b"", 86)}


@pytest.mark.parametrize("kind", SUBSCRIPTIONS)
def test_subscriptions_are_read_as_far_as_version_zero_goes(there, topic, kind):
    version, rest, other = SUBSCRIPTIONS[kind]
    mine, old = there.create(topic), there.create(f"{topic}-old")
    with Wire(there.address) as wire:
        joined = wire.ask(*JOIN, (topic, 30000, 30000, "", "consumer", [("range", struct.pack(">h", version) + words(mine, *([b"\xff\xfe"] if kind == "malformed" else [])) + rest)]))
        member, generation = joined["member"], joined["generation"]
        assert wire.ask(*SYNC, (topic, generation, member, [(member, b"")]))["error"] == 0
        committed = wire.ask(*COMMIT, (topic, generation, member, -1, [(name, [(0, 1, "")]) for name in (mine, old)]))
        assert errors(committed) == [0, 0]
        deleted = wire.ask(*DELETE_OFFSETS, (topic, [(name, [(0,)]) for name in (mine, old)]))
        assert {t["name"]: t["partitions"][0]["error"] for t in deleted["topics"]} == {mine: 86, old: other}


def test_idle_connections_are_closed_in_time(there):
    versions = (18, 1, Form(""), Form("error:h apis:[key:h low:h high:h] throttle:i"), ())
    with Wire(there.address) as busy, Wire(there.address) as quiet:
        quiet.ask(*versions)
        start = time.monotonic()
        while not select.select([quiet.socket], [], [], 0.1)[0]:
            busy.ask(*versions)
            assert time.monotonic() - start < 30
        idle = time.monotonic() - start
        assert quiet.socket.recv(1) == b"" and busy.ask(*versions)["error"] == 0
        assert IDLE_MS / 1000 - 0.1 <= idle < IDLE_MS / 1000 + 10
