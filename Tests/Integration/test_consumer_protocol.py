"""Groups of the consumer protocol (KIP-848): real clients, both protocols in one group, and heartbeat by heartbeat what Kafka answers."""
import time

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient

from support import FAILED, KAFKA_HOME, Broker, KafkaBroker, ottla
from test_clients import create
from test_groups import crash, member, settle
from wire import Wire

# Kafka's defaults of 5 s and 1 s would make these tests minutes.
QUICK = ["group.consumer.min.heartbeat.interval.ms=100", "group.consumer.heartbeat.interval.ms=300", "group.consumer.assignment.interval.ms=100"]


@pytest.fixture(scope="module")
def quick():
    with Broker(*[word for setting in QUICK for word in ("--override", setting)]) as broker:
        yield broker


def modern(broker, group, topic, **settings):
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": broker.address, "group.id": group, "auto.offset.reset": "earliest", "group.protocol": "consumer", **settings})
    consumer.subscribe([topic])
    return consumer


def shared(consumers, sizes):
    """Polls until the members have so many partitions each; on the way there some may have fewer."""
    deadline = time.monotonic() + 90
    while (shares := settle(consumers, sum(sizes))) != sizes:
        assert time.monotonic() < deadline, shares


def described(broker, group, *what):
    return ottla("consumer-groups", "--bootstrap-server", broker.address, "--describe", "--group", group, *what)


@pytest.mark.parametrize("assignor", ["uniform", "range"])
def test_members_join_leave_and_share(quick, topic, assignor):
    create(quick, topic, 6)
    first = modern(quick, topic, topic, **{"group.remote.assignor": assignor})
    assert settle([first], 6) == [6]
    second = modern(quick, topic, topic, **{"group.remote.assignor": assignor})
    shared([first, second], [3, 3])
    third = modern(quick, topic, topic, **{"group.remote.assignor": assignor})
    shared([first, second, third], [2, 2, 2])
    second.close()
    shared([first, third], [3, 3])
    state = described(quick, topic, "--state")
    assert assignor in state and "Stable" in state
    first.close()
    assert settle([third], 6) == [6]
    third.close()
    assert "Empty" in described(quick, topic, "--state")


def test_a_regular_expression_finds_topics_that_come_later(quick, topic):
    create(quick, topic + ".a", 2)
    consumer = modern(quick, topic, "^" + topic + r"\.[ab]$")
    settle([consumer], 2)
    create(quick, topic + ".b", 3)
    create(quick, topic + ".c", 3)
    deadline = time.monotonic() + 30
    while {(p.topic, p.partition) for p in consumer.assignment()} != {(topic + ".a", n) for n in range(2)} | {(topic + ".b", n) for n in range(3)}:
        assert time.monotonic() < deadline, consumer.assignment()
        consumer.poll(0.1)
    consumer.close()


def test_new_partitions_are_assigned(quick, topic):
    create(quick, topic, 2)
    consumer = modern(quick, topic, topic)
    settle([consumer], 2)
    ottla("topics", "--bootstrap-server", quick.address, "--alter", "--topic", topic, "--partitions", 5)
    assert settle([consumer], 5) == [5]
    consumer.close()


def test_offsets_are_committed_and_survive_a_restart(topic):
    with Broker() as broker:
        create(broker, topic, 2)
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", topic, stdin="".join(f"{n}\n" for n in range(10)))
        consumer = modern(broker, topic, topic)
        seen = []
        deadline = time.monotonic() + 30
        while len(seen) < 10 and time.monotonic() < deadline:
            message = consumer.poll(0.2)
            if message and not message.error():
                seen.append(message.value())
        assert len(seen) == 10
        consumer.commit(asynchronous=False)
        before = described(broker, topic, "--state", "--verbose").split()
        broker.kill()
        broker.start()
        # The group is as it was, its member still in it, and that goes on.
        assert described(broker, topic, "--state", "--verbose").split()[-3:] == before[-3:]
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", topic, stdin="last\n")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            message = consumer.poll(0.2)
            if message and not message.error():
                seen.append(message.value())
                break
        assert seen[10:] == [b"last"]
        consumer.close()
        rows = [row.split() for row in described(broker, topic).splitlines() if row.startswith(topic)]
        assert sum(int(row[3]) for row in rows) == 11 and all(row[5] == "0" for row in rows)


