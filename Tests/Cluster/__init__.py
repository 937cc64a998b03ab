"""Clusters of real nodes under clients that keep account of what they were promised, while the nodes are killed, paused, parted and moved about.

`make cluster-torture` runs it; `torture.py` is the way through, from the first node's start to the last check."""
import pathlib, sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
for folder in (TESTS, TESTS / "Integration"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
