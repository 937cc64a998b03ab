"""ottla-tutorial(7): every command that it shows is played, and prints what it says."""
import contextlib, os, re, signal, subprocess

from support import OTTLA, ROOT, free_port, links, ottla

# What tools say on standard error though nothing is wrong.
NOTES = {"", "Processed a total of 4 messages", '{"message":"Processed a total of 5 messages"}', "Consumer group 'billing' has no active members."}
DONE = "== done"


def steps(text):
    """The commands, each with the lines that are shown behind it."""
    found = []
    for line in text.splitlines():
        shown = line[4:]
        if line and not line.startswith("    "):
            found.append(None)  # prose ends what a command prints
        elif shown.startswith("$ "):
            found.append((shown[2:], []))
        elif found and found[-1]:
            command, output = found[-1]
            if not output and command.endswith(("\\", "|")):
                found[-1] = (command + "\n" + shown, output)
            else:
                output.append(shown)
    return [step for step in found if step]


def test_every_command_of_the_tutorial_prints_what_it_shows(tmp_path):
    text = ottla("help", "tutorial")
    port = str(free_port() or 19092)
    tools = links(tmp_path / "bin")
    (tools / "ottla").symlink_to(OTTLA)
    played = steps(text.replace("localhost:9092", f"localhost:{port}"))
    assert len(played) > 18 and sum(bool(output) for _, output in played) > 10
    script = "".join(f"{command}\nprintf '\\n{DONE} %d\\n' $?\n" for command, _ in played)
    shell = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True,
                             env={"PATH": f"{tools}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    try:
        stdout, stderr = shell.communicate(script, timeout=90)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    assert set(stderr.splitlines()) <= NOTES, stderr
    pieces = re.split(rf"\n{DONE} (\d+)\n", stdout)
    printed = list(zip(pieces[::2], pieces[1::2]))
    assert len(printed) == len(played), stdout
    banner = re.compile(r"^ottla \S+ is ready on .*\n", re.M)
    assert banner.search(stdout), stdout
    for (command, shown), (output, code) in zip(played, printed):
        assert code == "0", (command, output, stderr)
        while shown and not shown[-1]:
            shown.pop()  # stands before the next paragraph
        pattern = "".join(re.escape(line + "\n").replace(r"\.\.\.", ".*") for line in shown if line != "...")
        if shown == ["..."]:
            continue
        plain = "".join(line.rstrip() + "\n" for line in banner.sub("", output).splitlines())
        assert re.fullmatch(pattern, plain), f"$ {command}\n{output}\ninstead of\n{shown}"
    assert not [path for path in tmp_path.iterdir() if path.name != "bin"]


def test_the_page_is_the_same_text():
    page = (ROOT / "man" / "ottla-tutorial.7").read_text()
    plain = re.sub(r"\\\((aq|ga|ha|ti)", lambda match: {"aq": "'", "ga": "`", "ha": "^", "ti": "~"}[match[1]], page).replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")
    for command, output in steps(ottla("help", "tutorial")):
        assert "$ " + command in plain and all(line in plain for line in output), command
