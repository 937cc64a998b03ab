"""What scripts build on: exit codes of `ottla COMMAND`, JSON on both streams, and records that come out as they went in."""
import json, os, pathlib, random, subprocess

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from support import OTTLA, Broker, free_port, links, ottla, run


@pytest.fixture(scope="module")
def broker():
    with Broker("--topic", "orders:3", ephemeral=True) as broker:
        yield broker


@pytest.mark.parametrize("words,code", [
    (("topics", "--list"), 0),
    (("topics", "--describe", "--topic", "nowhere"), 3),
    (("topics", "--bogus"), 2),
    (("topics", "--create", "--topic", "x", "--partitions", "0"), 2),
    (("topics", "--create", "--topic", "orders"), 1),
    (("topics", "--list", "--output", "xml"), 2),
    (("consumer-groups", "--describe", "--group", "nobody"), 3),
    (("consumer-groups", "--delete", "--group", "nobody"), 3),
    (("consumer-groups", "--describe"), 2),
    (("get-offsets", "--topic", "nowhere"), 3),
    (("get-offsets", "--time", "x"), 2),
    (("transactions", "bogus"), 2),
    (("transactions", "describe", "--transactional-id", "none"), 3),
    (("console-consumer", "--topic", "nowhere", "--timeout-ms", "300", "--command-property", "allow.auto.create.topics=false"), 3),
    (("console-consumer", "--topic", "orders", "--partition", "9", "--timeout-ms", "300"), 3),
    (("console-producer",), 2),
])
def test_exit_codes(broker, words, code):
    # argparse's commands take the connection's options in front of the subcommand, all others anywhere.
    done = run(broker, *words)
    assert done.returncode == code, done
    kafka = subprocess.run([OTTLA, f"kafka-{words[0]}", "--bootstrap-server", broker.address, *words[1:]], capture_output=True, timeout=60)
    assert kafka.returncode == min(code, 1), kafka
    if code:
        assert done.stdout == b"", "a failure is told on standard error only"
        assert done.stderr.strip()


def test_nobody_answers_is_5():
    address = f"127.0.0.1:{free_port()}"
    pathlib.Path(config := f"/tmp/ottla-{os.getpid()}.properties").write_text("default.api.timeout.ms=500\nrequest.timeout.ms=400\n")
    try:
        for words in (("topics", "--list"), ("consumer-groups", "--list"), ("get-offsets",), ("transactions",)):
            tail = ("list",) if words == ("transactions",) else words[1:]
            done = ottla(words[0], "--bootstrap-server", address, "--command-config", config, *tail, check=False)
            assert done.returncode == 5, done
    finally:
        os.remove(config)
    done = ottla("console-consumer", "--bootstrap-server", address, "--topic", "t", "--timeout-ms", 300, check=False)
    assert done.returncode == 5, done


def test_some_done_and_some_failed_is_6(broker):
    consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "leaving"})
    consumer.commit(offsets=[TopicPartition("orders", 0, 0)], asynchronous=False)
    consumer.close()
    done = run(broker, "consumer-groups", "--delete", "--group", "leaving", "--group", "nobody", "--output", "json")
    assert done.returncode == 6, done
    rows = {row["group"]: row["deleted"] for row in json.loads(done.stdout)["deletions"]}
    assert rows == {"leaving": True, "nobody": False}


def test_errors_are_json_where_output_is(broker):
    done = run(broker, "topics", "--describe", "--topic", "nowhere", "--output", "json")
    assert done.stdout == b""
    error = json.loads(done.stderr)["error"]
    assert error["exitCode"] == done.returncode == 3 and "nowhere" in error["message"]
    done = run(broker, "topics", "--create", "--topic", "orders", "--output", "json")
    assert json.loads(done.stderr)["error"]["code"] == "TOPIC_ALREADY_EXISTS"
    done = run(broker, "console-consumer", "--topic", "orders", "--timeout-ms", "300", "--output", "jsonl")
    assert [json.loads(line) for line in done.stderr.splitlines()] == [{"message": "Processed a total of 0 messages"}]


def test_help_explains_the_contract():
    assert '"version":1' in ottla("help", "output")
    codes = ottla("help", "exit-codes")
    assert all(f"\n  {code}  " in codes for code in range(7))


def records(seed):
    """Keys, values and headers of all kinds: absent, empty, text with what JSON must escape, bytes that are no text."""
    chance = random.Random(seed)
    kinds = (lambda: None, lambda: b"", lambda: "naïve \"quoted\" \\ \t\n\x00\x7f \U0001f600".encode(), lambda: bytes(chance.randrange(256) for _ in range(40)),
             lambda: b"\xff\xfe", lambda: b'{"base64":"AA=="}', lambda: b"plain")
    for _ in range(300):
        headers = [(chance.choice(("h", "h", "é", "")), chance.choice(kinds)()) for _ in range(chance.randrange(4))]
        yield chance.choice(kinds)(), chance.choice(kinds)(), headers, chance.randrange(1, 1_790_000_000_000), chance.randrange(3)


def read(broker, topic):
    consumer = Consumer({"bootstrap.servers": broker.address, "group.id": f"reader-{topic}", "enable.auto.commit": False})
    found = []
    for partition in range(3):
        consumer.assign([TopicPartition(topic, partition, 0)])
        end = consumer.get_watermark_offsets(TopicPartition(topic, partition))[1]
        while len([1 for record in found if record[0] == partition]) < end:
            message = consumer.poll(10)
            assert message is not None and not message.error(), message and message.error()
            found.append((partition, message.key(), message.value(), message.headers() or [], message.timestamp()))
    consumer.close()
    return found


@pytest.mark.parametrize("seed", (1, 2))
def test_records_survive_the_way_through_json(broker, seed):
    source, target = f"source-{seed}", f"target-{seed}"
    for topic in (source, target):
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", topic, "--partitions", 3, "--config", "retention.ms=-1")
    producer = Producer({"bootstrap.servers": broker.address, "enable.idempotence": True})
    for key, value, headers, timestamp, partition in records(seed):
        producer.produce(source, value, key, partition=partition, headers=headers, timestamp=timestamp)
    assert producer.flush(30) == 0
    lines = run(broker, "console-consumer", "--topic", source, "--from-beginning", "--max-messages", 300, "--output", "jsonl").stdout
    assert len([json.loads(line) for line in lines.splitlines()]) == 300
    done = run(broker, "console-producer", "--topic", target, "--input", "jsonl", "--keep-partition", stdin=lines)
    assert done.returncode == 0, done
    assert read(broker, target) == read(broker, source)


def test_a_line_that_is_no_record_is_named(broker):
    done = run(broker, "console-producer", "--topic", "orders", "--input", "jsonl", stdin=b'{"value":"a"}\n{"value":\n')
    assert done.returncode == 1 and b"Line number 2 is not JSON" in done.stderr, done
    done = run(broker, "console-producer", "--topic", "orders", "--keep-partition", stdin=b"a\n")
    assert done.returncode == 2, done


def test_the_same_words_work_under_kafkas_names(broker, tmp_path):
    tool = links(tmp_path / "bin") / "kafka-topics.sh"
    text = subprocess.run([tool, "--bootstrap-server", broker.address, "--describe", "--output", "json"], capture_output=True, timeout=60).stdout
    assert {row["topic"] for row in json.loads(text)["descriptions"]} >= {"orders"}
