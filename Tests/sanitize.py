"""Builds the binary with sanitizers and plays the integration tests on it: `sanitize.py [address] [thread] [--short]`.

Fails if a test fails or a sanitizer has reported anything, also of a process that was killed afterwards; the reports are shown."""
import os, pathlib, shutil, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Scratch path, arguments of the build, variable of the sanitizer's options, options. See `VisibleMutex` for the locks.
SANITIZERS = {
    "address": (".build-asan", [], "ASAN_OPTIONS", "detect_leaks=0"),
    "thread": (".build-tsan", ["-Xswiftc", "-DOTTLA_VISIBLE_LOCKS"], "TSAN_OPTIONS", "exitcode=66"),
}
# What is about the memory, the libraries or the descriptors of the release binary. Without KAFKA_HOME, what needs Kafka leaves itself out.
LEFT_OUT = "not (not_grow or garbage_never or only_the_c_library or descriptors or full_disk)"

# What `--short` plays: groups, replies and endings, where threads meet.
SHORT = ["Tests/Integration/test_answers.py", "Tests/Integration/test_endings.py", "Tests/Integration/test_groups.py"]


def play(kind, tests):
    scratch, build, variable, options = SANITIZERS[kind]
    subprocess.run(["swift", "build", f"--sanitize={kind}", "--scratch-path", scratch, *build, "--product", "ottla"], cwd=ROOT, check=True)
    reports = ROOT / scratch / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir()
    environment = {**os.environ, "OTTLA": str(ROOT / scratch / "debug/ottla"), "OTTLA_KILLS": "5", variable: f"{options} log_path={reports}/report"}
    environment.pop("KAFKA_HOME", None)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-c", "Tests/pytest.ini", *tests, "-k", LEFT_OUT], cwd=ROOT, env=environment)
    found = sorted(reports.iterdir())
    for report in found:
        print(report.read_text(errors="replace"))
    print(f"{kind} sanitizer: {len(found)} processes with reports")
    return done.returncode != 0 or bool(found)


if __name__ == "__main__":
    kinds = [word for word in sys.argv[1:] if word in SANITIZERS] or list(SANITIZERS)
    tests = SHORT if "--short" in sys.argv else ["Tests/Integration"]
    # Each is played, also if the one before has failed.
    sys.exit(any([play(kind, tests) for kind in kinds]))
