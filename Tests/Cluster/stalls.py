"""How long the disk of this machine makes everybody wait: a controller that cannot sync its log answers no heartbeat, and no broker is to blame for that."""
import os, threading, time

UNUSUAL_SECONDS = 0.2


class Stalls(threading.Thread):
    """Syncs a small file all the time."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.stopped, self.found = path, threading.Event(), []

    def run(self):
        with open(self.path, "wb", buffering=0) as file:
            while not self.stopped.wait(0.1):
                began = time.monotonic()
                file.write(b".")
                os.fsync(file.fileno())
                if (took := time.monotonic() - began) > UNUSUAL_SECONDS:
                    self.found.append((time.monotonic(), took))

    def since(self, moment):
        """The seconds lost to syncs that took unusually long and ended after that moment."""
        return sum(min(took, ended - moment) for ended, took in list(self.found) if ended > moment)

    def finish(self):
        self.stopped.set()
        self.join(30)