def test_a_member_that_stops_is_removed_and_its_partitions_go_on(topic):
    with Broker("--override", "group.consumer.min.session.timeout.ms=1000", "--override", "group.consumer.session.timeout.ms=2000",
                *[word for setting in QUICK for word in ("--override", setting)]) as broker:
        create(broker, topic, 4)
        crash(broker, topic, 4, **{"group.protocol": "consumer"})
        consumer = modern(broker, topic, topic)
        assert settle([consumer], 4) == [4]
        consumer.close()


def listed(broker):
    return ottla("consumer-groups", "--bootstrap-server", broker.address, "--list").split()


def test_both_protocols_in_one_group(quick, topic):
    """Upgrade and downgrade without a stop: classic members stay while the first of the new protocol comes and the last one goes.

    librdkafka's sticky assignor hands a member's user data on from its second rebalance, and Kafka upgrades no group with user data in its assignments."""
    create(quick, topic, 6)
    classic = [member(quick, topic, topic, **{"partition.assignment.strategy": "range"}) for _ in range(2)]
    shared(classic, [3, 3])
    new = modern(quick, topic, topic)
    shared([*classic, new], [2, 2, 2])
    rows = described(quick, topic, "--members", "--verbose").splitlines()
    assert sorted(row.split()[-1] for row in rows if row.startswith(topic)) == ["false", "false", "true"]
    new.close()
    shared(classic, [3, 3])
    assert "UPGRADED" not in described(quick, topic, "--members", "--verbose")
    for consumer in classic:
        consumer.close()


def test_deleting_groups_and_offsets(quick, topic):
    create(quick, topic, 1)
    consumer = modern(quick, topic, topic)
    settle([consumer], 1)
    consumer.commit(offsets=[confluent_kafka.TopicPartition(topic, 0, 0)], asynchronous=False)
    at = ["--bootstrap-server", quick.address]
    busy = ottla("consumer-groups", *at, "--delete", "--group", topic, check=False)
    assert busy.returncode in FAILED and b"GroupNotEmptyException" in busy.stderr
    subscribed = ottla("consumer-groups", *at, "--delete-offsets", "--group", topic, "--topic", topic, check=False)
    assert subscribed.returncode in FAILED and b"GroupSubscribedToTopicException" in subscribed.stdout
    consumer.close()
    ottla("consumer-groups", *at, "--delete-offsets", "--group", topic, "--topic", topic)
    ottla("consumer-groups", *at, "--delete", "--group", topic)
    assert topic not in listed(quick)


def test_a_groups_own_settings_act_at_once(quick, topic):
    create(quick, topic, 1)
    admin = AdminClient({"bootstrap.servers": quick.address})
    wire = Wire(quick.address)
    join = {"timeout": 30000, "owned": {}, "topics": [topic]}
    assert wire.heartbeat(topic, "m", 0, **join)["interval"] == 300
    resource = confluent_kafka.admin.ConfigResource(confluent_kafka.admin.ResourceType.GROUP, topic, incremental_configs=[
        confluent_kafka.admin.ConfigEntry(
            "consumer.heartbeat.interval.ms", "200", incremental_operation=confluent_kafka.admin.AlterConfigOpType.SET)])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(30)
    assert wire.heartbeat(topic, "m", 0, **join)["interval"] == 200


