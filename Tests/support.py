"""What the Python tests share: the binary under test, brokers of its own, and Kafka's where it is at hand."""
import atexit, contextlib, os, pathlib, random, shutil, signal, socket, subprocess, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OTTLA = os.environ.get("OTTLA") or str(ROOT / ".build-release/release/ottla")


def _kafka_home():
    """KAFKA_HOME with launchers that can be executed: a checkout may have lost their modes and flattened links into files that hold a name."""
    home = os.environ.get("KAFKA_HOME")
    if not home or not shutil.which("java"):
        return None
    home = pathlib.Path(home).resolve()
    if all(os.access(home / "bin" / name, os.X_OK) for name in ("kafka-broker", "kafka-topics.sh")):
        return str(home)
    copy = pathlib.Path(tempfile.mkdtemp(prefix="kafka-home-"))
    atexit.register(shutil.rmtree, copy, True)
    shutil.copytree(home / "bin", copy / "bin", symlinks=True)
    for path in (copy / "bin").iterdir():
        if path.is_symlink():
            continue
        target = path.read_bytes()[:100].decode(errors="replace").strip()
        if (copy / "bin" / target).is_file() and "/" not in target:
            path.unlink()
            path.symlink_to(target)
        else:
            path.chmod(0o755)
    for path in home.iterdir():
        if path.name != "bin":
            (copy / path.name).symlink_to(path)
    return str(copy)


KAFKA_HOME = _kafka_home()
OUR_TOOLS = sorted({page.stem.removeprefix("ottla-") for page in (ROOT / "man").glob("ottla-*.1")} - {"serve"})


def crc32c(data):
    """The checksum of record batches."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def free_port():
    """A port that no outgoing connection is given: a client that calls a broker which is down could otherwise be given the broker's own port."""
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range") as bounds:
            first = int(bounds.read().split()[0])
    except FileNotFoundError:
        return 0  # the system chooses
    while True:
        port = random.randrange(max(1024, first // 2), first)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


class Broker:
    """`ottla serve` on a free loopback port, with a data directory of its own, stopped by its pid."""

    def __init__(self, *options, data=None, ephemeral=False, log_dirs=(), program=None):
        self.directory = tempfile.mkdtemp(prefix="ottla-test-")
        self.data = data or os.path.join(self.directory, "data")
        self.log_dirs = [os.path.join(self.directory, f"disk{n}") for n in range(log_dirs)] if isinstance(log_dirs, int) else [*map(str, log_dirs)]
        self.options, self.ephemeral, self.process, self.port, self.program = list(options), ephemeral, None, 0, program or OTTLA

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self, timeout=60):
        ready = os.path.join(self.directory, "ready")
        with contextlib.suppress(FileNotFoundError):
            os.remove(ready)
        self.port = self.port or free_port()
        where = ["--ephemeral"] if self.ephemeral else ["--data-dir", self.data]
        if self.log_dirs:
            where = ["--override", f"log.dirs={','.join(self.log_dirs)}"]
        self.log = open(os.path.join(self.directory, "log"), "ab")
        said = len(self.output())
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--ready-file", ready, *where, *self.options],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + timeout
        while not (os.path.exists(ready) and (text := open(ready).read()).endswith("\n")):
            assert self.process.poll() is None, f"the broker ended: {self.output()}"
            assert time.monotonic() < deadline, f"the broker is not ready: {self.output()}"
            time.sleep(0.002)
        # What it says of itself comes right behind.
        while " is ready on " not in self.output()[said:]:
            assert time.monotonic() < deadline, f"the broker says nothing: {self.output()}"
            time.sleep(0.001)
        self.port = int(text.strip().rsplit(":", 1)[1])
        return self

    def output(self):
        return open(os.path.join(self.directory, "log"), "rb").read().decode(errors="replace")

    def rss(self, peak=False):
        """Resident set in bytes, now or at its largest."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmHWM:" if peak else "VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(60) == 0, self.output()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self.process and self.process.poll() is None:
                self.kill()
            shutil.rmtree(self.directory, ignore_errors=True)


class KafkaBroker:
    """The real one, through its launcher in KAFKA_HOME."""

    def __init__(self, *settings):
        self.directory, self.settings, self.address = tempfile.mkdtemp(prefix="kafka-test-"), settings, ""

    def __enter__(self):
        self.address = subprocess.run(
            [f"{KAFKA_HOME}/bin/kafka-broker", "start", self.directory, "0", *self.settings], check=True, capture_output=True, text=True).stdout.strip()
        return self

    def __exit__(self, *_):
        subprocess.run([f"{KAFKA_HOME}/bin/kafka-broker", "wipe", self.directory], check=False, capture_output=True)


def kafka_tools(directory):
    """A directory with Kafka's own tools, among them one that the launchers of KAFKA_HOME may leave out."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True)
    for path in pathlib.Path(KAFKA_HOME, "bin").glob("kafka-*"):
        (directory / path.name).symlink_to(path)
    reset = directory / "kafka-streams-application-reset.sh"
    if not reset.exists():
        reset.write_text(f'#!/bin/sh\nexec "{KAFKA_HOME}/bin/kafka-tool" org.apache.kafka.tools.StreamsResetter "$@"\n')
        reset.chmod(0o755)
    return directory


def links(directory, others=None):
    """A directory with our tools under Kafka's names; `others` is where the tools come from that we do not have."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for tool in OUR_TOOLS:
        for name in (f"kafka-{tool}", f"kafka-{tool}.sh"):
            (directory / name).symlink_to(OTTLA)
    if others:
        for path in pathlib.Path(others).glob("kafka-*"):
            if not (directory / path.name).exists():
                (directory / path.name).symlink_to(path)
    return directory


# What `ottla COMMAND` ends with after a failure; test_scripting.py says with which of them after what.
FAILED = range(1, 7)


def ottla(*arguments, stdin=b"", timeout=60, check=True, env=None):
    """Runs the binary; returns stdout as text. With check=False the finished process."""
    done = subprocess.run([OTTLA, *map(str, arguments)], input=stdin if isinstance(stdin, bytes) else stdin.encode(),
                          capture_output=True, timeout=timeout, env=env)
    if not check:
        return done
    assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout.decode()}\n{done.stderr.decode()}"
    return done.stdout.decode()


def run(broker, tool, *words, stdin=b""):
    """Runs `ottla TOOL` against a broker; the finished process, whatever it ended with."""
    return ottla(tool, "--bootstrap-server", broker.address, *words, stdin=stdin, check=False)
