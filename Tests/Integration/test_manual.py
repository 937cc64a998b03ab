"""Scripts and manual pages as their own checkers see them, and help by every name."""
import shutil, subprocess

import pytest

from support import OUR_TOOLS, ROOT, ottla

PAGES = sorted((ROOT / "man").glob("*.[17]"))
SCRIPTS = [ROOT / "completions" / "ottla.bash", *sorted((ROOT / "Tests").glob("*.sh"))]


def check(*words):
    assert shutil.which(words[0]), f"{words[0]} is not installed: make test-debs"
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_clean(script):
    check("shellcheck", "-s", "bash", script)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_manual_pages_are_clean(page):
    check("mandoc", "-T", "lint", page)


def test_every_tool_has_a_page():
    assert {f"ottla-{tool}.1" for tool in OUR_TOOLS} | {"ottla.1", "ottla-serve.1", "ottla-tutorial.7"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("tool", OUR_TOOLS)
def test_help_by_every_name(tool):
    own = ottla("help", tool)
    assert own == ottla(tool, "--help") and own.splitlines()[2].startswith(f"usage: ottla {tool} ")
    for name in (f"kafka-{tool}", f"kafka-{tool}.sh"):
        assert ottla("help", name) == own.replace(f"ottla {tool}", name)


def test_help_of_subcommands():
    below = ottla("help", "transactions", "abort")
    assert below == ottla("transactions", "abort", "--help") and "--start-offset" in below
    assert ottla("help", "kafka-transactions.sh", "abort") == below.replace("ottla transactions", "kafka-transactions.sh")
    done = ottla("help", "transactions", "begin", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"ottla: transactions has no command 'begin'\n")
    done = ottla("help", "topicz", check=False)
    assert done.returncode == 2 and done.stderr == b"ottla: there is no command 'topicz'; did you mean 'topics'?\n"
