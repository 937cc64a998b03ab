"""Writes Sources/ottla/start.order from what starts of a release binary use: `start_order.py BINARY`, which has its symbols still.

The linker lays these functions and variables side by side, in the order of first use. A process then has the few pages of its binary in memory that it
needs, rather than one for each function of a start and its neighbours' that it never calls. The order is a hint: a name that is gone has no effect.
A breakpoint at the entry of each function tells of its first call (ptrace of x86-64 Linux); a variable counts if a start has changed it."""
import ctypes, os, pathlib, shlex, shutil, signal, struct, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORDER = ROOT / "Sources/ottla/start.order"
CLIENTS = [
    "topics --create --topic t --partitions 3", "topics --list", "topics --describe", "console-producer --topic t",
    "console-consumer --topic t --from-beginning --max-messages 3 --group g", "consumer-groups --describe --group g", "consumer-groups --list",
    "get-offsets --topic t", "configs --describe --entity-type topics --entity-name t", "broker-api-versions", "topics --delete --topic t",
]
TRACEME, CONT, GETREGS, SETREGS, SETOPTIONS = 0, 7, 12, 13, 0x4200
TRACE_CLONES, EXIT_KILLS, EVERY_THREAD = 0x8, 0x100000, 0x40000000
INSTRUCTION_POINTER, REGISTERS, BREAKPOINT = 16, "27Q", 0xCC


class Binary:
    """Names of functions and variables by address, and where a process has them."""

    def __init__(self, path):
        self.path, self.functions, self.variables = str(path), {}, {}
        for line in self.run("nm", "--defined-only"):
            address, kind, name = line.split(None, 2)
            if kind in "tTwW":
                # Any of its names serves; one that others see is the likeliest to stay.
                if kind in "TW" or int(address, 16) not in self.functions:
                    self.functions[int(address, 16)] = name
        for line in self.run("nm", "--defined-only", "-S"):
            words = line.split(None, 3)
            if len(words) == 4 and words[2] in "dDbBvV":
                self.variables[int(words[0], 16)] = (int(words[1], 16), words[3])
        self.sections = {}
        for line in self.run("readelf", "-SW"):
            words = line.replace("[ ", "[").split()
            if len(words) > 7 and words[1] in (".text", ".data", ".bss"):
                self.sections[words[1]] = [int(word, 16) for word in words[3:6]]

    def run(self, *command):
        return subprocess.run([*command, self.path], capture_output=True, text=True, check=True).stdout.splitlines()


