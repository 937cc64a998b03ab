"""Transactions of the client library, with our broker and with a real Apache Kafka (KAFKA_HOME): the same calls through Kafka's own client, compared call
by call, with the newer protocol (KIP-890) and with the one before."""
import contextlib, os, pathlib, re, subprocess

import pytest

from support import KAFKA_HOME, ROOT, Broker, KafkaBroker, ottla

PLAYER = os.environ.get("OTTLA_PLAYER") or str(ROOT / ".build/debug/transaction-player")
FORWARD = os.environ.get("OTTLA_FORWARD") or str(ROOT / ".build/debug/forward-in-transactions")
JAVA = ["java", "-cp", f"{KAFKA_HOME}/libs/*", str(pathlib.Path(__file__).with_name("TransactionPlayer.java"))]
NEEDS_KAFKA = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")


@contextlib.contextmanager
def kafka(version):
    """Kafka with this level of transaction.version, finalized before the first transaction."""
    with KafkaBroker() as broker:
        if version < 2:
            lower = ["--bootstrap-server", broker.address, "downgrade", "--feature", f"transaction.version={version}"]
            subprocess.run([f"{KAFKA_HOME}/bin/kafka-features.sh", *lower], check=True, capture_output=True, timeout=60)
        yield broker


CLUSTERS = {"ottla": (Broker, "consumer"), "kafka": (lambda: kafka(2), "consumer"), "kafka with version 1": (lambda: kafka(1), "classic")}


@pytest.fixture(scope="module", params=[pytest.param(name, marks=[] if name == "ottla" else NEEDS_KAFKA) for name in CLUSTERS])
def cluster(request):
    start, protocol = CLUSTERS[request.param]
    with start() as broker:
        broker.protocol, broker.is_ours = protocol, request.param == "ottla"
        yield broker


# Calls in their places and out of them, a commit, an abort, offsets, and a second producer with the same id.
LIFE = """
producer p transactional.id=life-ID
begin p
commit p
init p
init p
commit p
begin p
begin p
send p life-ID 1
send p life-ID 2
commit p
begin p
send p life-ID lost
abort p
begin p
queue p never-ID never
abort p
begin p
commit p
begin p
send p life-ID 3
offsets p life-group-ID life-ID 2
commit p
offsets p life-group-ID life-ID 3
producer q transactional.id=life-ID
init q
begin p
begin q
send p life-ID fenced
send q life-ID 4
begin p
commit p
abort p
abort p
commit q
read life-ID read_committed 4
read life-ID read_uncommitted 5
"""

# From a group's topic to another, until the member that the offsets are committed for has left its group.
FORWARDING = """
producer w
send w in-ID a
send w in-ID b
consumer c grp-ID in-ID group.protocol=PROTOCOL
poll c 2
producer p transactional.id=forward-ID
init p
begin p
send p out-ID A
note c
forward p c
commit p
leave c
consumer d grp-ID in-ID group.protocol=PROTOCOL
send w in-ID c
poll d 1
begin p
send p out-ID lost
note d
forward p d
abort p
leave d
consumer e grp-ID in-ID group.protocol=PROTOCOL
poll e 1
begin p
send p out-ID C
forward p d
send p out-ID refused
commit p
abort p
begin p
send p out-ID C
note e
forward p e
commit p
leave e
read out-ID read_committed 2
"""

# A record that is not taken, and a time that is too long for the coordinator.
FAILING = f"""
producer big transactional.id=big-ID max.request.size=500
init big
begin big
send big big-ID small
send big big-ID {"x" * 1000}
send big big-ID late
commit big
abort big
begin big
send big big-ID again
commit big
producer long transactional.id=long-ID transaction.timeout.ms=99999999
init long
init long
begin long
read big-ID read_committed 1
"""


