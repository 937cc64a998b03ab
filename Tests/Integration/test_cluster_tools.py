"""The tools for clusters on three brokers and a controller, all Kafka's, or with one of ours among the brokers: what Kafka's own tool prints, command by command. Commands that
change something are played by both toolkits on topics of their own."""
import json, re, subprocess

import pytest

from clusters import TOPICS, Cluster
from support import KAFKA_HOME

pytestmark = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")


@pytest.fixture(scope="module", params=["kafka", "mixed"])
def cluster(request):
    mixed = request.param == "mixed"
    with Cluster(2 if mixed else 3, features="share.version=0 streams.version=0" if mixed else "") as cluster:
        if mixed:
            cluster.join(3, "auto.leader.rebalance.enable=false")
        for topic in TOPICS.values():
            code, text = cluster.run("ours", "topics", "--bootstrap-server", cluster.brokers, "--create", "--topic", topic, "--replica-assignment",
                                     "1:2,2:3,3:1", "--config", "min.insync.replicas=2")
            assert code == 0, text
            fill = subprocess.run([cluster.bins["ours"] / "kafka-console-producer", "--bootstrap-server", cluster.brokers, "--topic", topic],
                                  input=b"".join(b"%06d" % n + b"x" * 1000 + b"\n" for n in range(40000)), capture_output=True)
            assert fill.returncode == 0, fill.stderr
        yield cluster


def sorted_configs(text):
    """Kafka shows a topic's settings in the order of a hash table."""
    return re.sub(r"(?<=Configs: )\S+", lambda match: ",".join(sorted(re.split(r",(?=[a-z.]+=)", match[0]))), text)


def lines(text):
    return sorted(text.split("\n"))


def numbers(text):
    return re.sub(r"\d+", "N", re.sub(r" +(?=\t)", "", text))


def test_what_is_there(cluster):
    assert "Cluster ID: " in cluster.same("cluster", "cluster-id", "--bootstrap-server", cluster.brokers, server=False)
    assert len(cluster.same("cluster", "list-endpoints", "--bootstrap-server", cluster.brokers, shown=lines, server=False)) == 5
    assert "controller" in cluster.same("cluster", "list-endpoints", "--bootstrap-controller", cluster.controllers, server=False)
    cluster.same("broker-api-versions", shown=lines)
    cluster.same("topics", "--describe", "--topic", "moved-.*", shown=sorted_configs)
    cluster.same("groups", "--list")
    for place in (("--bootstrap-server", cluster.brokers), ("--bootstrap-controller", cluster.controllers)):
        cluster.same("features", *place, "describe", shown=lambda text: re.sub(r"Epoch: \d+", "", text), server=False)
        status = cluster.same("metadata-quorum", *place, "describe", "--status", shown=numbers, server=False)
        assert "CurrentObservers:" in status and "CONTROLLER://" in status
        replicas = cluster.same("metadata-quorum", *place, "describe", "--replication", shown=numbers, server=False)
        assert replicas.count("Observer") == 3 and replicas.count("Leader") == 1


def test_log_dirs(cluster):
    def parsed(text):
        *head, last = text.rstrip("\n").split("\n")
        found = json.loads(last)
        for broker in found["brokers"]:
            for directory in broker["logDirs"]:
                directory["partitions"].sort(key=lambda partition: partition["partition"])
        return lines("\n".join(head)), sorted(found["brokers"], key=lambda broker: broker["broker"])

    brokers = cluster.same("log-dirs", "--describe", "--topic-list", "moved-k,moved-o", shown=parsed)[1]
    assert sum(len(broker["logDirs"][0]["partitions"]) for broker in brokers) == 12
    cluster.same("log-dirs", "--describe", "--broker-list", "2", "--topic-list", "moved-k", shown=parsed)
    assert cluster.run("ours", "log-dirs", "--bootstrap-server", cluster.brokers, "--describe", "--broker-list", "9")[0] == 1


