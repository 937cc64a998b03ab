"""Completion in real shells: commands, options, their values, names of a live cluster, keys and values of settings, and silence within the budget."""
import contextlib, itertools, socket, subprocess, time

import confluent_kafka
import pytest

from shells import SHELLS
from support import OTTLA, Broker, links, ottla

EVIL = """evil $(touch hacked) 'x'$(touch hacked)'`touch hacked`"$(touch hacked)\\"""


@pytest.fixture(scope="module")
def cluster():
    """A broker with two topics, a group, and a transactional id."""
    with Broker("--topic", "orders:1", "--topic", "order-lines:1") as broker:
        for group in ("billing", EVIL, "bell\x07"):
            ottla("consumer-groups", "--bootstrap-server", broker.address, "--reset-offsets", "--to-earliest", "--execute", "--group", group, "--topic", "orders")
        producer = confluent_kafka.Producer({"bootstrap.servers": broker.address, "transactional.id": "payments-1"})
        producer.init_transactions(60)
        yield broker


@pytest.fixture(scope="module")
def silent():
    """An address that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield "127.0.0.1:%d" % listener.getsockname()[1]


@pytest.fixture(scope="module", params=("bash", "zsh", "fish"))
def shell(request, tmp_path_factory):
    assert request.param in SHELLS, f"{request.param} is not installed: make test-debs"
    directory = tmp_path_factory.mktemp(request.param)
    tools = links(directory / "tools")
    (tools / "ottla").symlink_to(OTTLA)
    (directory / "settings.properties").write_text("")
    (directory / "data").mkdir()
    with contextlib.closing(SHELLS[request.param](directory, tools)) as shell:
        shell.directory = directory
        yield shell


def offered(shell, typed):
    return shell.complete(typed)[0]


def ends(words, values):
    """Whether these are offered, alone or behind what is typed already: bash replaces what stands behind an equals sign only."""
    return {word.rsplit("=", 1)[-1] for word in words} == set(values)


def test_commands(shell):
    words = offered(shell, "ottla ")
    assert {"topics", "serve", "transactions", "acls", "help", "completion"} <= words
    assert offered(shell, "ottla top") == {"topics"} or shell.complete("ottla top")[1] == "ottla topics "
    assert {"fish", "bash", "zsh"} == offered(shell, "ottla completion ")
    assert {"topics", "kafka-topics", "exit-codes", "output"} <= offered(shell, "ottla help ")


@pytest.mark.parametrize("program", ("ottla topics", "kafka-topics", "kafka-topics.sh", "./tools/kafka-topics"))
def test_options(shell, program):
    words = offered(shell, f"{program} --")
    assert {"--list", "--describe", "--bootstrap-server", "--output", "--help"} <= words
    assert "--delete-config" not in words and not any("transactional" in word for word in words)
    assert offered(shell, f"{program} --topics-w") == {"--topics-with-overrides"}
    assert shell.complete(f"{program} --topics-w")[1] == f"{program} --topics-with-overrides "


@pytest.mark.parametrize("program", ("ottla transactions", "kafka-transactions", "kafka-transactions.sh"))
def test_subcommands_and_their_options(shell, program):
    before = f"{program} --bootstrap-server h:1 "
    commands = {"list", "describe", "describe-producers", "abort", "find-hanging", "forceTerminateTransaction"}
    assert commands <= offered(shell, before)
    assert "--bootstrap-server" in offered(shell, f"{program} --")
    assert offered(shell, before + "find") == {"find-hanging"} and shell.complete(before + "find")[1] == before + "find-hanging "
    behind = offered(shell, before + "describe --")
    assert {"--transactional-id", "--output"} <= behind and "--bootstrap-server" not in behind


@pytest.mark.parametrize("program", ("ottla", "kafka"))
def test_words(shell, program):
    name = {"ottla": "ottla ", "kafka": "kafka-"}[program]
    assert ends(offered(shell, name + "topics --output "), {"text", "json", "jsonl"})
    assert ends(offered(shell, name + "topics --output=j"), {"json", "jsonl"})
    assert offered(shell, name + "console-consumer --isolation-level read_c") == {"read_committed"}
    assert {"Read", "DescribeConfigs", "All"} <= offered(shell, name + "acls --operation ")


def test_paths(shell):
    assert shell.complete("ottla topics --command-config sett")[1] == "ottla topics --command-config settings.properties "
    assert shell.complete("ottla serve --data-dir da")[1].startswith("ottla serve --data-dir data")
    assert "settings.properties" not in offered(shell, "ottla serve --data-dir ")


def test_names_of_the_cluster(shell, cluster):
    there = f"--bootstrap-server {cluster.address}"
    assert offered(shell, f"kafka-topics.sh {there} --topic ") == {"orders", "order-lines", "__consumer_offsets", "__transaction_state"}
    assert offered(shell, f"ottla topics {there} --topic orde") == {"orders", "order-lines"}
    assert ends(offered(shell, f"ottla topics --bootstrap-server={cluster.address} --topic=order-"), {"order-lines"})
    assert offered(shell, f"kafka-transactions {there} describe --transactional-id pay") == {"payments-1"}
    assert offered(shell, f"kafka-transactions {there} find-hanging --broker-id ") == {"1"}
    assert offered(shell, f"ottla consumer-groups {there} --group billi") == {"billing"}
    line = shell.complete(f"kafka-console-consumer {there} --group billi")[1]
    assert line == f"kafka-console-consumer {there} --group billing "


def test_a_name_from_the_cluster_is_never_obeyed(shell, cluster):
    before = f"ottla consumer-groups --bootstrap-server {cluster.address} --describe "
    for option, begun in itertools.product(("--group ", "--group="), ("evil", "'evil", '"evil', "evil\\ ", "'evil ", '"evil ')):
        words, line = shell.complete(before + option + begun)
        assert len(words) == 1
        if shell.name != "fish":  # which quotes by itself
            assert len(line) > len(before + option + begun)
            shell.run(said=f"'{EVIL}'")
        assert not (shell.directory / "hacked").exists()
    # What would ring the terminal's bell is not offered.
    assert offered(shell, before + "--group bell") == set()


def test_settings_of_topics(shell):
    for option in ("--config ", "--config="):
        keys = offered(shell, f"kafka-topics --create {option}")
        assert {"cleanup.policy=", "retention.ms=", "min.insync.replicas="} <= keys | {key.removeprefix("--config=") for key in keys}
        assert ends(offered(shell, f"kafka-topics --create {option}cleanup.policy="), {"compact", "delete"})
        assert ends(offered(shell, f"kafka-topics --create {option}preallocate="), {"true", "false"})
        assert ends(offered(shell, f"kafka-topics --create {option}message.timestamp.type=L"), {"LogAppendTime"})
        assert offered(shell, f"kafka-topics --create {option}nosuch=") == set()
    assert shell.complete("kafka-topics --config cleanup.policy=del")[1] == "kafka-topics --config cleanup.policy=delete "
    line = shell.complete("kafka-topics --config delete.ret")[1].rstrip()
    assert line == "kafka-topics --config delete.retention.ms="


def test_settings_of_clients_and_brokers(shell):
    assert ends(offered(shell, "kafka-console-producer --command-property acks="), {"0", "1", "all"})
    assert ends(offered(shell, "kafka-console-consumer --command-property isolation.level="), {"read_committed", "read_uncommitted"})
    assert "auto.offset.reset=" in offered(shell, "ottla console-consumer --command-property auto")
    assert ends(offered(shell, "kafka-console-consumer --formatter-property print.key="), {"true", "false"})
    assert ends(offered(shell, "kafka-console-producer --reader-property parse.key=t"), {"true"})
    assert ends(offered(shell, "ottla serve --override auto.create.topics.enable="), {"true", "false"})


def test_settings_of_whatever_is_configured(shell, cluster):
    topic = "kafka-configs --alter --topic orders "
    assert ends(offered(shell, topic + "--add-config cleanup.policy="), {"compact", "delete"})
    assert ends(offered(shell, topic + "--add-config retention.ms=5,preallocate=t"), {"true"})
    line = shell.complete(topic + "--add-config retention.ms=5,cleanup.policy=del")[1]
    assert line == topic + "--add-config retention.ms=5,cleanup.policy=delete "
    assert shell.complete(topic + "--delete-config min.ins")[1] == topic + "--delete-config min.insync.replicas "
    assert shell.complete(topic + "--delete-config=preallocate,min.ins")[1] == topic + "--delete-config=preallocate,min.insync.replicas "
    words = offered(shell, "ottla configs --alter --group g --add-config consumer.ses")
    assert ends({word.removesuffix("=") for word in words}, {"consumer.session.timeout.ms"})
    assert ends(offered(shell, "ottla configs --entity-type br"), {"brokers", "broker-loggers"})
    named = f"ottla configs --bootstrap-server {cluster.address} --describe --entity-type topics --entity-name order-"
    assert shell.complete(named)[1] == named + "lines "


def ask(*words):
    began = time.monotonic()
    done = subprocess.run([OTTLA, "__complete", *words], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines(), time.monotonic() - began


def test_an_address_that_does_not_answer_costs_no_more_than_the_budget(shell, silent):
    began = time.monotonic()
    assert offered(shell, f"kafka-topics --bootstrap-server {silent} --topic ") == set()
    # 300 ms, and what the shell itself takes.
    assert time.monotonic() - began < 3
    for nowhere in (silent, "127.0.0.1:1", "nosuch.invalid:9092", "192.0.2.1:9092"):
        for kind in ("topics", "groups", "brokers", "transactions"):
            names, seconds = ask(kind, "", "ottla", "topics", "--bootstrap-server", nowhere)
            assert names == [] and seconds < 0.3 + 0.5, (nowhere, kind, seconds)


def test_the_settings_of_entities():
    """What kafka-configs asks: the kind is that of the entity on the command line, settings stand behind commas, and brackets keep commas together."""
    def settings(value, *line, kind="settings.entity"):
        return ask(kind, value, "kafka-configs", *line)[0]

    assert settings("", "--bootstrap-server", "h:1") == []
    assert "cleanup.policy=" in settings("", "--topic", "t") and "cleanup.policy=" in settings("", "--entity-type", "topics")
    assert settings("cleanup.policy=", "--topic", "t") == ["cleanup.policy=compact", "cleanup.policy=delete"]
    behind = settings("retention.ms=1,cleanup.policy=[compact,delete],", "--topic", "t")
    assert "retention.ms=1,cleanup.policy=[compact,delete],min.insync.replicas=" in behind
    assert not any(word.endswith(",retention.ms=") for word in behind)
    assert settings("retention.ms=1,preallocate=", "--entity-type=topics") == ["retention.ms=1,preallocate=true", "retention.ms=1,preallocate=false"]
    brokers = settings("", "--broker", "1")
    assert "log.cleaner.threads=" in brokers and "leader.replication.throttled.rate=" in brokers and "node.id=" not in brokers
    assert "consumer.session.timeout.ms=" in settings("", "--group", "g")
    assert settings("p", "--client", "c") == settings("", "--client", "c") == [
        "consumer_byte_rate=", "controller_mutation_rate=", "producer_byte_rate=", "request_percentage="]
    assert "SCRAM-SHA-256=" in settings("", "--user", "u") and settings("", "--ip", "i") == ["connection_creation_rate="]
    names = settings("retention.ms,", "--topic", "t", kind="names.entity")
    assert "retention.ms,cleanup.policy" in names and not any("=" in name for name in names)


def test_entities_are_those_of_the_kind(cluster):
    line = ("kafka-configs", "--bootstrap-server", cluster.address, "--entity-type")
    assert "orders" in ask("entities", "", *line, "topics")[0] and ask("entities", "", *line, "brokers")[0] == ["1"]
    assert ask("entities", "", *line, "users")[0] == []
