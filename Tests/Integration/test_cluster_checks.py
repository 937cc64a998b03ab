"""What `make cluster-torture` checks at the end finds what is wrong, and its proxy stops what it is told to: without a cluster."""
import os, socket, types

import pytest

from Cluster import batches, history, layout, proxy, replicas
from Cluster.copier import Copies
from Cluster.groups import Group
from Cluster.journal import until
from Cluster.producers import Account
from support import free_port


def account():
    """Three records of one producer, sent to two partitions and acknowledged, and what is read then."""
    account = Account()
    places = {("p", 0): ("t", 0, 10), ("p", 1): ("t", 1, 5), ("p", 2): ("t", 0, 11)}
    for record, (topic, partition, offset) in places.items():
        account.sent[record] = (topic, partition)
        account.acknowledged[record] = (topic, partition, offset, 1.5)
    found = {("t", 0): {10: account.value("p", 0, "t", 0, 1), 11: account.value("p", 2, "t", 0, 1)}, ("t", 1): {5: account.value("p", 1, "t", 1, 1)}}
    return account, found


def lose(found):
    del found["t", 0][11]


def double(found):
    found["t", 0][12] = found["t", 0][11]


def swap(found):
    found["t", 0][10], found["t", 0][11] = found["t", 0][11], found["t", 0][10]


def move(found):
    found["t", 1][6] = found["t", 0].pop(11)


def invent(found):
    found["t", 1][6] = Account.value("p", 7, "t", 1, 1)


@pytest.mark.parametrize("wrong, text", [
    (lose, "p's record 2, acknowledged at 1.50 s for t-0 offset 11, is lost"), (double, "p's record 2 is there twice: at t-0 offset 11 and at t-0 offset 12"),
    (swap, "t-0 offset 11 holds p's record 0 behind its record 2"), (move, "t-1 offset 6 holds p's record 2, which was sent to ('t', 0)"),
    (invent, "t-1 offset 6 holds p's record 7, which was sent to None")])
def test_a_record_lost_doubled_moved_or_invented_is_found(wrong, text):
    one, found = account()
    assert list(history.produced(one, found)) == []
    wrong(found)
    assert text in list(history.produced(one, found))


def test_copies_that_are_missing_doubled_or_given_up_are_found():
    copies = Copies("s", "c", 1)
    source = {("s", 0): {0: b"a", 1: b"b"}}
    copies.outcome = {"x-0": "committed", "x-1": "aborted", "x-2": "open"}
    good = {("c", 0): {0: copies.value(0, 0, "x-0"), 3: copies.value(0, 1, "x-2")}}
    assert list(history.copied(copies, source, good)) == []
    assert list(history.copied(copies, source, {("c", 0): {0: copies.value(0, 0, "x-0")}})) == ["s-0 offset 1 has no copy"]
    twice = {("c", 0): {**good["c", 0], 5: copies.value(0, 1, "x-0")}}
    assert list(history.copied(copies, source, twice)) == ["s-0 offset 1 is copied twice: to c-0 offset 3 by x-2 and to c-0 offset 5 by x-0"]
    aborted = {("c", 0): {0: copies.value(0, 0, "x-0"), 3: copies.value(0, 1, "x-1")}}
    assert list(history.copied(copies, source, aborted)) == ["c-0 offset 3 is read though its transaction x-1 is aborted"]
    gone = {("c", 0): {0: copies.value(0, 0, "x-2"), 1: copies.value(0, 1, "x-2")}}
    assert list(history.copied(copies, source, gone)) == ["transaction x-0 was committed and nothing of it is there"]


def test_what_a_group_missed_or_read_otherwise_is_found():
    group = Group("g", "classic", "^t$", None, None)
    found = {("t", 0): {0: b"a", 1: b"b"}}
    group.reads, group.committed = {("t", 0): {0: hash(b"a"), 1: hash(b"b")}}, {("t", 0): 2}
    assert list(history.grouped(group, found, {("t", 0): 2})) == []
    group.reads, group.committed = {("t", 0): {0: hash(b"x"), 2: hash(b"c")}}, {("t", 0): 3}
    assert list(history.grouped(group, found, {("t", 0): 2})) == [
        "group g read another record at t-0 offset 0 than stands there now", "group g read t-0 offset 2, which is not there any more",
        "group g never read t-0 offset 1", "group g committed t-0 offset 3 beyond the end 2"]


