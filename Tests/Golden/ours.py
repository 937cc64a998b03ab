"""What our tools print where Kafka's recordings do not say it: what they print on standard error, and on purpose otherwise on standard output or as exit code.

A text of `ours/` has the form of a transcript, of those commands only that have something of it. `#at N` is the command's place in the script,
and a section for standard output, or an exit code, stands there only where it is not Kafka's."""
import pathlib, re

from compare import comparable, differences, read_transcript

DIRECTORY = pathlib.Path(__file__).parent / "ours"
HEAD = "# What our tools print on standard error, and where they differ from Kafka. Written by `make golden-update`; review the difference.\n"
# Help is longer; its text has tests of its own.
LONGEST = 12
# Help is our own text: its first line stands for it.
HELP = re.compile(r"\.sh(?: [\w-]+)? --help$|^kafka-(?:producer-perf-test|verifiable-producer|verifiable-consumer)\.sh$")
# Told of what was in the way for two seconds, or at the end, which a slow machine makes of less.
PASSING = re.compile(r"^(?:.*; trying on(?: until .* is over)?|(?:Broker \d+|The broker) does not answer .*)(?:\n|$)|; The coordinator of group \S+ answers COORDINATOR_LOAD_IN_PROGRESS: [^;\n]*", re.M)


def deviating(golden, played, is_unordered=False):
    """Which of stdout and exit are not Kafka's."""
    marks = {"unordered": ""} if is_unordered else {}
    rows = differences((golden[0], {**golden[1], **marks}, golden[2]), played, False)
    return {"exit" if row[1:].startswith("exit ") else "stdout" for row in rows}


def expected(golden, played, is_unordered=False):
    """The sections that belong into the text for a command as it was played now."""
    parts, sections = deviating(golden, played, is_unordered), {}
    if "stdout" in parts:
        shown = comparable(played[2]["stdout"], golden[1])
        sections["stdout"] = "\n".join(shown if not HELP.search(golden[0]) else shown[:1])
    if (stderr := comparable(PASSING.sub("", played[2]["stderr"]).removesuffix("\n"))) != [""]:
        sections["stderr"] = "\n".join(stderr if len(stderr) <= LONGEST else [stderr[0], f"[{len(stderr) - 1} more lines]"])
    if "exit" in parts:
        sections["exit"] = played[2]["exit"]
    return sections


def read(script):
    """Place in the script -> (command, sections)."""
    path = DIRECTORY / f"{script}.txt"
    entries = {}
    for command, marks, sections in read_transcript(path) if path.exists() else ():
        entries[int(marks["at"])] = command, {name: text for name, text in sections.items() if text is not None}
    return entries


def write(script, rows):
    """`rows`: place, command and sections."""
    text = [HEAD]
    for place, command, sections in rows:
        text.append(f"\n#at {place}\n$ {command}\n")
        text += [f"=== {name}\n{sections[name]}\n" for name in ("stdout", "stderr") if name in sections]
        text.append(f"=== exit {sections.get('exit', 'as Kafka')}\n")
    DIRECTORY.mkdir(exist_ok=True)
    (DIRECTORY / f"{script}.txt").write_bytes("".join(text).encode("utf-8", "surrogateescape"))
