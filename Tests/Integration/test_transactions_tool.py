"""`kafka-transactions` on transactions that are committed, open and hanging: what our tool prints, and that it is what Kafka's prints (KAFKA_HOME)."""
import re, struct, subprocess, time

import confluent_kafka
import pytest

from support import FAILED, KAFKA_HOME, OTTLA, Broker, KafkaBroker, ottla
from test_answers import PRODUCE, batch, rows
from test_garbage import crc32c
from wire import Wire

# Or a broker would not take what no transaction of its own covers, and nothing would ever hang.
UNVERIFIED = "transaction.partition.verification.enable=false"
MINUTE = 60_000
HANGING = 7_000  # a producer id that no coordinator gave out


@pytest.fixture(scope="module", params=["Ottla", "Kafka"])
def there(request):
    if request.param == "Ottla":
        with Broker("--override", UNVERIFIED) as broker:
            yield broker
    elif not KAFKA_HOME:
        pytest.skip("KAFKA_HOME is not set or there is no Java")
    else:
        with KafkaBroker(UNVERIFIED) as broker:
            yield broker


def ours(there, *words, check=True):
    return ottla("transactions", "--bootstrap-server", there.address, *words, check=check)


def table(text):
    """The rows of a table as dictionaries."""
    header, *lines = [[cell.strip() for cell in line.split("\t")[:-1]] for line in text.splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


def producer(there, name):
    producer = confluent_kafka.Producer({"bootstrap.servers": there.address, "transactional.id": name, "linger.ms": 0})
    producer.init_transactions(60)
    producer.begin_transaction()
    return producer


def write(producer, topic, partition, *values):
    for value in values:
        producer.produce(topic, value, partition=partition)
    assert producer.flush(60) == 0


def hang(there, topic, partition, minutes, epoch=0, producer=HANGING):
    """Opens a transaction that no coordinator knows, written this many minutes ago; returns where it begins."""
    records = bytearray(batch(b"hangs", producer=producer, sequence=0, time=int(time.time() * 1000) - minutes * MINUTE))
    records[21:23] = struct.pack(">h", 0x10)  # transactional
    records[51:53] = struct.pack(">h", epoch)
    records[17:21] = struct.pack(">I", crc32c(bytes(records[21:])))
    return send(there, topic, partition, bytes(records), "unknown")


def send(there, topic, partition, records, transaction=None):
    """Produces a batch; returns its offset. A leader that does not know yet that it leads is asked again."""
    deadline = time.monotonic() + 30
    while True:
        with Wire(there.address) as wire:
            row = rows(wire.ask(*PRODUCE, (transaction, -1, 10000, [(topic, [(partition, records)])])))[0]
        if row["error"] not in (3, 6) or time.monotonic() > deadline:
            assert row["error"] == 0, row
            return row["offset"]
        time.sleep(0.05)


def committed(there, topic, partition):
    """What a reader of committed records gets of a partition."""
    words = ("--topic", topic, "--partition", partition, "--offset", 0, "--isolation-level", "read_committed", "--timeout-ms", 2000)
    return ottla("console-consumer", "--bootstrap-server", there.address, *words).split()


@pytest.fixture
def topic(there, topic):
    ottla("topics", "--bootstrap-server", there.address, "--create", "--topic", topic, "--partitions", 3)
    return topic


def test_a_committed_and_an_open_transaction(there, topic):
    done, still = producer(there, topic + "-done"), producer(there, topic + "-open")
    write(done, topic, 0, b"x")
    done.commit_transaction(60)
    write(still, topic, 0, b"y")
    write(still, topic, 2, b"z")
    listed = {row["TransactionalId"]: row for row in table(ours(there, "list", "--transactional-id-pattern", topic + "-.*"))}
    assert listed[topic + "-open"]["TransactionState"] == "Ongoing"
    assert listed[topic + "-done"]["TransactionState"] in ("PrepareCommit", "CompleteCommit")
    assert table(ours(there, "list", "--duration-filter", 600_000)) == []
    (row,) = table(ours(there, "describe", "--transactional-id", topic + "-open"))
    assert row["TransactionState"] == "Ongoing" and row["TopicPartitions"] == f"{topic}-0,{topic}-2" and row["TransactionTimeoutMs"] == "60000"
    assert abs(int(row["CurrentTransactionStartTimeMs"]) + int(row["TransactionDurationMs"]) - time.time() * 1000) < 60_000
    assert row["ProducerId"] == listed[topic + "-open"]["ProducerId"] and row["CoordinatorId"] == listed[topic + "-open"]["Coordinator"]
    producers = {row["ProducerId"]: row for row in table(ours(there, "describe-producers", "--topic", topic, "--partition", 0))}
    # Before or behind the marker of the other, which is written after its commit is answered.
    assert producers[row["ProducerId"]]["CurrentTransactionStartOffset"] in ("1", "2")
    assert producers[listed[topic + "-done"]["ProducerId"]]["CurrentTransactionStartOffset"] in ("None", "0")
    # It is open for longer than no time at all, but its coordinator will end it.
    assert table(ours(there, "find-hanging", "--topic", topic, "--max-transaction-timeout", -1)) == []
    assert ours(there, "forceTerminateTransaction", "--transactionalId", topic + "-open") == ""
    (row,) = table(ours(there, "describe", "--transactional-id", topic + "-open"))
    assert row["TransactionState"] in ("Empty", "PrepareAbort", "CompleteAbort")
    with pytest.raises(confluent_kafka.KafkaException):
        still.commit_transaction(60)
    assert committed(there, topic, 0) == ["x"]


def test_a_hanging_transaction_is_found_and_aborted(there, topic):
    early, late = hang(there, topic, 1, 20), hang(there, topic, 2, 10)
    send(there, topic, 1, batch(b"behind"))
    (row,) = table(ours(there, "find-hanging", "--topic", topic))
    assert (row["Topic"], row["Partition"], row["ProducerId"], row["ProducerEpoch"]) == (topic, "1", str(HANGING), "0")
    assert (row["CoordinatorEpoch"], row["StartOffset"], row["Duration(min)"]) == ("-1", str(early), "20")
    broker = ours(there, "find-hanging", "--broker-id", 1, "--max-transaction-timeout", 5)
    assert [(r["Topic"], r["Partition"]) for r in table(broker)] == [(topic, "1"), (topic, "2")]
    assert table(ours(there, "find-hanging", "--topic", topic, "--partition", 0)) == []
    # Nobody reads on behind it.
    assert "behind" not in committed(there, topic, 1)
    failed = ours(there, "abort", "--topic", topic, "--partition", 1, "--start-offset", early + 1, check=False)
    assert failed.returncode in FAILED and failed.stdout == b""
    assert failed.stderr.decode() == f"Could not find any open transactions starting at offset {early + 1} on partition {topic}-1\n"
    assert ours(there, "abort", "--topic", topic, "--partition", 1, "--start-offset", early) == ""
    # As an older broker is asked, with what describe-producers shows.
    (row,) = table(ours(there, "describe-producers", "--topic", topic, "--partition", 2, "--broker-id", 1))
    assert row["CurrentTransactionStartOffset"] == str(late) and row["LatestCoordinatorEpoch"] == "-1"
    known = ("--producer-id", row["ProducerId"], "--producer-epoch", row["ProducerEpoch"], "--coordinator-epoch", row["LatestCoordinatorEpoch"])
    assert ours(there, "abort", "--topic", topic, "--partition", 2, *known) == ""
    assert table(ours(there, "find-hanging", "--topic", topic, "--max-transaction-timeout", -1)) == []
    assert "behind" in committed(there, topic, 1) and "hangs" not in committed(there, topic, 1)


def test_a_marker_of_an_older_epoch_is_refused(there, topic):
    hang(there, topic, 0, 20, epoch=5, producer=HANGING + 1)
    known = ("--producer-id", HANGING + 1, "--producer-epoch", 4, "--coordinator-epoch", 0)
    failed = ours(there, "abort", "--topic", topic, "--partition", 0, *known, check=False)
    spec = f"AbortTransactionSpec(topicPartition={topic}-0, producerId={HANGING + 1}, producerEpoch=4, coordinatorEpoch=0)"
    assert failed.returncode in FAILED
    assert failed.stderr.decode().startswith(f"Failed to abort transaction {spec}: WriteTxnMarkers request with {spec} failed ")


def test_what_is_not_there_is_named(there, topic):
    for words, message in (
        (("describe", "--transactional-id", topic), f"Failed to describe transaction state of transactional-id `{topic}`: DescribeTransactions request for "
         f"transactionalId `{topic}` failed because the ID could not be found."),
        (("describe-producers", "--topic", topic, "--partition", 9), f"Failed to describe producers for partition {topic}-9 on leader: "
         "This server does not host this topic-partition."),
        (("describe-producers", "--topic", topic, "--partition", 0, "--broker-id", 7), f"Failed to describe producers for partition {topic}-0 on broker 7: Timed "
         "out waiting for a node assignment. Call: describeProducers(api=DESCRIBE_PRODUCERS) (broker 7 is not part of the cluster at the moment)."),
        (("find-hanging", "--topic", "nosuch"), "Failed to describe 1 topics: This server does not host this topic-partition."),
    ):
        began = time.monotonic()
        failed = ours(there, *words, check=False)
        assert (failed.returncode in FAILED, failed.stdout, failed.stderr.decode()) == (True, b"", message + "\n")
        assert time.monotonic() - began < 10


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
def test_both_toolkits_print_the_same(there, topic):
    still = producer(there, topic + "-same")
    write(still, topic, 0, b"x")
    write(still, topic, 1, b"y")
    hang(there, topic, 2, 30, producer=HANGING + 2)
    hang(there, topic, 0, 40, producer=HANGING + 3)
    different = []
    for words in (
        "list", "list --duration-filter 1", "list --transactional-id-pattern .*-same", f"describe --transactional-id {topic}-same",
        f"describe-producers --topic {topic} --partition 0", f"describe-producers --topic {topic} --partition 2 --broker-id 1",
        f"find-hanging --topic {topic}", "find-hanging --broker-id 1 --max-transaction-timeout 20", f"find-hanging --topic {topic} --partition 1",
    ):
        at = ["--bootstrap-server", there.address, *words.split()]
        theirs = subprocess.run([f"{KAFKA_HOME}/bin/kafka-transactions.sh", *at], capture_output=True, timeout=90)
        mine = subprocess.run([OTTLA, "transactions", *at], capture_output=True, timeout=90)
        # Rows and the partitions of a transaction come in the order of a hash table there; a duration grows from one call to the next.
        texts = [sorted(re.sub(r"(\d{13} *\t)\d+ *\t", r"\1*\t", done.stdout.decode()).splitlines()) for done in (theirs, mine)]
        texts = [[sorted(row.replace("\t", ",").split(",")) for row in text] for text in texts]
        if texts[0] != texts[1] or theirs.returncode != mine.returncode or len(texts[0]) < 1:
            different.append(f"$ {words}\n--- Kafka\n{theirs.stdout.decode()}--- Ottla\n{mine.stdout.decode()}{mine.stderr.decode()}")
    assert not different, "\n".join(different)
    still.abort_transaction(60)
