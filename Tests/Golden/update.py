"""Says what the golden files would change to: plays every script and writes what our tools print to `.build-golden/`, for review by diff.
The files in `transcripts/` are recordings of Kafka and are rewritten only with a new recording of it."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from compare import compare, read_deviations
from test_golden import HERE, SCRIPTS, play

out = pathlib.Path(".build-golden")
out.mkdir(exist_ok=True)
failed = 0
for script in sys.argv[1:] or SCRIPTS:
    directory = out / script
    if directory.exists():
        import shutil
        shutil.rmtree(directory)
    directory.mkdir()
    print(f"== {script}")
    failed += compare(HERE / "transcripts" / f"{script}.txt", play(script, directory), False, read_deviations(HERE / "deviations.tsv") or [])
sys.exit(failed > 0)
