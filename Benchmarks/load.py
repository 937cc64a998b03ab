"""The client of benchmarks that must cost less than the broker: Benchmarks/Load."""
import os, subprocess

OTTLA_LOAD = os.environ.get("OTTLA_LOAD")


class Load:
    """A running client; calling it plays a command and returns the seconds that it took."""

    def __init__(self, *words):
        assert OTTLA_LOAD, "OTTLA_LOAD names the client that `make bench` builds from Benchmarks/Load"
        self.process = subprocess.Popen([OTTLA_LOAD, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        try:
            return float(answer)
        except ValueError:
            raise AssertionError(f"the client answers {answer!r} to {command!r}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
