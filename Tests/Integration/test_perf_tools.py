"""The perf tools, e2e-latency and streams-application-reset on a broker: what they count is what is there, and their JSON is what the schemas say."""
import json, signal, subprocess

from jsonschema import Draft202012Validator

from support import OTTLA, ROOT, ottla


def rows(tool, *words):
    """A tool's rows as JSON lines, each checked against the tool's schema, by kind."""
    validator = Draft202012Validator(json.loads((ROOT / "docs" / "schemas" / f"{tool}.json").read_text()))
    found = {}
    for line in ottla(tool, *words, "--output", "jsonl").splitlines():
        row = json.loads(line)
        assert not list(validator.iter_errors(row)), line
        found.setdefault(row["kind"], []).append(row)
    return found


def values(broker, topic, *words):
    text = ottla("console-consumer", "--bootstrap-server", broker.address, "--topic", topic, "--from-beginning", "--timeout-ms", 1500, *words)
    return text.splitlines()


def test_a_producers_rows_say_what_was_written(broker, topic):
    at = ["--bootstrap-server", broker.address, "--topic", topic]
    found = rows("producer-perf-test", *at, "--num-records", 3000, "--record-size", 50, "--throughput", 5000, "--reporting-interval", 100,
                 "--warmup-records", 1000, "--print-metrics")
    whole, steady = found["summaries"]
    assert (whole["records"], whole["isSteadyState"], steady["records"], steady["isSteadyState"]) == (3000, False, 2000, True)
    assert whole["p50LatencyMs"] <= whole["p95LatencyMs"] <= whole["p99LatencyMs"] <= whole["p999LatencyMs"] <= whole["maxLatencyMs"]
    assert 3000 < whole["recordsPerSecond"] < 6000, "it keeps to the rate"
    assert sum(row["records"] for row in found["intervals"]) <= 3000 and len(found["intervals"]) >= 3
    metrics = {(row["group"], row["name"]): row["value"] for row in found["metrics"]}
    assert metrics["producer-metrics", "record-send-total"] == 3000 and metrics["producer-metrics", "record-size-avg"] == 50
    assert len(values(broker, topic)) == 3000


def test_an_older_name_and_several_properties_mean_the_same(broker, topic):
    out = ottla("kafka-producer-perf-test", "--topic", topic, "--num-records", 10, "--payload-monotonic", "--throughput", -1, "--producer-props",
                f"bootstrap.servers={broker.address}", "acks=1", "compression.type=zstd")
    assert out.startswith("Option --producer-props has been deprecated") and "10 records sent, " in out
    assert values(broker, topic) == [str(n) for n in range(10)]


def test_payloads_are_chosen_from_a_file(broker, topic, tmp_path):
    path = tmp_path / "pay"
    path.write_text("eins, zwei ,drei")
    out = ottla("producer-perf-test", "--bootstrap-server", broker.address, "--topic", topic, "--num-records", 200, "--payload-file", path,
                "--payload-delimiter", r"\s*,\s*", "--throughput", -1)
    assert out.startswith(f"Reading payloads from: {path}\nNumber of records read: 3\n200 records sent, ")
    found = values(broker, topic)
    assert len(found) == 200 and set(found) == {"eins", "zwei", "drei"}


def test_transactions_are_committed_when_they_are_old_enough(broker, topic):
    at = ["--bootstrap-server", broker.address, "--topic", topic]
    ottla("producer-perf-test", *at, "--num-records", 300, "--record-size", 10, "--throughput", 1000, "--transaction-duration-ms", 50, "--transactional-id", "perf")
    assert len(values(broker, topic, "--isolation-level", "read_committed")) == 300
    listed = json.loads(ottla("transactions", "--bootstrap-server", broker.address, "list", "--output", "json"))
    assert {row["transactionalId"]: row["state"] for row in listed["transactions"]} == {"perf": "CompleteCommit"}
    # A marker for each transaction, of which there were several.
    end = json.loads(ottla("get-offsets", *at, "--output", "json"))["offsets"][0]["offset"]
    assert 303 <= end <= 307


