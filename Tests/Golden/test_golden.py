"""The commands recorded from Kafka 4.3.1, through our tools against our broker: same stdout, same exit codes, or a deviation with its reason."""
import pathlib, sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from compare import differences, read_deviations, read_transcript
from player import Recorder
from support import KAFKA_HOME, Broker, links

HERE = pathlib.Path(__file__).parent
SIX = ("topics", "console-producer", "console-consumer", "consumer-groups", "consumer-groups-reset", "unreachable")
SCRIPTS = (*SIX, "get-offsets")
GOLDEN = {name: list(read_transcript(HERE / "transcripts" / f"{name}.txt")) for name in SCRIPTS}
DEVIATIONS = read_deviations(HERE / "deviations.tsv")


def play(script, directory):
    """Plays a script with our tools against a broker of ours; returns the transcript's path."""
    case = HERE / "cases" / f"{script}.txt"
    settings = [line.split(" ", 1)[1].strip() for line in case.read_text().splitlines() if line.startswith("#broker ")]
    overrides = [word for setting in settings for word in ("--override", setting)]
    with Broker(*overrides, data=str(directory / "data")) as broker:
        recorder = Recorder(case, links(directory / "bin").resolve(), {"B": broker.address, "DATA": broker.data})
        # What is known to end differently never matches what the script waits for.
        never = [pattern for part, pattern, _ in DEVIATIONS if part == "all"]
        recorder.patience = lambda command: 15 if any(pattern.search(command) for pattern in never) else 60
        try:
            text = recorder.play()
        finally:
            recorder.stop()
    path = directory / f"{script}.txt"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    cache = {}

    def get(script):
        if script not in cache:
            cache[script] = list(read_transcript(play(script, tmp_path_factory.mktemp(script))))
        return cache[script]

    return get


@pytest.mark.parametrize("script,index", [(name, index) for name in SCRIPTS for index in range(len(GOLDEN[name]))])
def test_command(script, index, played):
    ours = played(script)
    assert len(ours) == len(GOLDEN[script])
    rows = differences(GOLDEN[script][index], ours[index], False)
    if not rows:
        return
    command = GOLDEN[script][index][0]
    parts = {"exit" if row[1:].startswith("exit ") else "stdout" for row in rows}
    reasons = [reason for part, pattern, reason in DEVIATIONS if pattern.search(command) and (part == "all" or parts == {part})]
    assert reasons, "$ " + command + "\n" + "\n".join(rows)


def test_skipped_partitions_are_named_in_kafkas_words(played):
    def skipped(transcript):
        lines = [line for _, _, sections in transcript for line in sections["stderr"].split("\n")]
        return [line for line in lines if line.startswith("Skip getting offsets")]

    assert skipped(played("get-offsets")) == skipped(GOLDEN["get-offsets"]) != []


def test_most_commands_agree_without_a_deviation(played):
    """A floor under what agrees to the byte and the exit code: it may only rise (missing tools hold it down)."""
    agree = same_output = total = 0
    for script in SIX:
        for golden, ours in zip(GOLDEN[script], played(script)):
            rows = differences(golden, ours, False)
            total += 1
            agree += not rows
            same_output += all(row[1:].startswith("exit ") for row in rows)
    print(f"of {total} commands {agree} agree, {same_output} but for the exit code of a failure")
    assert total == 515 and agree >= 445 and same_output >= 495, f"of {total}: {agree}, {same_output}"
