"""What happened in a run, and what of it must not have."""
import threading, time


class Journal:
    """Lines with the seconds since the start, printed and kept in a file. A finding is what the run fails for. Threads may write at once."""

    def __init__(self, path, quiet=False):
        self.began, self.file, self.quiet, self.lock = time.monotonic(), open(path, "a", buffering=1), quiet, threading.Lock()
        self.findings, self.measured = [], {}

    @property
    def now(self):
        return time.monotonic() - self.began

    def note(self, text, shown=True):
        line = f"{self.now:8.2f}  {text}"
        with self.lock:
            self.file.write(line + "\n")
            if shown and not self.quiet:
                print(line, flush=True)

    def finding(self, text):
        self.findings.append(f"at {self.now:.2f} s: {text}")
        self.note("FOUND: " + text)

    def measure(self, what, seconds):
        with self.lock:
            self.measured.setdefault(what, []).append(seconds)

    def figures(self):
        """A line for everything measured: count, median, largest."""
        for what, values in sorted(self.measured.items()):
            values = sorted(values)
            yield f"{what}: {len(values)} times, median {values[len(values) // 2]:.2f} s, at most {values[-1]:.2f} s"

    def close(self):
        self.file.close()


def until(condition, seconds, why=lambda: ""):
    """Polls until the condition holds; its value. TimeoutError with what `why` says after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {why()}")
        time.sleep(0.05)
    return found
