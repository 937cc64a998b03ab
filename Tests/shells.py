"""Real shells with our completions loaded: bash and zsh as somebody would type in them, on a terminal of their own, and fish by its `complete -C`."""
import contextlib, fcntl, os, pty, select, shutil, signal, struct, subprocess, termios, time

from support import ROOT

COMPLETIONS = ROOT / "completions"


class Interactive:
    """A shell on a terminal. It writes what it offers and what the line is like then into files, so that nobody needs to read a screen."""

    def __init__(self, arguments, setup, directory, tools):
        self.offered, self.line = directory / "offered", directory / "line"
        environment = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(directory), "TERM": "dumb", "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null",
                       "OFFERED": str(self.offered), "LINE": str(self.line), "PS1": "ready> "}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.execvpe(arguments[0], arguments, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 500, 1000, 0, 0))
        self.screen = b""
        for line in setup.splitlines():
            self.type(line.strip() + "\n")
        self.type("echo set''up\n")
        self.until(lambda: b"setup\r\n" in self.screen)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, condition, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"the shell does not get there: {self.screen[-2000:].decode(errors='replace')}"
            if select.select([self.terminal], [], [], 0.01)[0]:
                with contextlib.suppress(OSError):
                    self.screen += os.read(self.terminal, 65536)

    def complete(self, typed):
        """Types, completes with a tab; returns what was offered and the line then."""
        for path in (self.offered, self.line):
            path.unlink(missing_ok=True)
        self.type("\x15" + typed + "\t\x18\x0c")
        self.until(lambda: self.line.exists() and self.line.read_text().endswith("\x04"))
        offered = self.offered.read_text().splitlines() if self.offered.exists() else []
        return {word for word in offered if word}, self.line.read_text()[:-1]

    def run(self, said):
        """Has the shell do what the line says, until that has been said and the shell asks for the next line."""
        self.screen = b""
        self.type("\n")
        self.until(lambda: b"ready> " in self.screen.partition(said.encode())[2])

    def close(self):
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


class Bash(Interactive):
    name = "bash"

    def __init__(self, directory, tools):
        super().__init__(["bash", "--norc", "--noprofile", "-i"], f"""
            source '{COMPLETIONS}/ottla.bash'
            probe() {{ _ottla "$@"; printf '%s\\n' "${{COMPREPLY[@]}}" >"$OFFERED"; }}
            complete -F probe $(complete -p | grep -o '_ottla .*' | cut -c 8-)
            bind 'set completion-query-items -1'; bind 'set page-completions off'; bind 'set bell-style none'
            bind -x '"\\C-x\\C-l": printf "%s\\4" "$READLINE_LINE" >"$LINE"'
            """, directory, tools)


class Zsh(Interactive):
    name = "zsh"

    def __init__(self, directory, tools):
        super().__init__(["zsh", "-f", "-i"], f"""
            bindkey -e; LISTMAX=10000; PS1='ready> '
            fpath=('{COMPLETIONS}' $fpath); autoload -Uz compinit; compinit -u -D
            offered() {{ local -a hits; builtin compadd -A hits "$@"; print -rl -- $hits >>$OFFERED; builtin compadd "$@" }}
            compadd() {{ if [[ ${{@[1,(i)(-|--)]}} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; else offered "$@"; fi }}
            showline() {{ printf '%s\\4' "$BUFFER" >$LINE }}; zle -N showline; bindkey '^X^L' showline
            """, directory, tools)


class Fish:
    name = "fish"

    def __init__(self, directory, tools):
        self.environment = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(directory), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.directory = directory

    def complete(self, typed):
        """What is offered for the last word, as a whole word each, and the line if there is one thing to offer."""
        done = subprocess.run(["fish", "--no-config", "-c", f"source '{COMPLETIONS}/ottla.fish'; complete -C $argv[1]", typed],
                              capture_output=True, text=True, timeout=30, env=self.environment, cwd=self.directory)
        assert done.returncode == 0 and done.stderr == "", done
        offered = {line.split("\t")[0] for line in done.stdout.splitlines()}
        last = typed.rpartition(" ")[2]
        return offered, typed[:len(typed) - len(last)] + offered.copy().pop() + " " if len(offered) == 1 else typed

    def close(self):
        pass


SHELLS = {shell.name: shell for shell in (Bash, Zsh, Fish) if shutil.which(shell.name)}