def test_a_reassignment_with_a_throttle(cluster):
    topics = cluster.file("topics.json", {"version": 1, "topics": [{"topic": "TOPIC"}]})
    generated = cluster.same("reassign-partitions", "--generate", "--topics-to-move-json-file", topics, "--broker-list", "1,2,3",
                             shown=lambda text: text.split("\n\nProposed")[0])
    assert '"partition":2' in generated
    plan = cluster.file("plan.json", {"version": 1, "partitions": [
        {"topic": "TOPIC", "partition": 0, "replicas": [1, 3]}, {"topic": "TOPIC", "partition": 1, "replicas": [1, 2]}]})
    text = cluster.same("reassign-partitions", "--list")
    assert text == "No partition reassignments found.\n"
    begun = {}
    for whose in TOPICS:
        # The second begins beside the first.
        extra = ("--additional",) if begun else ()
        begun[whose] = cluster.run(whose, "reassign-partitions", "--bootstrap-server", cluster.brokers, "--execute", "--reassignment-json-file", plan,
                                   "--throttle", "2000", *extra)
    assert begun["ours"] == begun["kafka"] and begun["ours"][0] == 0, begun
    assert "Successfully started partition reassignments for TOPIC-0,TOPIC-1" in begun["ours"][1]
    running = cluster.same("reassign-partitions", "--list")
    assert running.count("adding: 3.") == 2 and "moved-k-0" in running and "moved-o-1" in running
    cluster.same("topics", "--describe", "--topic", "moved-.*", shown=sorted_configs)
    cluster.same("reassign-partitions", "--verify", "--reassignment-json-file", plan)
    assert "existing partition assignment" in cluster.same("reassign-partitions", "--execute", "--reassignment-json-file", plan)
    for topic in TOPICS.values():
        cluster.same("configs", "--describe", "--entity-type", "topics", "--entity-name", topic)
    cluster.same("configs", "--describe", "--entity-type", "brokers", "--entity-name", "3")
    ended = {whose: cluster.run(whose, "reassign-partitions", "--bootstrap-server", cluster.brokers, "--cancel", "--reassignment-json-file", plan,
                                "--preserve-throttles") for whose in TOPICS}
    assert ended["ours"] == ended["kafka"] and "Successfully cancelled partition reassignments for: TOPIC-0,TOPIC-1" in ended["ours"][1], ended
    assert cluster.same("reassign-partitions", "--list") == "No partition reassignments found.\n"
    assert any("rather than 1,3" in line for line in cluster.same("reassign-partitions", "--verify", "--reassignment-json-file", plan, shown=lines))
    for whose in TOPICS:
        assert cluster.run(whose, "reassign-partitions", "--bootstrap-server", cluster.brokers, "--execute", "--reassignment-json-file", plan,
                           "--additional")[0] == 0
    cluster.until(lambda text: text == "No partition reassignments found.\n", "reassign-partitions", "--bootstrap-server", cluster.brokers, "--list")
    done = cluster.same("reassign-partitions", "--verify", "--reassignment-json-file", plan, shown=lines)
    assert "Reassignment of partition TOPIC-1 is completed." in done and "Clearing broker-level throttles on brokers 1,2,3" in done
    cluster.same("configs", "--describe", "--entity-type", "brokers", "--entity-name", "3")


def test_a_node_is_killed_comes_back_and_leads_again(cluster):
    def reports():
        return [cluster.same("topics", "--describe", f"--{report}-partitions") for report in ("under-replicated", "under-min-isr", "at-min-isr", "unavailable")]

    assert reports()[0] == "" and reports()[1] == ""
    cluster.node(2, "kill")
    describe = ("topics", "--bootstrap-server", cluster.brokers, "--describe", "--under-replicated-partitions")
    cluster.until(lambda text: "moved" in text and "Leader: 2" not in text, *describe)
    under_replicated, under_min, at_min, _ = reports()
    assert under_replicated and under_min
    assert "fenced" in cluster.same("cluster", "list-endpoints", "--bootstrap-server", cluster.brokers, "--include-fenced-brokers", server=False)
    cluster.node(2, "start")
    cluster.until(lambda text: text == "", *describe)
    cluster.same("leader-election", "--election-type", "unclean", "--topic", "TOPIC", "--partition", "0")
    elected = {whose: cluster.run(whose, "leader-election", "--bootstrap-server", cluster.brokers, "--election-type", "preferred", "--topic", "TOPIC",
                                  "--partition", "1") for whose in TOPICS}
    assert elected["ours"] == elected["kafka"], elected
    cluster.same("leader-election", "--election-type", "preferred", "--all-topic-partitions")
    cluster.same("leader-election", "--election-type", "preferred", "--topic", "nowhere", "--partition", "0")
    cluster.same("topics", "--describe", "--topic", "moved-.*", shown=sorted_configs)


def test_a_broker_that_is_gone_is_unregistered(cluster):
    cluster.node(3, "stop")
    cluster.until(lambda text: re.search(r"^3 .* fenced", text, re.M), "cluster", "list-endpoints", "--bootstrap-server", cluster.brokers,
                  "--include-fenced-brokers")
    assert cluster.run("ours", "cluster", "unregister", "--bootstrap-server", cluster.brokers, "--id", "3") == (0, "Broker 3 is no longer registered.\n")
    assert cluster.run("ours", "cluster", "unregister", "--bootstrap-server", cluster.brokers, "--id", "3") == (1, "")
    assert "\n3 " not in cluster.same("cluster", "list-endpoints", "--bootstrap-server", cluster.brokers, "--include-fenced-brokers", server=False)


def test_features_are_lowered_and_raised(cluster):
    assert cluster.run("ours", "features", "--bootstrap-server", cluster.brokers, "downgrade", "--feature", "transaction.version=1") == (
        0, "transaction.version was downgraded to 1.\n")
    cluster.same("features", "--bootstrap-server", cluster.brokers, "describe", shown=lambda text: re.sub(r"Epoch: \d+", "", text), server=False)
    assert cluster.run("ours", "features", "--bootstrap-controller", cluster.controllers, "upgrade", "--feature", "transaction.version=2") == (
        0, "transaction.version was upgraded to 2.\n")
    for words in (("upgrade", "--release-version", "4.3", "--dry-run"), ("downgrade", "--feature", "metadata.version=1", "--dry-run"),
                  ("disable", "--feature", "share.version", "--dry-run"), ("upgrade", "--feature", "bogus=1")):
        cluster.same("features", "--bootstrap-server", cluster.brokers, *words, server=False)