class Traced:
    """A process whose functions are noted when they are first called."""

    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

    def __init__(self, binary, words, output):
        self.binary, self.called = binary, {}
        self.pid = os.fork()
        if self.pid == 0:
            self.libc.ptrace(TRACEME, 0, None, None)
            os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
            os.dup2(os.open(output + ".in", os.O_RDONLY), 0)
            os.execv(binary.path, [binary.path, *words])
        os.waitpid(self.pid, 0)
        self.ask(SETOPTIONS, self.pid, None, TRACE_CLONES | EXIT_KILLS)
        self.memory = open(f"/proc/{self.pid}/mem", "r+b", buffering=0)
        self.start, _, length = self.binary.sections[".text"]
        self.text = self.read(self.start, length)
        patched = bytearray(self.text)
        for address in binary.functions:
            if 0 <= address - self.start < length:
                patched[address - self.start] = BREAKPOINT
        self.write(self.start, bytes(patched))
        self.ask(CONT, self.pid)

    def ask(self, what, thread, address=None, data=None):
        if self.libc.ptrace(what, thread, address, data) < 0 and what != CONT:
            raise OSError(ctypes.get_errno(), f"ptrace {what}")

    def read(self, address, length):
        self.memory.seek(address)
        return self.memory.read(length)

    def write(self, address, data):
        self.memory.seek(address)
        self.memory.write(data)

    def stopped(self, thread, status):
        """A thread stopped: at a breakpoint, because it is new, or by a signal that it is given."""
        number = os.WSTOPSIG(status)
        if number == signal.SIGTRAP and status >> 16 == 0:
            registers = ctypes.create_string_buffer(struct.calcsize(REGISTERS))
            self.ask(GETREGS, thread, None, ctypes.cast(registers, ctypes.c_void_p))
            values = list(struct.unpack(REGISTERS, registers.raw))
            values[INSTRUCTION_POINTER] -= 1
            address = values[INSTRUCTION_POINTER]
            if address not in self.called:
                self.called[address] = None
                self.write(address, self.text[address - self.start:address - self.start + 1])
            registers.raw = struct.pack(REGISTERS, *values)
            self.ask(SETREGS, thread, None, ctypes.cast(registers, ctypes.c_void_p))
        self.ask(CONT, thread, None, 0 if number in (signal.SIGTRAP, signal.SIGSTOP) else number)

    def run(self, until):
        """Lets it run until something is so, or it ends."""
        while not until():
            thread, status = os.waitpid(-1, EVERY_THREAD | os.WNOHANG)
            if thread == 0:
                time.sleep(0.0005)
            elif os.WIFSTOPPED(status):
                self.stopped(thread, status)
            elif thread == self.pid:
                return

    def changed(self):
        """Variables that are not as in the file."""
        names, image = [], pathlib.Path(self.binary.path).read_bytes()
        for section in (".data", ".bss"):
            address, offset, size = self.binary.sections[section]
            then = bytes(size) if section == ".bss" else image[offset:offset + size]
            now = self.read(address, size)
            for place, (length, name) in self.binary.variables.items():
                at = place - address
                if 0 <= at < size and now[at:at + length] != then[at:at + length]:
                    names.append(name)
        return names

    def names(self):
        return [self.binary.functions[address] for address in self.called]


def traced_start(binary, directory):
    """What `serve` uses until it is ready, and then to answer clients."""
    output = f"{directory}/serve"
    pathlib.Path(output + ".in").touch()
    server = Traced(binary, ["serve", "--listen", "127.0.0.1:0", "--data-dir", f"{directory}/data"], output)
    ready = time.monotonic() + 60

    def is_ready():
        assert time.monotonic() < ready, pathlib.Path(output).read_text()
        return " is ready on " in pathlib.Path(output).read_text()

    server.run(is_ready)
    rest = time.monotonic() + 1
    server.run(lambda: time.monotonic() > rest)
    names = server.changed() + server.names()
    address = pathlib.Path(output).read_text().split(" is ready on ")[1].split(";")[0].split()[0]
    clients = subprocess.Popen(["bash", "-c", "\n".join(
        f"printf '1\\n2\\n3\\n' | {shlex.quote(binary.path)} {words} --bootstrap-server {address}" for words in CLIENTS)], stdout=subprocess.DEVNULL)
    server.run(lambda: not pathlib.Path(f"/proc/{clients.pid}").exists() or "Z" in pathlib.Path(f"/proc/{clients.pid}/stat").read_text().split()[2])
    os.kill(server.pid, signal.SIGKILL)
    return names + server.names()


def traced_tool(binary, directory):
    """What a tool uses, beside a server that is not traced."""
    server = subprocess.Popen([binary.path, "serve", "--listen", "127.0.0.1:0", "--ephemeral"], stdout=subprocess.PIPE, text=True)
    address = server.stdout.readline().split(" is ready on ")[1].split(";")[0]
    pathlib.Path(f"{directory}/tool.in").touch()
    tool = Traced(binary, ["topics", "--list", "--bootstrap-server", address], f"{directory}/tool")
    tool.run(lambda: False)
    server.kill()
    return tool.names()


def main():
    directory = tempfile.mkdtemp(prefix="ottla-order-")
    try:
        binary = Binary(pathlib.Path(sys.argv[1]).resolve())
        names = dict.fromkeys(traced_start(binary, directory) + traced_tool(binary, directory))
    finally:
        shutil.rmtree(directory)
    ORDER.write_text("".join(name + "\n" for name in names))
    print(f"{len(names)} of {len(binary.functions)} functions and {len(binary.variables)} variables")


if __name__ == "__main__":
    main()
