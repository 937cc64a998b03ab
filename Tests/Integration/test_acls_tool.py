"""`kafka-acls` and `kafka-delegation-tokens`: what our broker answers, and what only a Kafka with access control can show (KAFKA_HOME). The recorded
commands are in Tests/Golden."""
import json, pathlib

import pytest

from support import KAFKA_HOME, KafkaBroker, ottla

AUTHORIZER = ("authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users=User:ANONYMOUS")


def test_without_an_authorizer_the_tool_says_so(shared_broker):
    text = "No Authorizer is configured on the broker"
    done = ottla("kafka-acls.sh", "--bootstrap-server", shared_broker.address, "--list", check=False)
    assert done.returncode == 1
    assert done.stdout.decode() == f"Error while executing ACL command: org.apache.kafka.common.errors.SecurityDisabledException: {text}\n"
    done = ottla("acls", "--bootstrap-server", shared_broker.address, "--list", check=False)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", f"ottla acls: {text}\n")
    for words in (["--add", "--allow-principal", "User:a"], ["--remove", "--force"]):
        done = ottla("acls", "--bootstrap-server", shared_broker.address, "--topic", "t", "--output", "json", *words, check=False)
        error = json.loads(done.stderr)["error"]
        assert done.returncode == 1 and done.stdout == b"" and error["code"] == "SECURITY_DISABLED", done


def test_a_broker_without_delegation_tokens_is_named(shared_broker, tmp_path):
    (tmp_path / "config").write_text("")
    done = ottla("delegation-tokens", "--bootstrap-server", shared_broker.address, "--command-config", tmp_path / "config", "--describe", check=False)
    assert done.returncode == 1 and done.stdout == b"Calling describe token operation for current user.\n"
    assert done.stderr == b"ottla delegation-tokens: The node does not support DESCRIBE_DELEGATION_TOKEN\n"


@pytest.fixture(scope="module")
def kafka():
    if not KAFKA_HOME:
        pytest.skip("KAFKA_HOME is not set or there is no Java")
    with KafkaBroker(*AUTHORIZER) as broker:
        yield broker


def rows(kind, *words):
    lines = [json.loads(line) for line in ottla("acls", "--output", "jsonl", *words).splitlines()]
    assert all(line.pop("version") == 1 and line.pop("kind") == kind for line in lines)
    return lines


def test_entries_come_stay_and_go(kafka):
    there = ("--bootstrap-server", kafka.address)
    entry = {"resourceType": "TOPIC", "resourceName": "round", "patternType": "LITERAL", "principal": "User:a", "host": "*", "permission": "ALLOW"}
    read, write = {**entry, "operation": "READ"}, {**entry, "operation": "WRITE"}
    add = (*there, "--add", "--allow-principal", "User:a", "--topic", "round", "--operation", "Read")
    assert rows("creations", *add) == [{**read, "existed": False, "created": True, "error": None}]
    while not rows("acls", *there, "--list", "--topic", "round"):
        pass  # the broker has not heard of it yet
    assert rows("creations", *add, "--operation", "Write") == [
        {**read, "existed": True, "created": False, "error": None}, {**write, "existed": False, "created": True, "error": None}]
    while (found := rows("acls", *there, "--list", "--topic", "round")) != [read, write]:
        assert found == [read]
    assert rows("acls", *there, "--list", "--principal", "User:nobody") == []
    gone = rows("deletions", *there, "--remove", "--force", "--topic", "round")
    assert sorted(gone, key=lambda row: row["operation"]) == [{**read, "deleted": True, "error": None}, {**write, "deleted": True, "error": None}]


def test_controllers_are_asked_themselves(kafka):
    settings = dict(line.split("=", 1) for line in (pathlib.Path(kafka.directory) / "server.properties").read_text().splitlines() if "=" in line)
    controller = settings["controller.quorum.voters"].split("@")[1]
    asked = ("--bootstrap-controller", controller)
    created = rows("creations", *asked, "--add", "--deny-principal", "User:e", "--deny-host", "10.0.0.1", "--cluster", "--operation", "Alter")
    assert [(row["resourceName"], row["permission"], row["host"], row["created"]) for row in created] == [("kafka-cluster", "DENY", "10.0.0.1", True)]
    assert [row["principal"] for row in rows("acls", *asked, "--list", "--cluster")] == ["User:e"]
    assert [row["deleted"] for row in rows("deletions", *asked, "--remove", "--cluster", "--force")] == [True]
    assert rows("acls", *asked, "--list", "--cluster") == []
