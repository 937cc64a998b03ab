"""Consumer groups with real clients: joining, leaving, crashing, rebalancing, offsets that outlive a restart."""
import subprocess, sys, time

import confluent_kafka
import pytest

from support import ottla
from test_clients import create, produce_confluent


def member(broker, group, topic, **settings):
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": broker.address, "group.id": group, "auto.offset.reset": "earliest", "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500, **settings})
    consumer.subscribe([topic])
    return consumer


def settle(consumers, partitions, seconds=90):
    """Polls until the members share all partitions; returns the sizes of their shares."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for consumer in consumers:
            consumer.poll(0.05)
        shares = [consumer.assignment() for consumer in consumers]
        owned = [p.partition for share in shares for p in share]
        if sorted(owned) == list(range(partitions)) and all(shares):
            return sorted(len(share) for share in shares)
    raise AssertionError(f"not settled: {shares}")


@pytest.mark.parametrize("strategy", ["range", "roundrobin", "cooperative-sticky"])
def test_members_join_leave_and_share(shared_broker, topic, strategy):
    create(shared_broker, topic, 6)
    first = member(shared_broker, topic, topic, **{"partition.assignment.strategy": strategy})
    assert settle([first], 6) == [6]
    second = member(shared_broker, topic, topic, **{"partition.assignment.strategy": strategy})
    assert settle([first, second], 6) == [3, 3]
    third = member(shared_broker, topic, topic, **{"partition.assignment.strategy": strategy})
    assert settle([first, second, third], 6) == [2, 2, 2]
    second.close()
    assert settle([first, third], 6) == [3, 3]
    first.close()
    assert settle([third], 6) == [6]
    third.close()


def crash(broker, topic, partitions, **settings):
    """A member of the group named as the topic, in a process of its own, that is killed once it has so many partitions."""
    settings = {"bootstrap.servers": broker.address, "group.id": topic, **settings}
    process = subprocess.Popen([sys.executable, "-c", f"""
import confluent_kafka
c = confluent_kafka.Consumer({settings!r})
c.subscribe(["{topic}"])
while True:
    c.poll(0.1)
    print(len(c.assignment()), flush=True)
"""], stdout=subprocess.PIPE, text=True)
    while process.stdout.readline().strip() != str(partitions):
        pass
    process.kill()
    process.wait()


def test_a_crashed_member_is_replaced(shared_broker, topic):
    create(shared_broker, topic, 4)
    crash(shared_broker, topic, 4, **{"session.timeout.ms": 6000, "heartbeat.interval.ms": 500})
    survivor = member(shared_broker, topic, topic)
    assert settle([survivor], 4) == [4]
    survivor.close()


def test_a_static_member_comes_back_to_its_partitions(shared_broker, topic):
    create(shared_broker, topic, 4)
    settings = [{"group.instance.id": f"i{n}"} for n in range(2)]
    one, two = (member(shared_broker, topic, topic, **s) for s in settings)
    settle([one, two], 4)
    mine = {p.partition for p in two.assignment()}
    two.close()
    two = member(shared_broker, topic, topic, **settings[1])
    settle([one, two], 4)
    assert {p.partition for p in two.assignment()} == mine
    one.close()
    two.close()


def test_offsets_survive_a_restart(broker, topic):
    create(broker, topic)
    produce_confluent(broker, topic, "none", [str(n).encode() for n in range(10)])
    consumer = member(broker, "g", topic, **{"enable.auto.commit": False})
    seen = []
    while len(seen) < 4:
        message = consumer.poll(30)
        assert message.error() is None
        seen.append(message.value())
    consumer.commit(message, asynchronous=False)
    consumer.close()
    for restart in (broker.stop, broker.kill):
        restart()
        broker.start()
        row = next(line for line in ottla("consumer-groups", "--bootstrap-server", broker.address, "--describe", "--group", "g").splitlines() if line.startswith("g "))
        assert row.split()[3:6] == ["4", "10", "6"]
    consumer = member(broker, "g", topic)
    assert consumer.poll(30).value() == b"4"
    consumer.close()


def test_console_consumer_commits_what_it_printed(shared_broker, topic):
    create(shared_broker, topic)
    produce_confluent(shared_broker, topic, "none", [str(n).encode() for n in range(10)])
    read = ("console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--group", topic, "--from-beginning", "--max-messages")
    assert ottla(*read, 3) == "0\n1\n2\n"
    assert ottla(*read, 4) == "3\n4\n5\n6\n"
    assert ottla(*read, 3) == "7\n8\n9\n"
