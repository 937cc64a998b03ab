"""Plays every script and writes what our tools print where Kafka's recordings do not say it to `ours/`, for review by diff. What differs from Kafka and has
no reason in `deviations.tsv` is shown and left out. The files in `transcripts/` are recordings of Kafka and are rewritten only with a new recording of it."""
import pathlib, shutil, sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import ours
from compare import differences
from test_golden import GOLDEN, SCRIPTS, is_ours, is_unordered, play_all, reasons

out = pathlib.Path(".build-golden").resolve()
shutil.rmtree(out, ignore_errors=True)
failed = 0
for script, (transcript, _) in play_all(sys.argv[1:] or SCRIPTS, out.joinpath).items():
    rows = []
    for index, (golden, mine) in enumerate(zip(GOLDEN[script], transcript, strict=True)):
        if not is_ours(script, index):
            continue
        parts = ours.deviating(golden, mine, is_unordered(script, index))
        if parts and not any(part == "all" or parts == {part} for part, _ in reasons(script, index)):
            failed += 1
            print(f"{script} {index}: $ {golden[0]}", *("    " + row for row in differences(golden, mine, False)), sep="\n")
        elif (sections := ours.expected(golden, mine, is_unordered(script, index))):
            rows.append((index, golden[0], sections))
    ours.write(script, rows)
sys.exit(f"{failed} differ without a reason" if failed else 0)