def test_a_signal_ends_the_sending_counts_and_aborts(broker, topic):
    process = subprocess.Popen(
        [OTTLA, "producer-perf-test", "--bootstrap-server", broker.address, "--topic", topic, "--num-records", "1000000", "--record-size", "10",
         "--throughput", "200", "--transactional-id", "cut", "--transaction-duration-ms", "60000", "--reporting-interval", "200"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(2):
        assert b" records sent, " in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 143 and not errors
    sent = int(out.splitlines()[-1].split()[0])
    assert sent > 20 and b"ms 99.9th." in out.splitlines()[-1]
    assert values(broker, topic, "--isolation-level", "read_committed") == []
    assert len(values(broker, topic)) == sent


def test_records_that_are_refused_are_a_failure_and_not_counted(broker, topic):
    at = ["--bootstrap-server", broker.address, "--topic", topic]
    ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", topic, "--config", "max.message.bytes=200")
    done = ottla("producer-perf-test", *at, "--num-records", 5, "--record-size", 500, "--throughput", -1, check=False)
    assert done.returncode == 1 and done.stdout.startswith(b"0 records sent, 0.000000 records/sec (0.00 MB/sec), NaN ms avg latency")
    assert done.stderr.count(b"\n") == 1 and b"message larger" in done.stderr
    done = ottla("producer-perf-test", *at, "--num-records", 5, "--record-size", 500, "--throughput", -1, "--command-property", "max.request.size=100", check=False)
    assert done.returncode == 1 and b"which is larger than 100" in done.stderr


def test_a_consumers_rows_say_what_was_read(broker, topic):
    at = ["--bootstrap-server", broker.address, "--topic", topic]
    ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", topic, "--partitions", 3)
    ottla("producer-perf-test", *at, "--num-records", 20000, "--record-size", 100, "--throughput", -1)
    found = rows("consumer-perf-test", *at, "--num-records", 20000, "--group", "reads", "--print-metrics")
    [whole] = found["summaries"]
    assert whole["records"] == 20000 and abs(whole["megabytes"] - 20000 * 100 / 2**20) < 1e-9
    assert whole["rebalanceMs"] + whole["fetchMs"] == whole["endMs"] - whole["startMs"]
    assert {row["name"]: row["value"] for row in found["metrics"]}["records-consumed-total"] == 20000
    shown = json.loads(ottla("consumer-groups", "--bootstrap-server", broker.address, "--describe", "--group", "reads", "--output", "json"))
    assert sum(row["currentOffset"] for row in shown["offsets"]) == 20000 and all(row["lag"] == 0 for row in shown["offsets"])
    found = rows("consumer-perf-test", *at, "--num-records", 20000, "--show-detailed-stats", "--reporting-interval", 1, "--fetch-size", 20000)
    assert "summaries" not in found and [row["records"] for row in found["intervals"]] == sorted(row["records"] for row in found["intervals"])


def test_reading_ends_with_the_poll_that_had_enough(broker, topic):
    at = ["--bootstrap-server", broker.address, "--topic", topic]
    ottla("producer-perf-test", *at, "--num-records", 2000, "--record-size", 10, "--throughput", -1)
    [whole] = rows("consumer-perf-test", *at, "--num-records", 30, "--group", "some", "--command-property", "max.poll.records=20")["summaries"]
    assert whole["records"] == 40
    [whole] = rows("consumer-perf-test", *at, "--num-records", 1960, "--group", "some")["summaries"]
    assert whole["records"] == 1960, "the group goes on where it was"


def test_too_few_records_are_warned_of(broker, topic):
    at = ["--bootstrap-server", broker.address, "--topic", topic]
    ottla("producer-perf-test", *at, "--num-records", 10, "--record-size", 10, "--throughput", -1)
    out = ottla("consumer-perf-test", *at, "--num-records", 11, "--timeout", 3000, "--hide-header").splitlines()
    assert out[0].startswith("WARNING: Exiting before consuming the expected number of records: timeout (3000 ms) exceeded.")
    assert ", 10, " in out[1]
    done = ottla("consumer-perf-test", "--bootstrap-server", "127.0.0.1:1", "--topic", topic, "--num-records", 1, "--timeout", 1000, check=False)
    assert done.returncode != 0 and b"127.0.0.1:1" in done.stderr


def test_latencies_of_single_records(broker, topic):
    found = rows("e2e-latency", "--bootstrap-server", broker.address, "--topic", topic, "--num-records", 1500, "--producer-acks", "all", "--record-size", 10,
                 "--record-key-size", 3, "--num-headers", 2, "--record-header-key-size", 4, "--record-header-size", -1)
    assert found["message"] and [row["number"] for row in found["records"]] == [0, 1000]
    [whole] = found["summaries"]
    assert 0 < whole["averageMs"] < 1000 and whole["p50Ms"] <= whole["p99Ms"] <= whole["p999Ms"]
    lines = ottla("console-consumer", "--bootstrap-server", broker.address, "--topic", topic, "--from-beginning", "--max-messages", 1500, "--output", "jsonl")
    records = [json.loads(line) for line in lines.splitlines()]
    assert all(len(row["key"]) == 3 and len(row["value"]) == 10 and [h["value"] for h in row["headers"]] == [None, None] for row in records)


def test_an_application_begins_anew(broker, tmp_path):
    at = ["--bootstrap-server", broker.address]
    for name in ("in", "app-store-changelog", "app-out"):
        ottla("topics", *at, "--create", "--topic", name)
    ottla("producer-perf-test", *at, "--topic", "in", "--num-records", 10, "--record-size", 10, "--throughput", -1)
    found = rows("streams-application-reset", *at, "--application-id", "app", "--input-topics", "in", "--to-latest", "--dry-run")
    assert [(row["topic"], row["offset"]) for row in found["offsets"]] == [("in", 10)]
    assert [(row["topic"], row["isDeleted"]) for row in found["internalTopics"]] == [("app-store-changelog", False)]
    rows("streams-application-reset", *at, "--application-id", "app", "--input-topics", "in", "--to-offset", 4)
    assert ottla("topics", *at, "--list", "--exclude-internal").split() == ["app-out", "in"]
    shown = json.loads(ottla("consumer-groups", *at, "--describe", "--group", "app", "--output", "json"))
    assert [(row["topic"], row["currentOffset"]) for row in shown["offsets"]] == [("in", 4)]
    missing = ottla("streams-application-reset", *at, "--application-id", "app", "--input-topics", "in,nosuch", check=False)
    assert missing.returncode == 6 and ottla("streams-application-reset", *at, "--application-id", "app", "--input-topics", "no", check=False).returncode == 3


def test_members_in_the_way_are_removed_only_by_force(broker, topic):
    at = ["--bootstrap-server", broker.address]
    ottla("producer-perf-test", *at, "--topic", topic, "--num-records", 3, "--record-size", 10, "--throughput", -1)
    member = subprocess.Popen([OTTLA, "verifiable-consumer", *at, "--topic", topic, "--group-id", "app"], stdout=subprocess.PIPE)
    try:
        while b"offsets_committed" not in member.stdout.readline():
            pass
        refused = ottla("streams-application-reset", *at, "--application-id", "app", "--input-topics", topic, check=False)
        assert refused.returncode == 1 and b"is still active" in refused.stderr
        member.send_signal(signal.SIGSTOP)
        out = ottla("streams-application-reset", *at, "--application-id", "app", "--input-topics", topic, "--force")
        assert out.startswith("Force deleting all active members in the group: app\n") and f"Topic: {topic} Partition: 0 Offset: 0" in out
    finally:
        member.kill()
        member.wait()