# What comes back for each heartbeat: group, member, epoch and the rest. '|' waits out the time between two assignments, which is Kafka's default here:
# what is said between two of these waits must not take longer.
PAUSE = 1.3
JOIN = {"timeout": 30000, "owned": {}}
CONVERSATION = [
    ("", "m", 0, {"topics": ["t1"], **JOIN}), ("g", "", 0, {"topics": ["t1"], **JOIN}), ("g", "m", -3, {"topics": ["t1"], **JOIN}),
    ("g", "m", 0, {"topics": ["t1"], "owned": {}}), ("g", "m", 0, {"topics": ["t1"], "timeout": 1000}), ("g", "m", 0, JOIN),
    ("g", "m", 0, {"topics": ["t1"], "assignor": "nope", **JOIN}), ("g", "m", 0, {"topics": ["t1"], "instance": " ", **JOIN}),
    ("g", "m", 0, {"topics": ["t1"], "rack": "", **JOIN}), ("g", "m", -2, {}), ("g", "m", 5, {}), ("g", "m", -1, {}),
    ("g", "m", 0, {"regex": "[", **JOIN}), ("g", "m0", 0, {"topics": [], **JOIN}), ("g", "m0", -1, {}),
    # One member, then a second: the first gives up, the second gets.
    ("g", "m1", 0, {"topics": ["t1"], **JOIN}), ("g", "mx", 1, {}), ("g", "mx", -1, {}), ("g", "m1", 3, {}), ("g", "m1", 4, {}), ("g", "m1", 9, {}),
    ("g", "m1", 1, {}), ("g", "m1", 0, {"topics": ["t1"], **JOIN}), ("g", "m2", 0, {"topics": ["t1"], **JOIN}), "|", ("g", "m1", 4, {}), ("g", "m1", 5, {}),
    ("g", "m1", 4, {"owned": {"t1": [0, 1, 2, 3]}}), ("g", "m2", 4, {}), ("g", "m2", 5, {}), ("g", "m1", 4, {"owned": {"t1": [0, 1]}}),
    ("g", "m1", 5, {}), ("g", "m2", 5, {}), ("g", "m2", 5, {}), ("g", "m2", 5, {"topics": ["t1"], **JOIN}),
    # The answer gets lost and the member asks again; then it changes its subscription.
    ("g", "m1", 4, {"owned": {"t1": [0, 1]}}), ("g", "m1", 4, {"owned": {"t1": [2]}}), ("g", "m1", 4, {}), "|",
    ("g", "m2", 5, {"topics": ["t2"]}), ("g", "m2", 5, {"owned": {}}), ("g", "m2", 6, {}), ("g", "m1", 5, {}), ("g", "m1", 6, {}), ("g", "m2", 6, {}),
    ("g", "m1", -1, {}), "|", ("g", "m2", 6, {}), ("g", "m2", 7, {}), ("g", "m2", 0, {"topics": ["t1", "t2"], **JOIN}), ("g", "m2", -1, {}),
    # Static members.
    ("s", "s1", 0, {"instance": "i", "topics": ["t1"], **JOIN}), ("s", "s2", 0, {"instance": "i", "topics": ["t1"], **JOIN}), ("s", "s2", 2, {"instance": "i"}),
    ("s", "s1", 2, {"instance": "j"}), ("s", "s1", -2, {"instance": "i"}), ("s", "s3", 0, {"instance": "i", "topics": ["t1"], **JOIN}),
    ("s", "s1", 2, {"instance": "i"}), ("s", "s3", 0, {"instance": "i", "topics": ["t1"], **JOIN}), ("s", "s3", -1, {"regex": "["}), ("s", "s3", 2, {"instance": "i"}), ("s", "s3", -1, {"instance": "i"}), ("s", "s3", -1, {"instance": "i"}),
    ("n", "n1", 0, {"topics": ["no-such-topic"], **JOIN}), ("n", "n1", 2, {}), ("r", "r1", 0, {"topics": ["t1"], "assignor": "range", **JOIN}),
]


def converse(broker):
    """The answers to CONVERSATION, with names instead of topic ids."""
    for name in ("t1", "t2"):
        create(broker, name, 4)
    ottla("consumer-groups", "--bootstrap-server", broker.address, "--describe", "--group", "find-a-coordinator", check=False)
    wire, names, answers = Wire(broker.address), {}, []
    deadline = time.monotonic() + 30
    while len(names) < 2:
        assert time.monotonic() < deadline
        for name in ("t1", "t2"):
            for topic_id in wire.heartbeat("ids-" + name, "m", 0, topics=[name], **JOIN).get("assignment", {}):
                names[topic_id] = name
    ids = {name: topic_id for topic_id, name in names.items()}
    for step in CONVERSATION:
        if step == "|":
            time.sleep(PAUSE)  # the broker's own interval between two assignments: there is nothing to wait for but time
            continue
        group, member_id, epoch, rest = step
        if rest.get("owned"):
            rest = {**rest, "owned": {ids[name]: partitions for name, partitions in rest["owned"].items()}}
        answer = wire.heartbeat(group, member_id, epoch, **rest)
        if "assignment" in answer:
            answer["assignment"] = {names[topic_id]: partitions for topic_id, partitions in sorted(answer["assignment"].items(), key=lambda row: names[row[0]])}
        answers.append(answer)
    return answers


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set")
def test_every_heartbeat_is_answered_as_kafka_does():
    settings = [*QUICK[:2], "group.consumer.assignment.interval.ms=1000"]
    with Broker(*[word for setting in settings for word in ("--override", setting)]) as broker:
        ours = converse(broker)
    with KafkaBroker(*settings) as kafka:
        theirs = converse(kafka)
    asked = [step for step in CONVERSATION if step != "|"]
    different = [f"{step}\n  Kafka {right}\n  Ottla {left}" for step, left, right in zip(asked, ours, theirs) if left != right]
    assert not different, "\n".join(different)
