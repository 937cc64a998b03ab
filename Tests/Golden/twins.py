"""Each recorded command that only reads, once more with `--output json` and `jsonl`: the output must parse, match the command's schema, and carry every value that
the text shows."""
import json, pathlib, re

from jsonschema import Draft202012Validator

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "schemas"
# One command without redirections; its tool, its words.
SIMPLE = re.compile(r"kafka-([\w-]+)\.sh ((?:[^|;&<>'\"]|'[^']*'|\"[^\"]*\")*)")
READS = re.compile(r"(?:^|\s)(?:--describe|--list|--reset-offsets|list|describe|describe-producers|find-hanging|info|cluster-id|list-endpoints)(?=\s|$)")
ALWAYS_READ = ("get-offsets", "log-dirs", "dump-log", "broker-api-versions", "groups")
# Words of the text that are neither values nor names of fields.
LABELS = {"", "elr", "lastknownelr", "none", "na", "isr", "and", "for", "the", "are", "is", "configs", "of", "in", "to", "with"}
# What the headings of kafka-configs and kafka-client-metrics say beside names.
LABELS |= {"all", "dynamic", "default", "quota", "scram", "credential", "client", "cluster", "metrics", "topic", "broker", "brokers", "brokerlogger", "group"}
LABELS |= {"clientmetric", "userprincipal", "clientid", "ip"}
LABELS |= {"dumping", "log", "starting"}
# Sentences around the answers of kafka-log-dirs, kafka-broker-api-versions and kafka-reassign-partitions.
LABELS |= {"querying", "received", "directory", "directories", "information", "from", "partitions", "usable", "no", "found"}
# Of an option's older name, which is no answer.
NOTICE = re.compile(r"^Option --\S+ has been deprecated .*\n?", re.M)
# And those of kafka-acls.
LABELS |= {"current", "acls", "resource", "resourcepattern", "name", "permissiontype"}
# What stands for no value, which is null in JSON.
NONE = {"-1", "null", "OptionalLong.empty", "<DELETE>", "UNSUPPORTED"}


def has_twin(command):
    """Whether the command only reads, so that it can be played again."""
    match = SIMPLE.fullmatch(command)
    if not match or not (SCHEMAS / f"{match[1]}.json").exists():
        return False
    words = match[2]
    if re.search(r"--(?:execute|help|version|output|alter|delete\w*|create|)(?![\w-])", words):
        return False
    return match[1] in ALWAYS_READ or READS.search(words) is not None


def plain(word):
    return re.sub(r"[^a-z0-9]", "", word.lower())


def names(schema):
    """The names of all fields in a schema, and the headings of their columns."""
    found = set()
    if isinstance(schema, dict):
        found |= set(schema.get("properties", {})) | (words(schema["title"]) if isinstance(schema.get("title"), str) else set())
        for value in schema.values():
            found |= names(value)
    elif isinstance(schema, list):
        for value in schema:
            found |= names(value)
    return found


def words(text):
    return {word.strip(".'\"`-") for word in re.split(r"[\s,:;=()\[\]{}]+", text)}


def values(document):
    """Every name and value of a document as words; numbers and what is true as the text has them."""
    found = set()
    if isinstance(document, dict):
        if "topic" in document and "partition" in document:
            found.add(plain(f"{document['topic']}-{document['partition']}"))
        for name, value in document.items():
            found |= {plain(name)} | values(name) | values(value)
    elif isinstance(document, list):
        for value in document:
            found |= values(value)
    elif isinstance(document, bool):
        found.add("true" if document else "false")
    elif document is not None:
        found |= {plain(word) for word in words(str(document))}
    return found


def problems(tool, marks, text, code, document_text, lines_text, json_code):
    """What is wrong with the twins of a command; empty when nothing is."""
    if json_code != code:
        return [f"exit code {json_code}, not {code}"]
    schema = json.loads((SCHEMAS / f"{tool}.json").read_text())
    validator, found = Draft202012Validator(schema), []
    documents = []
    for line in [line for line in document_text.split("\n") + lines_text.split("\n") if line]:
        try:
            documents.append(json.loads(line))
        except ValueError as error:
            return [f"not JSON ({error}): {line[:200]}"]
        found += [f"{error.message[:300]}" for error in validator.iter_errors(documents[-1])]
    if code != 0:
        return found
    labels = LABELS | {plain(name) for name in names(schema)}
    told = values(documents)
    text = NOTICE.sub("", text)
    shown = words(re.sub(marks["mask"], " ", text) if marks.get("mask") else text) - NONE
    missing = {word for word in shown if plain(word) not in labels and plain(word) not in told}
    if missing:
        found.append(f"not in JSON: {sorted(missing)}")
    return found


def play(recorder, command, stdin, marks, text, code):
    """Plays a command's twins; what is wrong with them. What changes meanwhile gets three chances."""
    tool = SIMPLE.fullmatch(command)[1]
    for _ in range(3):
        run = [recorder.on_pipes(f"{command} --output {form}", stdin, float(marks.get("timeout", 150))) for form in ("json", "jsonl")]
        wrong = problems(tool, marks, text, code, *(stdout.decode("utf-8", "replace") for stdout, _, _ in run), run[0][2])
        if not wrong:
            return []
        text, code = (lambda stdout, _, code: (stdout.decode("utf-8", "replace"), code))(*recorder.on_pipes(command, stdin, 150))
    return wrong
