"""kafka-configs, kafka-client-metrics and kafka-delete-records beyond the recorded commands: exit codes and JSON for scripts, what our broker lacks, and
controllers asked instead of brokers."""
import json, subprocess, tempfile

import pytest

from support import KAFKA_HOME, OTTLA, Broker, ottla, run


@pytest.fixture(scope="module")
def broker():
    with Broker("--topic", "orders:2", ephemeral=True) as broker:
        yield broker


@pytest.mark.parametrize("words,code", [
    (("configs", "--topic", "orders", "--describe"), 0),
    (("configs", "--topic", "nowhere", "--describe"), 3),
    (("configs", "--topic", "nowhere", "--describe", "--all"), 3),
    (("configs", "--topic", "no/where", "--describe"), 2),
    (("configs", "--broker", "7", "--describe"), 3),
    (("configs", "--broker", "7", "--describe", "--all"), 3),
    (("configs", "--group", "nobody", "--describe"), 3),
    (("configs", "--topic", "nowhere", "--alter", "--add-config", "retention.ms=1"), 3),
    (("configs", "--topic", "orders", "--alter", "--add-config", "foo=bar"), 1),
    (("configs", "--topic", "orders", "--alter", "--add-config", "foo"), 2),
    (("configs", "--topic", "orders", "--alter", "--add-config-file", "/nowhere"), 2),
    (("configs", "--topic", "orders", "--bogus"), 2),
    # What our broker does not serve.
    (("configs", "--user", "alice", "--alter", "--add-config", "producer_byte_rate=1024"), 1),
    (("configs", "--user", "alice", "--alter", "--add-config", "SCRAM-SHA-256=[password=secret]"), 1),
    (("configs", "--bootstrap-controller", "127.0.0.1:1", "--topic", "orders", "--describe"), 2),
    (("client-metrics", "--list"), 0),
    (("client-metrics", "--describe", "--name", "none"), 3),
    (("client-metrics", "--alter", "--name", "m", "--interval", "1"), 1),
    (("client-metrics", "--alter"), 2),
    (("delete-records",), 2),
    (("delete-records", "--offset-json-file", "/nowhere"), 2),
])
def test_exit_codes(broker, words, code):
    done = run(broker, *words)
    assert done.returncode == code, done
    kafka = subprocess.run([OTTLA, f"kafka-{words[0]}", "--bootstrap-server", broker.address, *words[1:]], capture_output=True, timeout=60)
    assert kafka.returncode == min(code, 1), kafka
    if code:
        assert done.stdout == b"", "a failure is told on standard error only"
        assert done.stderr.strip() and b"Exception in thread" not in done.stderr


def test_a_change_is_seen_in_json(broker):
    words = ("configs", "--topic", "orders")
    assert run(broker, *words, "--alter", "--add-config", "retention.ms=1000,cleanup.policy=[compact,delete]").returncode == 0
    document = json.loads(run(broker, *words, "--describe", "--output", "json").stdout)
    assert document["entities"] == [{"entityType": "topics", "entityName": "orders"}]
    policy, retention = document["configs"]
    assert (policy["name"], policy["value"], policy["source"]) == ("cleanup.policy", "compact,delete", "DYNAMIC_TOPIC_CONFIG")
    assert retention["synonyms"] == [{"source": "DYNAMIC_TOPIC_CONFIG", "name": "retention.ms", "value": "1000"}]
    assert run(broker, *words, "--alter", "--delete-config", "retention.ms,cleanup.policy").returncode == 0
    document = json.loads(run(broker, *words, "--describe", "--output", "json").stdout)
    assert document["entities"] == [{"entityType": "topics", "entityName": "orders"}] and document["configs"] == []


def test_settings_of_all_brokers_have_no_name(broker):
    assert run(broker, "configs", "--broker-defaults", "--alter", "--add-config", "log.cleaner.threads=2").returncode == 0
    lines = [json.loads(line) for line in run(broker, "configs", "--broker-defaults", "--describe", "--output", "jsonl").stdout.splitlines()]
    assert lines[0] == {"version": 1, "kind": "entities", "entityType": "brokers", "entityName": None}
    assert any(line["kind"] == "configs" and line["entityName"] is None and line["name"] == "log.cleaner.threads" for line in lines)