def play(program, script, address, mark):
    done = subprocess.run([*program, address], input=script.strip().replace("ID", mark), capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return [line for line in done.stdout.replace(mark, "ID").splitlines() if " -> " in line]


def without_offsets(text, cluster):
    """Now and then Kafka writes a transaction's marker twice (KAFKA-19999), and what follows moves on by one; our broker does not."""
    return text if cluster.is_ours else re.sub(r"\b\d+=", "=", re.sub(r"(^|-> )ok \d+$", r"\1ok", text))


def without_chance(lines, cluster):
    """Kafka's plain exceptions have no code, where ours keep that of their cause; ids and epochs depend on what was played before."""
    plain = re.compile(r"-> [A-Z_]+: (Unexpected error|Cannot execute transactional method|Transaction offset Commit failed)")
    identity = re.compile(r"\(producerId=\d+, epoch=\d+\)")
    return [without_offsets(identity.sub("(an identity)", plain.sub(r"-> \1", line)), cluster) for line in lines]


def compare(script, cluster, mark):
    """What came of each call through our client, which is what comes of it through Kafka's."""
    ours = play([PLAYER], script, cluster.address, f"s{mark}")
    if KAFKA_HOME:
        assert without_chance(ours, cluster) == without_chance(play(JAVA, script, cluster.address, f"j{mark}"), cluster)
    return {line.partition(" -> ")[0]: line.partition(" -> ")[2] for line in ours}


def test_a_producers_life_is_that_of_kafkas(cluster):
    last = compare(LIFE, cluster, "1")
    for isolation, count, found in (("read_committed", 4, "0=1 1=2 5=3 7=4"), ("read_uncommitted", 5, "0=1 1=2 3=lost 5=3 7=4")):
        assert without_offsets(last[f"read life-ID {isolation} {count}"], cluster) == without_offsets(found, cluster)
    assert last["abort p"].startswith("PRODUCER_FENCED: ")
    described = ottla("consumer-groups", "--bootstrap-server", cluster.address, "--describe", "--offsets", "--group", "life-group-s1")
    row = next(line.split() for line in described.splitlines() if line.startswith("life-group-s1"))
    assert row[2:4] == ["0", "2"], "the offset was committed with the transaction: " + described


def test_offsets_are_committed_for_members_only(cluster):
    last = compare(FORWARDING.replace("PROTOCOL", cluster.protocol), cluster, "2")
    assert last["forward p d"].startswith("UNKNOWN_MEMBER_ID: "), "it has left"
    assert [word.partition("=")[2] for word in last["read out-ID read_committed 2"].split()] == ["A", "C"]


def test_what_fails_leaves_what_it_leaves_in_kafka(cluster):
    last = compare(FAILING, cluster, "3")
    assert last["init long"].startswith("INVALID_TRANSACTION_TIMEOUT: ")
    assert last["read big-ID read_committed 1"].endswith("=again")


def test_our_console_consumer_reads_what_is_committed(cluster):
    script = "producer p transactional.id=ID\ninit p\nbegin p\nsend p seen-ID lost\nabort p\nbegin p\nsend p seen-ID kept\ncommit p\nbegin p\nsend p seen-ID open"
    with subprocess.Popen([PLAYER, cluster.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as player:
        player.stdin.write(script.replace("ID", "c") + "\n")
        player.stdin.flush()
        for line in script.splitlines():
            assert "-> ok" in player.stdout.readline()
        read = ("console-consumer", "--bootstrap-server", cluster.address, "--topic", "seen-c", "--from-beginning", "--timeout-ms", "3000")
        assert ottla(*read, "--isolation-level", "read_committed").splitlines() == ["kept"]
        assert ottla(*read).splitlines() == ["lost", "kept", "open"]
        player.stdin.write("close p\n")
        player.stdin.flush()
        assert player.stdout.readline() == "close p -> ok\n"
        assert ottla(*read, "--isolation-level", "read_committed").splitlines() == ["kept"], "what was left open is aborted by the close"


def test_the_example_answers_each_letter_once(cluster):
    letters = [f"letter {n}" for n in range(20)]
    ottla("console-producer", "--bootstrap-server", cluster.address, "--topic", "letters", stdin="\n".join(letters))
    for _ in range(2):
        done = subprocess.run([FORWARD, cluster.address, "letters", "answers", "20"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "answered: " in done.stdout, done.stdout + done.stderr
        out = ottla("console-consumer", "--bootstrap-server", cluster.address, "--topic", "answers", "--from-beginning", "--timeout-ms", "3000",
                    "--isolation-level", "read_committed")
        assert sorted(out.splitlines()) == sorted(f"answer to {letter}" for letter in letters)
        letters += [f"later {n}" for n in range(20)]
        ottla("console-producer", "--bootstrap-server", cluster.address, "--topic", "letters", stdin="\n".join(letters[-20:]))


def test_the_console_producer_begins_no_transaction(cluster):
    at = ("--bootstrap-server", cluster.address, "--topic", "letters")
    refused = ottla("console-producer", *at, "--command-property", "transactional.id=x", stdin="a\n", check=False)
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert b"Cannot add partition letters-0 to transaction before completing a call to initTransactions" in refused.stderr
    idle = ottla("console-producer", *at, "--command-property", "transactional.id=x", check=False)
    assert (idle.returncode, idle.stdout, idle.stderr) == (0, b"", b"")
