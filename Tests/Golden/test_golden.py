"""The commands recorded from Kafka 4.3.1, through our tools against our broker (or Kafka's, where ours cannot be it): same stdout, same exit codes, or a
deviation with its reason and the text that stands for it; and our own lines on standard error."""
import json, os, pathlib, re, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import ours, twins
from compare import differences, read_deviations, read_transcript
from player import Recorder
from support import KAFKA_HOME, OUR_TOOLS, Broker, KafkaBroker, links

HERE = pathlib.Path(__file__).parent
SIX = ("topics", "console-producer", "console-consumer", "consumer-groups", "consumer-groups-reset", "unreachable")
# Played against Kafka's broker, where KAFKA_HOME says where it is: ours has no quotas, no levels of loggers and no access lists.
ON_KAFKA = ("quotas", "security", "acls", "delegation-tokens")
RECORDED = tuple(sorted(path.stem for path in (HERE / "transcripts").glob("*.txt")))
SCRIPTS = tuple(name for name in RECORDED if KAFKA_HOME or name not in ON_KAFKA)
GOLDEN = {name: list(read_transcript(HERE / "transcripts" / f"{name}.txt")) for name in RECORDED}
OURS = {name: ours.read(name) for name in RECORDED}
# Of each script that was played: how many commands were played with JSON too, and what was wrong with that.
TWINS = {}
DEVIATIONS = read_deviations(HERE / "deviations.tsv")
# Scripts that wait most begin first.
LONGEST_FIRST = ("acls", "delegation-tokens", "console-consumer", "transactions", "consumer-groups", "console-producer", "unreachable", "consumer-groups-reset", "topics", "get-offsets")
# Playing is waiting most of the time: for timeouts, and for members of groups.
AT_ONCE = 3


