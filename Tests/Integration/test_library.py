"""The client library, as a Swift program uses it: the example of the package against a broker."""
import os, pathlib, re, subprocess

import pytest

from support import KAFKA_HOME, OTTLA, ROOT, KafkaBroker

EXAMPLE = os.environ.get("OTTLA_EXAMPLE") or str(ROOT / ".build/debug/produce-and-consume")


def play(address, topic, count):
    return subprocess.run([EXAMPLE, address, topic, str(count)], capture_output=True, text=True, timeout=60)


def check(run, topic, count):
    assert run.returncode == 0, run.stdout + run.stderr
    written = [f"written: letter {n + 1} to {topic}-0 at offset {n}" for n in range(count)]
    read = [f"read: ottla=letter {n + 1} from {topic}-0 at offset {n}" for n in range(count)]
    assert run.stdout.splitlines() == written + read
    assert run.stderr == ""


def test_the_example_writes_and_reads_what_it_wrote(broker):
    check(play(broker.address, "letters", 5), "letters", 5)
    lag = subprocess.run(
        [OTTLA, "consumer-groups", "--bootstrap-server", broker.address, "--describe", "--group", "readers"], capture_output=True, text=True, timeout=30)
    row = next(line.split() for line in lag.stdout.splitlines() if " letters " in line)
    assert row[2:6] == ["0", "5", "5", "0"], "committed, and the group was left: " + lag.stdout
    assert row[6] == "-"


def test_many_records_come_back_in_order(broker):
    check(play(broker.address, "many", 20_000), "many", 20_000)


def test_a_failure_is_one_line_with_its_reason_and_no_success():
    run = play("127.0.0.1:1", "letters", 1)
    assert run.returncode == 1
    assert re.fullmatch(r"failed: .*\(127\.0\.0\.1:1: connection refused\)\n", run.stdout), run.stdout


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set")
def test_the_example_against_kafka_itself():
    with KafkaBroker() as kafka:
        check(play(kafka.address, "letters", 100), "letters", 100)
