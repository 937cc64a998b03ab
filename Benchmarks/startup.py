"""How long each tool takes from its call to its end: its help, and its simplest command on a local broker."""
import json, os, pathlib, statistics, subprocess, tempfile, time

from support import OTTLA, OUR_TOOLS, Broker, ottla

RUNS = int(os.environ.get("RUNS", "20"))
HELP_MS, COMMAND_MS = 3, 6
# What they ask for is not served here, which they learn from the broker and say.
REFUSED = {"acls": b"No Authorizer is configured", "delegation-tokens": b"does not support DESCRIBE_DELEGATION_TOKEN"}


def milliseconds(command, line=b""):
    began = time.perf_counter()
    done = subprocess.run(command, input=line, capture_output=True)
    taken = (time.perf_counter() - began) * 1000
    assert done.returncode == 0 or REFUSED.get(command[1], b"\0") in done.stdout + done.stderr, (command, done.stdout, done.stderr)
    return taken


def median(command, line=b""):
    return statistics.median(milliseconds(command, line) for _ in range(RUNS))


def commands(directory, at, log):
    """The words of each tool's simplest command. Those that drive a server, and the one that never ends, have none."""
    moved = pathlib.Path(directory) / "delete.json"
    moved.write_text(json.dumps({"partitions": [{"topic": "a", "partition": 0, "offset": 0}], "version": 1}))
    # A running broker's directory is not looked into.
    metadata = pathlib.Path(directory) / "00000000000000000000.log"
    metadata.write_bytes(pathlib.Path(log.replace("a-0", "__cluster_metadata-0")).read_bytes())
    server = ("--bootstrap-server", at)
    return {
        "acls": (*server, "--list"), "broker-api-versions": server, "client-metrics": (*server, "--list"), "cluster": ("cluster-id", *server),
        "configs": (*server, "--describe", "--topic", "a"), "console-consumer": (*server, "--topic", "a", "--from-beginning", "--max-messages", "1"),
        "console-producer": (*server, "--topic", "a"), "consumer-groups": (*server, "--list"),
        "consumer-perf-test": (*server, "--topic", "a", "--num-records", "1"), "delegation-tokens": (*server, "--describe", "--command-config", os.devnull),
        "delete-records": (*server, "--offset-json-file", str(moved)), "dump-log": ("--files", log),
        "e2e-latency": (*server, "--topic", "a", "--num-records", "1", "--producer-acks", "1", "--record-size", "10"),
        "features": (*server, "describe"), "get-offsets": (*server, "--topic", "a"), "groups": (*server, "--list"),
        "leader-election": (*server, "--election-type", "preferred", "--all-topic-partitions"), "log-dirs": (*server, "--describe"),
        "metadata-quorum": (*server, "describe", "--status"), "metadata-shell": ("--snapshot", str(metadata), "ls"),
        "producer-perf-test": (*server, "--topic", "a", "--num-records", "1", "--record-size", "10", "--throughput", "-1"),
        "reassign-partitions": (*server, "--list"), "storage": ("random-uuid",),
        "streams-application-reset": (*server, "--application-id", "none", "--force"),
        "topics": (*server, "--list"), "transactions": (*server, "list"),
        "verifiable-consumer": (*server, "--topic", "a", "--group-id", "g", "--max-messages", "1"),
        "verifiable-producer": (*server, "--topic", "a", "--max-messages", "1"),
    }


def startup():
    """Medians of RUNS (20); `kcat -L` and `true` beside them. Names what takes longer than it should: 3 ms for help, 6 ms for a command."""
    with tempfile.TemporaryDirectory() as directory, Broker("--topic", "a:1") as broker:
        ottla("console-producer", "--bootstrap-server", broker.address, "--topic", "a", stdin="a line\n")
        log = f"{broker.data}/a-0/00000000000000000000.log"
        rows = [(name, median([OTTLA, name, "--help"]), median([OTTLA, name, *words], b"a line\n"))
                for name, words in commands(directory, broker.address, log).items()]
        for name, command in (("kcat -L", ["kcat", "-b", broker.address, "-L"]), ("true", ["true"])):
            print(f"{name:30} {median(command):15.1f} ms")
    for name, help, command in rows:
        late = (" LATE HELP" if help > HELP_MS else "") + (" LATE" if command > COMMAND_MS else "")
        print(f"{name:30} help {help:4.1f} ms, {command:5.1f} ms{late}")
    helped, taken = [row[1] for row in rows], [row[2] for row in rows]
    print(f"{len(rows)} tools: help {statistics.median(helped):.1f} ms (at most {max(helped):.1f}), simplest command {statistics.median(taken):.1f} ms (at most {max(taken):.1f})")
    without = sorted(set(OUR_TOOLS) - {row[0] for row in rows})
    print(f"not measured: {', '.join(without)}")
