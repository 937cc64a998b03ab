#!/usr/bin/env python3
"""Keeps the sources tidy: what CONTRIBUTING.md asks for and a program can see. Prints what is not, a line each, and fails then.

Swift is read by its layout, which swift-format has settled before: a declaration ends with the first line that closes a brace at its own indentation."""
import ast, pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("Sources", "Tests", "Benchmarks")
FILE_LINES, FUNCTION_LINES, SECOND_TYPE_LINES = 500, 70, 60
UNNAMED_FOLDERS = {"utils", "util", "utilities", "helpers", "helper", "common", "misc", "shared"}
# Split so that this file passes itself.
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
TEXTS = {".swift", ".py", ".c", ".h", ".java", ".sh", ".md"}

# What is longer than it should be, and may only become shorter: 'path' or 'path: declaration' -> lines. Tables, a line an API key.
EXCEPTIONS = {"Sources/KafkaProtocol/APIKey.swift: name": 93, "Sources/KafkaProtocol/APIKey.swift: messages": 93}
# Requests and their responses stand in one file.
PAIRS = "Sources/KafkaProtocol/Messages"

MODIFIERS = r"(?:(?:@\w+(?:\([^)]*\))?|public|package|internal|fileprivate|private|static|final|override|mutating|nonmutating|consuming|borrowing|" \
            r"convenience|required|nonisolated|indirect|lazy|weak|unowned|prefix|postfix|infix|(?:private|fileprivate|internal|public)\(set\)) )*"
FUNCTION = re.compile(rf"^( *)({MODIFIERS})(func [^\s(<]+|init[?!]?(?=[(<])|deinit\b|subscript\b|var \w+)")
TYPE = re.compile(rf"^({MODIFIERS})(struct|class|enum|actor|protocol|extension) ([\w.]+)")


def end_of(lines, start, indent):
    """The last line of the declaration that begins at `start`, or None if it has no body."""
    at = start
    while True:
        line = lines[at]
        if line.endswith("{"):
            return next((n for n in range(at + 1, len(lines)) if re.match(rf"{indent}\}}", lines[n])), None)
        if at > start and not line.startswith((indent + " ", indent + ")")) or line.endswith("}") or at + 1 == len(lines):
            return None
        at += 1


def swift_declarations(lines):
    """Yields (kind, name, number of lines) of functions and of the types at the top of the file."""
    for start, line in enumerate(lines):
        if match := FUNCTION.match(line):
            if (end := end_of(lines, start, match[1])) is not None:
                yield "function", match[3].removeprefix("func ").removeprefix("var "), end - start + 1
        elif match := TYPE.match(line):
            if (end := end_of(lines, start, "")) is not None and match[2] != "extension" and "private" not in match[1]:
                yield "type", match[3], end - start + 1


def python_declarations(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield "function", node.name, node.end_lineno - node.lineno + 1


def problems(path):
    name, text = str(path.relative_to(ROOT)), path.read_text()
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if match := MARKS.search(line):
            yield f"{name}:{number}", f"{match[0]}: do it, or file it", 0
    if path.suffix not in (".swift", ".py", ".c", ".h", ".java", ".sh"):
        return
    if len(lines) > FILE_LINES:
        yield name, f"{len(lines)} lines; a file has at most {FILE_LINES}", len(lines)
    found = list(swift_declarations(lines) if path.suffix == ".swift" else python_declarations(text) if path.suffix == ".py" else ())
    for kind, declared, count in found:
        if kind == "function" and count > FUNCTION_LINES:
            yield f"{name}: {declared}", f"{count} lines; a function has at most {FUNCTION_LINES}", count
    # The largest is the file's main type; what else stands beside it is small. A file of tests may have several suites.
    if not name.startswith("Sources"):
        return
    types = sorted(((count, declared) for kind, declared, count in found if kind == "type"), reverse=True)
    for count, declared in types[2 if name.startswith(PAIRS) else 1:]:
        if count > SECOND_TYPE_LINES:
            yield f"{name}: {declared}", f"{count} lines beside {types[0][1]}; a second type of that size has a file of its own", count


def main():
    failures, unused = [], dict(EXCEPTIONS)
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    for path in paths:
        if path.is_dir() and path.name.lower() in UNNAMED_FOLDERS:
            failures.append(f"{path.relative_to(ROOT)}: a folder is named for what is in it")
    for path in [*(path for path in paths if path.suffix in TEXTS and path.is_file()), *sorted(ROOT.glob("*.md")), ROOT / "Package.swift"]:
        for where, what, count in problems(path):
            if count > unused.pop(where, 0):
                failures.append(f"{where}: {what}")
    for folder in sorted({path.parents[-len(ROOT.parts) - 2] for path in (ROOT / "Sources").rglob("*.swift") if "Mutex" in path.read_text()}):
        if folder.name != "Locks" and not (folder / "Locks.swift").exists():
            failures.append(f"{folder.relative_to(ROOT)}: uses Mutex and has no Locks.swift, without which the thread sanitizer cannot see its locks")
    failures += [f"{where}: no longer too long; take it out of EXCEPTIONS" for where in unused]
    for failure in failures:
        print(failure)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
