"""The verifiable producer and consumer, ours and Kafka's, on our broker that is killed under them: what was acknowledged is read, where it was said to be."""
import json, os, pathlib, random, signal, subprocess, time

import pytest

from support import KAFKA_HOME, OTTLA, Broker, ottla

KILLS = int(os.environ.get("OTTLA_KILLS", "5"))


class Tool:
    """A tool that runs in the background; its events are read from a file."""

    def __init__(self, command, output):
        self.path = pathlib.Path(output)
        self.errors = pathlib.Path(f"{output}.err")
        with open(self.path, "wb") as out, open(self.errors, "wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)

    def events(self):
        """All whole lines so far."""
        text = self.path.read_text()
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines() if line.startswith("{")]

    def wait_for(self, holds, seconds):
        deadline = time.monotonic() + seconds
        while not holds(self.events()):
            assert time.monotonic() < deadline, f"not in time; last: {self.events()[-3:]}\n{self.errors.read_text()[-2000:]}"
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.errors.read_text()[-2000:]}"
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def command(whose, tool, *words):
    if whose == "Ottla":
        return [OTTLA, f"kafka-{tool}", *words]
    return [f"{KAFKA_HOME}/bin/kafka-{tool}.sh", *words]


def named(events, name):
    return [event for event in events if event["name"] == name]


@pytest.fixture(params=["Ottla", "Kafka"])
def whose(request):
    if request.param == "Kafka" and not KAFKA_HOME:
        pytest.skip("KAFKA_HOME is not set or there is no Java")
    return request.param


def test_acknowledged_values_are_read_though_the_broker_is_killed(whose, tmp_path):
    seed = int(os.environ.get("OTTLA_SEED", random.randrange(1 << 30)))
    print(f"OTTLA_SEED={seed}")
    rng = random.Random(seed)
    with Broker("--topic", "v:3") as broker:
        at = ["--bootstrap-server", broker.address, "--topic", "v"]
        consumer = Tool(command(whose, "verifiable-consumer", *at, "--group-id", "g", "--verbose"), tmp_path / "consumer")
        producer = Tool(command(whose, "verifiable-producer", *at, "--throughput", "1000", "--repeating-keys", "7"), tmp_path / "producer")
        with consumer, producer:
            for _ in range(KILLS):
                before = len(named(producer.events(), "producer_send_success"))
                producer.wait_for(lambda events: len(named(events, "producer_send_success")) > before + 50, 60)
                time.sleep(rng.uniform(0.01, 0.4))
                broker.kill()
                time.sleep(rng.uniform(0, 0.3))
                broker.start()
            before = len(named(producer.events(), "producer_send_success"))
            producer.wait_for(lambda events: len(named(events, "producer_send_success")) > before + 50, 60)
            assert producer.stop() == 143
            said = producer.events()
            acknowledged = {(event["partition"], event["offset"]): event["value"] for event in named(said, "producer_send_success")}
            assert len(acknowledged) == len(named(said, "producer_send_success")), "two records were said to be at one offset"
            [total] = named(said, "tool_data")
            assert [event["name"] for event in said[-2:]] == ["shutdown_complete", "tool_data"]
            assert total["acked"] == len(acknowledged) and total["sent"] == len(acknowledged) + len(named(said, "producer_send_error"))

            def read(events):
                return {(event["partition"], event["offset"]): event["value"] for event in named(events, "record_data")}

            consumer.wait_for(lambda events: acknowledged.keys() <= read(events).keys(), 120)
            last = max(offset for _, offset in acknowledged)
            consumer.wait_for(lambda events: any(row["offset"] > last for event in named(events, "offsets_committed") if event["success"]
                                                 for row in event["offsets"]), 60)
            assert consumer.stop() == 143
        heard = consumer.events()
        found = {}
        for event in named(heard, "record_data"):
            place = event["partition"], event["offset"]
            assert found.setdefault(place, event["value"]) == event["value"], f"the record at {place} changed"
        assert {place: found[place] for place in acknowledged} == acknowledged
        assert named(heard, "shutdown_complete") and named(heard, "partitions_assigned") and named(heard, "partitions_revoked")
        counted = sum(row["count"] for event in named(heard, "records_consumed") for row in event["partitions"])
        assert counted == len(named(heard, "record_data"))
        # What it committed is what it said: the group goes on behind it.
        committed = {}
        for event in named(heard, "offsets_committed"):
            if event["success"]:
                committed.update({row["partition"]: row["offset"] for row in event["offsets"]})
        shown = json.loads(ottla("consumer-groups", "--bootstrap-server", broker.address, "--describe", "--group", "g", "--output", "json"))
        assert {row["partition"]: row["currentOffset"] for row in shown["offsets"] if row["currentOffset"] is not None} == committed


def test_a_member_that_ends_early_commits_what_it_counted(whose, tmp_path):
    with Broker("--topic", "v:1") as broker:
        at = ["--bootstrap-server", broker.address, "--topic", "v"]
        done = subprocess.run(command(whose, "verifiable-producer", *at, "--max-messages", "10", "--value-prefix", "3"), capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert [event["value"] for event in named(events, "producer_send_success")] == [f"3.{n}" for n in range(10)]
        for begin in (0, 4):
            run = subprocess.run(
                command(whose, "verifiable-consumer", *at, "--group-id", "g", "--max-messages", "4", "--verbose"), capture_output=True, timeout=60)
            assert run.returncode == 0, run.stderr
            events = [json.loads(line) for line in run.stdout.splitlines() if line.startswith(b"{")]
            assert [event["offset"] for event in named(events, "record_data")] == list(range(begin, begin + 4))
            assert [row["offset"] for event in named(events, "offsets_committed") for row in event["offsets"]] == [begin + 4]


def test_what_cannot_be_written_is_an_event_and_a_failure(tmp_path):
    properties = tmp_path / "producer.properties"
    properties.write_text("max.block.ms=300\n")
    done = ottla("kafka-verifiable-producer", "--bootstrap-server", "127.0.0.1:1", "--topic", "v", "--max-messages", "2", "--command-config", properties,
                 check=False)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [event["exception"] for event in named(events, "producer_send_error")] == ["class org.apache.kafka.common.errors.TimeoutException"] * 2
    assert named(events, "tool_data")[0]["acked"] == 0