class TwinRecorder(Recorder):
    """Plays commands that only read once more with JSON, and keeps what is wrong with it."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.checked, self.wrong = 0, []

    def record(self, command, stdin, marks, stdout, stderr, code, seconds, note=""):
        super().record(command, stdin, marks, stdout, stderr, code, seconds, note)
        if "tty" not in marks and not note and twins.has_twin(command):
            self.checked += 1
            self.wrong += [f"$ {command}\n  {problem}" for problem in twins.play(self, command, stdin, marks, stdout.decode("utf-8", "replace"), code)]


def play(script, directory):
    """Plays a script with our tools against a broker of ours, or of Kafka's; returns the transcript's path."""
    case = HERE / "cases" / f"{script}.txt"
    settings = [line.split(" ", 1)[1].strip() for line in case.read_text().splitlines() if line.startswith("#broker ")]
    overrides = [word for setting in settings for word in ("--override", setting)]
    is_on_kafka = script in ON_KAFKA
    with KafkaBroker(*settings) if is_on_kafka else Broker(*overrides, data=str(directory / "data")) as broker:
        programs = links(directory / "bin", f"{KAFKA_HOME}/bin" if is_on_kafka else None).resolve()
        recorder = TwinRecorder(case, programs, {"B": broker.address, "DATA": getattr(broker, "data", broker.directory + "/data")})
        # What is known to end differently never matches what the script waits for.
        never = [pattern for part, pattern, _ in DEVIATIONS if part == "all"]
        recorder.patience = lambda command: 15 if any(pattern.search(command) for pattern in never) else 60
        try:
            text = recorder.play()
        finally:
            recorder.stop()
    path = directory / f"{script}.txt"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    (directory / "twins.json").write_text(json.dumps([recorder.checked, recorder.wrong]))
    return path


def play_all(scripts, directory_of):
    """Plays scripts side by side, each in a process of its own; returns what each of them printed."""
    def one(script):
        directory = directory_of(script)
        done = subprocess.run([sys.executable, __file__, script, str(directory)], capture_output=True, text=True)
        assert done.returncode == 0, f"{script} could not be played to its end:\n{done.stderr[-5000:]}"
        return list(read_transcript(directory / f"{script}.txt")), json.loads((directory / "twins.json").read_text())

    order = sorted(scripts, key=lambda script: LONGEST_FIRST.index(script) if script in LONGEST_FIRST else len(LONGEST_FIRST))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(order, pool.map(one, order)))


@pytest.fixture(scope="session")
def played(request, tmp_path_factory):
    wanted = set()
    for item in request.session.items:
        if "played" in getattr(item, "fixturenames", ()):
            wanted |= {item.callspec.params["script"]} if hasattr(item, "callspec") else set(SCRIPTS)
    wanted &= set(SCRIPTS)
    results = play_all(wanted, tmp_path_factory.mktemp("golden").joinpath)
    TWINS.update({script: twins for script, (_, twins) in results.items()})
    return lambda script: results[script][0]


def reasons(script, index):
    """The deviations that this command may have: part of the output and reason."""
    return [(part, reason) for part, pattern, reason in DEVIATIONS if pattern.search(GOLDEN[script][index][0])]


def is_ours(script, index):
    """Whether all tools of a command are ours. In a script that Kafka's broker plays, others are Kafka's."""
    return script not in ON_KAFKA or set(re.findall(r"kafka-([\w-]+)\.sh", GOLDEN[script][index][0])) <= set(OUR_TOOLS)


def is_unordered(script, index):
    return any(part == "order" for part, _ in reasons(script, index))


def on_kafka(name, *values):
    """A parameter set of a script, skipped where the broker that it needs is not at hand."""
    return pytest.param(name, *values, marks=() if name in SCRIPTS else pytest.mark.skip("needs KAFKA_HOME and Java"))


@pytest.mark.parametrize("script,index", [on_kafka(name, index) for name in RECORDED for index in range(len(GOLDEN[name])) if is_ours(name, index)])
def test_command(script, index, played):
    golden, mine = GOLDEN[script][index], played(script)[index]
    assert len(played(script)) == len(GOLDEN[script])
    parts = ours.deviating(golden, mine, is_unordered(script, index))
    shown = "$ " + golden[0] + "\n" + "\n".join(differences(golden, mine, False))
    allowed = [reason for part, reason in reasons(script, index) if part == "all" or parts == {part}]
    assert not parts or allowed, f"no deviation is known for this: {shown}"
    text = OURS[script].get(index, (golden[0], {}))
    assert text[0] == golden[0], f"ours/{script}.txt has another command at {index}: {text[0]}"
    said, is_said = ours.expected(golden, mine, is_unordered(script, index)), text[1]
    for part in ("stdout", "exit"):
        assert part in said or part not in is_said, f"this agrees with Kafka now, and ours/{script}.txt says that its {part} differs: {shown}"
    assert said == is_said, f"not what ours/{script}.txt says: {shown}"


def test_every_deviation_and_every_text_is_one_of_a_command():
    for script in RECORDED:
        assert all(index < len(GOLDEN[script]) for index in OURS[script]), script
    for part, pattern, _ in DEVIATIONS:
        places = [(script, index) for script in RECORDED for index, row in enumerate(GOLDEN[script]) if pattern.search(row[0])]
        assert places, f"no command matches {pattern.pattern}"
        if part != "order":
            parts = ("stdout", "exit") if part == "all" else (part,)
            assert any(name in OURS[script].get(index, ("", {}))[1] for script, index in places for name in parts), f"nothing deviates: {pattern.pattern}"


def test_skipped_partitions_are_named_in_kafkas_words(played):
    def skipped(transcript):
        lines = [line for _, _, sections in transcript for line in sections["stderr"].split("\n")]
        return [line for line in lines if line.startswith("Skip getting offsets")]

    assert skipped(played("get-offsets")) == skipped(GOLDEN["get-offsets"]) != []


@pytest.mark.parametrize("script", [on_kafka(name) for name in RECORDED])
def test_json_carries_what_the_text_shows(script, played):
    played(script)
    assert not TWINS[script][1], "\n".join(TWINS[script][1])


def test_json_was_asked_for(played):
    assert sum(checked for checked, _ in TWINS.values()) >= 150


def test_most_commands_agree_without_a_deviation(played):
    """A floor under what agrees to the byte and the exit code: it may only rise. Help is our own text."""
    agree = same_output = total = 0
    for script in SCRIPTS:
        for index, (golden, mine) in enumerate(zip(GOLDEN[script], played(script))):
            if is_ours(script, index) and not re.search(r"--(help|version)\b", golden[0]):
                rows = differences(golden, mine, is_unordered(script, index))
                total += 1
                agree += not rows
                same_output += all(row[1:].startswith("exit ") for row in rows)
    print(f"of {total} commands {agree} agree, {same_output} but for the exit code of a failure")
    assert same_output >= 0.97 * total, f"of {total}: {agree}, {same_output}"


if __name__ == "__main__":
    os.makedirs(sys.argv[2], exist_ok=True)
    play(sys.argv[1], pathlib.Path(sys.argv[2]))