def test_a_subscription_with_a_random_name(broker):
    said = run(broker, "client-metrics", "--alter", "--generate-name", "--metrics", "org.apache.kafka.", "--match", "client_id=a").stdout.decode()
    name = said.removeprefix("Altered client metrics config for ").removesuffix(".\n")
    assert len(name) == 22
    document = json.loads(run(broker, "client-metrics", "--describe", "--name", name, "--output", "json").stdout)
    settings = {row["name"]: row["value"] for row in document["configs"]}
    assert settings == {"interval.ms": "300000", "match": "client_id=a", "metrics": "org.apache.kafka."}
    # An empty text takes a setting away, and without settings the subscription is gone.
    assert run(broker, "client-metrics", "--alter", "--name", name, "--match", "").returncode == 0
    assert run(broker, "client-metrics", "--delete", "--name", name).returncode == 0
    assert name.encode() not in run(broker, "client-metrics", "--list").stdout


def test_records_of_some_partitions_cannot_be_deleted(broker):
    ottla("console-producer", "--bootstrap-server", broker.address, "--topic", "orders", "--reader-property", "parse.key=true", "--reader-property",
          "key.separator=:", stdin="".join(f"k{n}:v\n" for n in range(40)))
    rows = [{"topic": "orders", "partition": 0, "offset": 2}, {"topic": "orders", "partition": 1, "offset": 9999}]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"partitions": rows}, file)
        file.flush()
        done = run(broker, "delete-records", "--offset-json-file", file.name, "--output", "json")
        assert done.returncode == 6, done
        told = json.loads(done.stdout)["partitions"]
        assert told[0] == {"topic": "orders", "partition": 0, "lowWatermark": 2, "error": None}
        assert told[1]["lowWatermark"] is None and "OffsetOutOfRangeException" in told[1]["error"]
        assert json.loads(done.stderr)["error"]["code"] == "OFFSET_OUT_OF_RANGE"
        text = run(broker, "delete-records", "--offset-json-file", file.name)
        assert b"orders-1" not in text.stdout and b"partition orders-1: The requested offset" in text.stderr
    assert ottla("get-offsets", "--bootstrap-server", broker.address, "--topic-partitions", "orders:0", "--time", "earliest") == "orders:0:2\n"


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")
def test_controllers_are_asked_as_kafkas_tool_asks_them(tmp_path):
    nodes = f"{KAFKA_HOME}/bin/kafka-nodes"
    brokers = subprocess.run([nodes, "start", str(tmp_path / "k"), "1"], check=True, capture_output=True, text=True).stdout.strip()
    try:
        properties = next((tmp_path / "k").glob("*/server.properties")).read_text()
        controller = next(line.split("=", 1)[1] for line in properties.splitlines() if line.startswith("controller.quorum.bootstrap.servers="))
        to_controller, to_broker = ("--bootstrap-controller", controller), ("--bootstrap-controller", brokers)
        commands = [
            (*to_controller, "--broker-defaults", "--alter", "--add-config", "log.cleaner.threads=2"),
            (*to_controller, "--broker-defaults", "--describe"),
            (*to_controller, "--entity-type", "brokers", "--describe"),
            (*to_controller, "--broker-logger", "1001", "--alter", "--add-config", "kafka.server.ControllerApis=DEBUG"),
            (*to_controller, "--topic", "t", "--describe"),
            (*to_broker, "--broker-defaults", "--describe"),
        ]
        for words in commands:
            ours = subprocess.run([OTTLA, "kafka-configs", *words], capture_output=True, text=True, timeout=60)
            kafka = subprocess.run([f"{KAFKA_HOME}/bin/kafka-configs.sh", *words], capture_output=True, text=True, timeout=60)
            assert (ours.stdout, ours.returncode) == (kafka.stdout, kafka.returncode), (words, ours, kafka)
            if ours.returncode:
                reason = ours.stderr.removeprefix("kafka-configs: ").split(" (")[0].split(" [")[0]
                assert reason in kafka.stderr and ours.stderr.count("\n") == 1, ours.stderr
    finally:
        subprocess.run([nodes, "wipe", str(tmp_path / "k")], check=False, capture_output=True)
