"""A seed of the simulated cluster leaves the same trace in every process."""
import os, pathlib, subprocess

import pytest

SIMULATE = pathlib.Path(__file__).resolve().parents[2] / ".build/debug/simulate"


@pytest.mark.skipif(not SIMULATE.exists(), reason="the debug build is not there")
def test_a_seeds_trace_is_the_same_in_another_process():
    # The order of Swift's dictionaries differs from process to process unless they are told otherwise; nothing else may.
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    runs = [subprocess.run([SIMULATE, "1-4"], env=environment, capture_output=True, text=True, timeout=100) for _ in range(2)]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stdout
    assert runs[0].stdout == runs[1].stdout
    traces = [line.split()[3] for line in runs[0].stdout.splitlines() if line.startswith("seed ")]
    # Each seed plays records, transactions and a cluster.
    assert len(traces) == len(set(traces)) == 12
