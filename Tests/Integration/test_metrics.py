"""What `ottla serve --metrics` tells of itself over HTTP."""
import re, socket, subprocess, urllib.error, urllib.request

import pytest

from support import OTTLA, Broker, ottla


@pytest.fixture(scope="module")
def served():
    with Broker("--topic", 'a:2', "--metrics", "127.0.0.1:0") as broker:
        yield broker, re.search(r"measures are at http://127\.0\.0\.1:(\d+)/metrics", broker.output())[1]


def raw(port, request):
    """Everything that comes back until the end."""
    with socket.create_connection(("127.0.0.1", int(port)), 10) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer.decode()


def test_measures_of_a_broker(served):
    broker, port = served
    ottla("console-producer", "--bootstrap-server", broker.address, "--topic", "a", stdin="one\ntwo\n")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics?x=y", timeout=10) as answer:
        text = answer.read().decode()
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP \w+ .+|TYPE \w+ (gauge|counter))|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-+.e\d]+', line), line
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert sum(int(value) for name, value in values.items() if name.startswith('kafka_log_log_logendoffset{topic="a"')) == 2
    assert values["kafka_server_replicamanager_leadercount"] == "2" and values["kafka_server_replicamanager_offlinereplicacount"] == "0"
    assert 0 < float(values["process_cpu_seconds_total"]) < 100 and int(values["process_resident_memory_bytes"]) > 1 << 20
    # Each name is described once.
    names = re.findall(r"# TYPE (\w+)", text)
    assert len(names) == len(set(names)) and set(names) == {re.match(r"\w+", name)[0] for name in values}


def test_what_else_is_asked_gets_a_clear_answer(served):
    _, port = served
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
    assert refused.value.code == 404 and refused.value.read() == b"The measures are at /metrics.\n"
    head, _, body = raw(port, b"HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n").partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK\r\n") and int(re.search(r"Content-Length: (\d+)", head)[1]) > 1000 and body == ""
    for request, status in ((b"POST /metrics HTTP/1.1\r\n\r\n", 405), (b"\0\0\0\x10 not HTTP\n\n", 400), (b"GET /metrics\r\n\r\n", 400),
                            (b"GET /" + b"x" * 20_000, 431)):
        assert raw(port, request).startswith(f"HTTP/1.1 {status} ")
    # A head that comes in pieces, and one that never comes to its end.
    with socket.create_connection(("127.0.0.1", int(port)), 10) as slow:
        for piece in (b"GET /metr", b"ics HTTP/1.1\r", b"\n\r\n"):
            slow.sendall(piece)
        assert slow.recv(15) == b"HTTP/1.1 200 OK"
    with socket.create_connection(("127.0.0.1", int(port)), 10) as dead:
        dead.sendall(b"GET ")
    assert raw(port, b"GET /metrics HTTP/1.0\n\n").startswith("HTTP/1.1 200 OK\r\n")


def test_an_address_in_use_is_refused_before_anybody_is_served(served):
    _, port = served
    done = subprocess.run([OTTLA, "serve", "--ephemeral", "--listen", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and f"cannot listen on 127.0.0.1:{port} for --metrics: " in done.stderr and "is ready" not in done.stdout