def batch(base, count, epoch, fill=b"x"):
    body = fill * 40
    return batches.HEAD.pack(base, 49 + len(body), epoch, 2, 0, 0, count - 1) + b"\0" * (61 - batches.HEAD.size) + body


def replica(directory, files, epochs):
    directory.mkdir(parents=True)
    for base, content in files.items():
        (directory / f"{base:020}.log").write_bytes(b"".join(content))
    (directory / "leader-epoch-checkpoint").write_text(f"0\n{len(epochs)}\n" + "".join(f"{epoch} {start}\n" for epoch, start in epochs))
    return batches.Log(directory)


def test_replicas_that_differ_are_found(tmp_path):
    one, two, three = batch(0, 3, 0), batch(3, 1, 2), batch(4, 2, 2)
    # Segments end elsewhere; the second was never leader in an epoch without records.
    logs = {1: replica(tmp_path / "1", {0: [one, two, three]}, [(0, 0), (2, 3), (5, 6)]), 2: replica(tmp_path / "2", {0: [one], 3: [two, three]}, [(0, 0), (2, 3)])}
    assert [*replicas.differences(logs, 6), *replicas.epoch_differences(logs, 6)] == []
    # A start that moved on: the rest is compared.
    later = {**logs, 3: replica(tmp_path / "3", {3: [two, three]}, [(2, 3)])}
    assert [*replicas.differences(later, 6), *replicas.epoch_differences(later, 6)] == []
    other = {1: logs[1], 2: replica(tmp_path / "4", {0: [one, batch(3, 1, 2, b"y"), three]}, [(0, 0), (2, 3)])}
    assert list(replicas.differences(other, 6)) == ["replicas 1 and 2 differ: 1 has offsets 3 to 3, 101 bytes, leader epoch 2, checksum 00000000; "
                                                    "2 has offsets 3 to 3, 101 bytes, leader epoch 2, checksum 00000000"]
    short = {1: logs[1], 2: replica(tmp_path / "5", {0: [one, two, three[:50]]}, [(0, 0), (2, 3)])}
    assert list(replicas.differences(short, 6)) == ["replica 2 ends at offset 4, the high watermark is 6", "replica 2 has 50 bytes at its end that are no batch",
                                                    "replicas 1 and 2 differ: only 1 has offsets 4 to 5, 101 bytes, leader epoch 2, checksum 00000000"]
    wrong = {2: replica(tmp_path / "6", {0: [one, two, three]}, [(0, 0), (2, 4)])}
    assert list(replicas.epoch_differences(wrong, 6)) == ["replica 2: the checkpoint has leader epochs [(0, 0), (2, 4)], its batches [(0, 0), (2, 3)]"]


def test_one_direction_of_one_link_is_stopped():
    server = socket.create_server(("127.0.0.1", free_port()))
    links = proxy.Links()
    port = links.add(types.SimpleNamespace(id=2, port=server.getsockname()[1]))
    # This process is node 1; the same connection is nobody's once its pid is not known.
    nodes = {os.getpid(): 1}
    links.start(lambda: nodes)
    try:
        until(lambda: port in links.servers, 10)
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        inner, _ = server.accept()
        for one in (client, inner):
            one.settimeout(10)
        client.sendall(b"a")
        inner.sendall(b"b")
        assert (inner.recv(1), client.recv(1)) == (b"a", b"b")
        links.block(1, 2, "answers")
        until(lambda: (1, 2, "answers") in links.blocked, 10)
        client.sendall(b"c")
        inner.sendall(b"d")
        assert inner.recv(1) == b"c"
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(10)
        links.heal()
        assert client.recv(1) == b"d"
        server.close()
        until(lambda: port not in links.servers, 10)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=10)
    finally:
        links.close()


def test_layouts():
    assert str(layout.Layout.parse("c")) == "3c+2k+2o" and layout.Layout.parse("1c+3k").broker_ids == [1, 2, 3]
    for text in ("", "3k", "1c+2k", "1c+10k", "1c+x"):
        with pytest.raises(ValueError):
            layout.Layout.parse(text)
