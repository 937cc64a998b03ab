"""What `serve` does with Kafka's keys: obeys them, refuses them, or says that they have no effect; and the variables in properties files."""
import re, shutil, socket, subprocess

import pytest

from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from support import FAILED, KAFKA_HOME, OTTLA, Broker, KafkaBroker, ottla
from test_clients import create
from test_serve import serve, started



def settings(**keys):
    """`--override` for each key, with dots for double underscores."""
    return [word for key, value in keys.items() for word in ("--override", f"{key.replace('__', '.')}={value}")]


def lines(broker, word):
    return [line for line in broker.output().splitlines() if word in line]


def connect(broker):
    """A connection on which the broker has answered, or None when it was closed."""
    connection = socket.create_connection(("127.0.0.1", broker.port), timeout=20)
    # ApiVersions, version 0, correlation id 7, no client id.
    connection.sendall(bytes.fromhex("0000000a" "0012" "0000" "00000007" "ffff"))
    try:
        answer = connection.recv(8)
    except ConnectionResetError:
        answer = b""
    return connection if answer[4:8] == bytes.fromhex("00000007") else None


# MARK: Refused, or named as without effect

@pytest.mark.parametrize("key,value,words", [
    ("create.topic.policy.class.name", "a.B", "create.topic.policy.class.name=a.B: topics would be created"),
    ("alter.config.policy.class.name", "a.B", "alter.config.policy.class.name=a.B: "),
    ("client.quota.callback.class", "a.B", "client.quota.callback.class=a.B: quotas"),
    ("authorizer.class.name", "a.B", "authorizer.class.name=a.B: authorization is not served yet"),
    ("principal.builder.class", "a.B", "principal.builder.class=a.B: "),
    ("remote.log.storage.system.enable", "true", "tiered storage"),
    ("max.connections", "-1", "Invalid value -1 for configuration max.connections: Value must be at least 0"),
    ("max.connections.per.ip", "0", "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set."),
    ("max.connections.per.ip.overrides", "localhost:x", 'For input string: "x"'),
    ("max.connections.per.ip.overrides", "no-such-host.invalid:5", "no-such-host.invalid"),
    ("socket.send.buffer.bytes", "0", "Invalid value 0 for configuration socket.send.buffer.bytes"),
])
def test_what_must_not_be_ignored_stops_the_start(key, value, words):
    done = subprocess.run([OTTLA, "serve", "--listen", "127.0.0.1:0", "--ephemeral", "--override", f"{key}={value}"],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode in FAILED and done.stderr.count("\n") <= 2, done.stderr
    assert words in done.stderr


def test_keys_without_effect_are_named_once_and_defaults_are_not():
    with Broker(*settings(metric__reporters="a.B", num__io__threads=16, num__network__threads=3, replica__lag__time__max__ms=1000,
                          share__coordinator__state__topic__replication__factor=1), ephemeral=True) as broker:
        told = lines(broker, "has no effect")
        assert [re.sub(r"^\[[^]]+\] ", "", line) for line in told] == [
            "WARN metric.reporters=a.B has no effect: metrics are not kept (configuration)",
            "WARN num.io.threads=16 has no effect: threads and queues are this broker's own; see --threads (configuration)",
            "WARN replica.lag.time.max.ms=1000 has no effect: this node is the whole cluster (configuration)",
        ]


def test_a_broker_without_settings_has_nothing_to_say():
    with Broker(ephemeral=True) as broker:
        assert lines(broker, "WARN") == []


def test_settings_that_cannot_work_are_named():
    with Broker(*settings(offsets__topic__replication__factor=3, default__replication__factor=2), ephemeral=True) as broker:
        assert len(lines(broker, "offsets.topic.replication.factor=3 is larger than the number of brokers, 1: __consumer_offsets cannot be created")) == 1
        assert len(lines(broker, "default.replication.factor=2 is larger than the number of brokers")) == 1


def test_listeners_on_one_port_and_addresses_that_are_none_are_refused(tmp_path):
    def refused(*arguments):
        done = subprocess.run([OTTLA, "serve", "--ephemeral", *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode in FAILED
        return done.stderr

    both = refused("--override", "listeners=A://127.0.0.1:29999,B://127.0.0.2:29999", "--override", "listener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT")
    assert "A://127.0.0.1:29999 and B://127.0.0.2:29999 have the same port" in both
    assert "have the same port" in refused("--override", "listeners=PLAINTEXT://:29999,CONTROLLER://:29999")
    given = refused("--listen", "127.0.0.1:29999", "--listen", "0.0.0.0:29999")
    assert "PLAINTEXT (127.0.0.1:29999) and PLAINTEXT_1 (0.0.0.0:29999) have the same port" in given
    assert "0.0.0.0:1" in refused("--listen", "127.0.0.1:0", "--advertise", "0.0.0.0:1")
    assert "inter.broker.listener.name=INSIDE is no listener" in refused("--listen", "127.0.0.1:0", "--override", "inter.broker.listener.name=INSIDE")


# MARK: Obeyed

def test_numbers_and_words_are_read_as_kafka_reads_them():
    with Broker(*settings(num__partitions="4 ", auto__create__topics__enable="FALSE", connections__max__idle__ms=" 600000"), ephemeral=True) as broker:
        create(broker, "t")
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "u")
        assert "PartitionCount: 4" in ottla("topics", "--bootstrap-server", broker.address, "--describe", "--topic", "u")
        done = ottla("console-producer", "--bootstrap-server", broker.address, "--topic", "absent", "--max-block-ms", "500", stdin="x\n", check=False)
        assert done.returncode in FAILED


def test_an_address_may_have_so_many_connections_and_no_more():
    with Broker(*settings(max__connections__per__ip=2), ephemeral=True) as broker:
        first, second = connect(broker), connect(broker)
        assert first and second
        assert connect(broker) is None
        assert len(lines(broker, "rejected a connection from /127.0.0.1 on PLAINTEXT: the address has its configured maximum of 2 already")) == 1
        first.close()
        third = until(lambda: connect(broker))
        assert third
        for connection in (second, third):
            connection.close()
    with Broker(*settings(max__connections__per__ip=0, max__connections__per__ip__overrides="localhost:1,10.9.8.7:5"), ephemeral=True) as broker:
        only = connect(broker)
        assert only and connect(broker) is None
        only.close()


def test_a_full_broker_lets_clients_wait_until_one_leaves():
    with Broker(*settings(max__connections=2), ephemeral=True) as broker:
        first, second = connect(broker), connect(broker)
        assert first and second
        waiting = socket.create_connection(("127.0.0.1", broker.port), timeout=0.3)
        waiting.sendall(bytes.fromhex("0000000a" "0012" "0000" "00000007" "ffff"))
        with pytest.raises(TimeoutError):
            waiting.recv(8)
        first.close()
        waiting.settimeout(20)
        assert waiting.recv(8)[4:8] == bytes.fromhex("00000007")
        assert len(lines(broker, "as many connections as max.connections allows")) >= 1
        for connection in (second, waiting):
            connection.close()


def test_a_listener_has_a_limit_of_its_own(tmp_path):
    keys = settings(listener__name__plaintext__max__connections=1)
    with Broker("--listen", "127.0.0.1:0", *keys, ephemeral=True) as broker:
        first = connect(broker)
        waiting = socket.create_connection(("127.0.0.1", broker.port), timeout=0.3)
        waiting.sendall(bytes.fromhex("0000000a" "0012" "0000" "00000007" "ffff"))
        with pytest.raises(TimeoutError):
            waiting.recv(8)
        address = re.search(r"127\.0\.0\.1:\d+, (127\.0\.0\.1:\d+)", broker.output())[1]
        assert "t" not in ottla("topics", "--bootstrap-server", address, "--list")
        first.close()
        waiting.settimeout(20)
        assert waiting.recv(8)
        waiting.close()


def test_limits_change_while_the_broker_runs():
    with Broker("--listen", "127.0.0.1:0", ephemeral=True) as broker:
        admin = AdminClient({"bootstrap.servers": re.search(r"127\.0\.0\.1:\d+, (127\.0\.0\.1:\d+)", broker.output())[1]})

        def limit(count):
            entry = ConfigEntry("listener.name.plaintext.max.connections", str(count), incremental_operation=AlterConfigOpType.SET)
            resource = ConfigResource(ConfigResource.Type.BROKER, "1", incremental_configs=[entry])
            admin.incremental_alter_configs([resource])[resource].result(30)

        first, second = connect(broker), connect(broker)
        limit(1)
        waiting = socket.create_connection(("127.0.0.1", broker.port), timeout=0.3)
        waiting.sendall(bytes.fromhex("0000000a" "0012" "0000" "00000007" "ffff"))
        with pytest.raises(TimeoutError):
            waiting.recv(8)
        limit(3)
        waiting.settimeout(20)
        assert waiting.recv(8)[4:8] == bytes.fromhex("00000007")
        for connection in (first, second, waiting):
            connection.close()


def test_an_ipv4_client_of_an_ipv6_socket_counts_by_its_ipv4_address():
    with started("--listen", "[::]:0", *settings(max__connections__per__ip=0, max__connections__per__ip__overrides="127.0.0.1:1")) as (_, banner):
        class at:
            port = int(re.search(r"ready on \S+?:(\d+)", banner)[1])
        only = connect(at)
        assert only and connect(at) is None
        only.close()


@pytest.mark.skipif(not shutil.which("ss"), reason="needs ss")
def test_sizes_of_sockets_are_taken():
    """The kernel doubles what is asked for, and tells what a listening socket was given."""
    with Broker(*settings(socket__listen__backlog__size=7, socket__send__buffer__bytes=20000, socket__receive__buffer__bytes=30000), ephemeral=True) as broker:
        row = subprocess.run(["ss", "-ltnm", f"sport = :{broker.port}"], capture_output=True, text=True).stdout
        assert re.search(r"LISTEN\s+0\s+7\s", row), row
        assert "rb60000" in row and "tb40000" in row, row


def test_lists_with_duplicates_are_taken_with_kafkas_warning(tmp_path):
    with Broker(*settings(log__cleanup__policy="compact,compact"), data=str(tmp_path / "data")) as broker:
        told = 'Configuration key "log.cleanup.policy" contains duplicate values. Duplicates will be removed. The original value is: [compact, compact], the updated value is: [compact]'
        assert len(lines(broker, told)) == 1
        ottla("topics", "--bootstrap-server", broker.address, "--create", "--topic", "t", "--config", "cleanup.policy=delete,compact,delete")
        assert "cleanup.policy=delete,compact\n" in ottla("topics", "--bootstrap-server", broker.address, "--describe", "--topic", "t")
        told = 'topic t: Configuration key "cleanup.policy" contains duplicate values.'
        assert len(lines(broker, told)) == 1
        broker.stop()
        broker.start()
        assert len(lines(broker, told)) == 2
        assert "cleanup.policy=delete,compact" in ottla("topics", "--bootstrap-server", broker.address, "--describe", "--topic", "t")


def until(condition, timeout=20):
    """What the condition gives once it gives something; connecting again is the wait."""
    import time
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if result := condition():
            return result
    raise AssertionError("it did not come")


# MARK: Variables of properties files

PROVIDERS = "org.apache.kafka.common.config.provider."


def test_the_brokers_file_takes_variables_from_its_surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("OTTLA_TEST_DIR", "inner")
    (tmp_path / "more.properties").write_text("partitions=6\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "rack").write_text("r1")
    file = tmp_path / "server.properties"
    file.write_text(
        f"config.providers=env,file,dir\nconfig.providers.env.class={PROVIDERS}EnvVarConfigProvider\n"
        f"config.providers.file.class={PROVIDERS}FileConfigProvider\nconfig.providers.dir.class={PROVIDERS}DirectoryConfigProvider\n"
        f"log.dirs={tmp_path}/${{env:OTTLA_TEST_DIR}}\nnum.partitions=${{file:{tmp_path}/more.properties:partitions}}\n"
        f"broker.rack=${{dir:{tmp_path}/secrets:rack}}-${{env:OTTLA_TEST_ABSENT}}\n")
    ready = tmp_path / "ready"
    process = subprocess.Popen([OTTLA, "serve", "--listen", "127.0.0.1:0", "--config", file, "--ready-file", ready], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        banner = process.stdout.readline()
        assert f"data in {tmp_path}/inner," in banner
        address = ready.read_text().strip()
        ottla("topics", "--bootstrap-server", address, "--create", "--topic", "t")
        assert "PartitionCount: 6" in ottla("topics", "--bootstrap-server", address, "--describe", "--topic", "t")
    finally:
        process.terminate()
        assert process.wait(30) == 0
    told = process.stderr.read()
    assert "WARN broker.rack: ${env:OTTLA_TEST_ABSENT} is not defined and is taken as it stands" in told and told.count("WARN") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inner", "more.properties", "ready", "secrets", "server.properties"]


def test_a_provider_of_another_class_stops_the_start_and_a_tool(tmp_path, shared_broker):
    file = tmp_path / "x.properties"
    file.write_text("config.providers=vault\nconfig.providers.vault.class=com.example.Vault\n")
    for done in (serve("--config", file), ottla("topics", "--bootstrap-server", shared_broker.address, "--command-config", file, "--list", check=False),
                 ottla("consumer-groups", "--bootstrap-server", shared_broker.address, "--command-config", file, "--list", check=False)):
        text = done.stderr if isinstance(done.stderr, str) else done.stderr.decode()
        assert done.returncode in FAILED and "com.example.Vault for configuration config.providers.vault.class" in text, text


def test_a_tools_file_takes_variables(tmp_path, shared_broker, monkeypatch):
    monkeypatch.setenv("OTTLA_TEST_SERVERS", shared_broker.address)
    file = tmp_path / "client.properties"
    file.write_text(f"config.providers=env\nconfig.providers.env.class={PROVIDERS}EnvVarConfigProvider\nclient.id=${{env:OTTLA_TEST_SERVERS}}\n"
                    "request.timeout.ms=${env:OTTLA_TEST_TIMEOUT}\n")
    for tool in ("topics", "consumer-groups"):
        refused = ottla(tool, "--bootstrap-server", shared_broker.address, "--command-config", file, "--list", check=False)
        assert b"request.timeout.ms" in refused.stderr and refused.returncode in FAILED
        monkeypatch.setenv("OTTLA_TEST_TIMEOUT", "20000")
        ottla(tool, "--bootstrap-server", shared_broker.address, "--command-config", file, "--list")
        monkeypatch.delenv("OTTLA_TEST_TIMEOUT")


# MARK: What a tool's client does with its properties

def test_a_tool_names_properties_without_effect_and_refuses_what_it_must_not_ignore(tmp_path, shared_broker, topic):
    file = tmp_path / "client.properties"
    file.write_text("metric.reporters=a.B\nconnections.max.idle.ms=300000\nclient.id=x\n")
    create(shared_broker, topic)
    for tool, words in (("topics", ("--list",)), ("consumer-groups", ("--list",)), ("get-offsets", ())):
        done = ottla(tool, "--bootstrap-server", shared_broker.address, "--command-config", file, *words, check=False)
        assert done.returncode == 0
        assert done.stderr == b"warning: metric.reporters=a.B has no effect: metrics are not kept\n"
    sent = ottla("console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--command-property", "send.buffer.bytes=20000", stdin="x\n", check=False)
    assert sent.returncode == 0 and sent.stderr == b""
    refused = ottla("console-producer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--command-property", "interceptor.classes=a.B", check=False)
    assert refused.returncode in FAILED and refused.stderr == b"interceptor.classes=a.B: Java classes cannot be loaded\n"
    refused = ottla("console-consumer", "--bootstrap-server", shared_broker.address, "--topic", topic, "--command-property", "interceptor.classes=a.B", check=False)
    assert refused.returncode in FAILED and b"interceptor.classes=a.B" in refused.stderr


# MARK: Kafka on the same

@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME and Java are needed")
def test_kafka_and_we_show_the_same_of_lists_with_duplicates(tmp_path):
    """Kafka's directory taken over: what it stored as given is shown as it showed it."""
    shown = []
    with KafkaBroker("log.cleanup.policy=compact,compact") as kafka:
        for topic, config in (("t", "cleanup.policy=compact,compact"), ("u", "cleanup.policy=delete,delete,compact"), ("v", None)):
            ottla("topics", "--bootstrap-server", kafka.address, "--create", "--topic", topic, *(["--config", config] if config else []))
        shown.append(ottla("topics", "--bootstrap-server", kafka.address, "--describe"))
        entries = [described(kafka.address, "topic", topic)["cleanup.policy"] for topic in "tuv"] + [described(kafka.address, "broker", "1")["log.cleanup.policy"]]
        subprocess.run([f"{KAFKA_HOME}/bin/kafka-broker", "stop", kafka.directory], check=True)
        with Broker(*settings(log__cleanup__policy="compact,compact"), data=f"{kafka.directory}/data") as broker:
            shown.append(ottla("topics", "--bootstrap-server", broker.address, "--describe"))
            ours = [described(broker.address, "topic", topic)["cleanup.policy"] for topic in "tuv"] + [described(broker.address, "broker", "1")["log.cleanup.policy"]]
            assert len(lines(broker, "topic t: Configuration key \"cleanup.policy\" contains duplicate values")) == 1
    assert ours == entries == ["compact", "delete,compact", "compact", "compact"]
    assert shown[0] == shown[1]


def described(address, kind, name):
    """The values in force of a resource, by DescribeConfigs."""
    resource = ConfigResource(ConfigResource.Type[kind.upper()], name)
    admin = AdminClient({"bootstrap.servers": address})
    entries = admin.describe_configs([resource])[resource].result(30)
    return {key: entry.value for key, entry in entries.items()}
