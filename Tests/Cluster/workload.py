"""What the workloads have in common."""
import threading

import confluent_kafka

from .journal import until

# Nothing is given up in a minute and a half without a node; a broker that is paused is not waited for half a minute.
PATIENT = {"log_level": 0, "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 500, "retry.backoff.max.ms": 500, "socket.timeout.ms": 10000,
           "topic.metadata.refresh.interval.ms": 3000}


class Worker(threading.Thread):
    """A thread that works until it is told to stop; what it fails with is a finding."""

    def __init__(self, name, journal):
        super().__init__(name=name, daemon=True)
        self.journal, self.stopped = journal, threading.Event()

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.journal.finding(f"{self.name} ended with {error!r}")

    def finish(self, seconds=120):
        self.stopped.set()
        self.join(seconds)
        if self.is_alive():
            self.journal.finding(f"{self.name} did not end within {seconds} s")


def settle(call, journal, what, seconds=60):
    """Calls again while the library says that it can be tried again; any other error is the caller's, as is the last one."""
    last = [None]

    def tried():
        try:
            call()
            return True
        except confluent_kafka.KafkaException as error:
            if not error.args[0].retriable():
                raise
            last[0] = error
            journal.note(f"{what}: {error.args[0].str()}, once more", shown=False)
            return False
    until(tried, seconds, lambda: f"{what}: {last[0]}")
