"""Plays every recorded script through our tools on Kafka's broker and through Kafka's tools on ours, and compares with the recordings."""
import pathlib, re, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from compare import compare, read_deviations
from player import Recorder
from support import KAFKA_HOME, Broker, KafkaBroker, kafka_tools, links
from test_golden import HERE, ON_KAFKA, SCRIPTS

if not KAFKA_HOME:
    sys.exit("parity needs KAFKA_HOME and Java")
failed = 0
for script in sys.argv[1:] or SCRIPTS:
    case = HERE / "cases" / f"{script}.txt"
    settings = [line.split(" ", 1)[1].strip() for line in case.read_text().splitlines() if line.startswith("#broker ")]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        both = {
            "our tools, Kafka's broker": (KafkaBroker(*settings), links(directory / "ours", f"{KAFKA_HOME}/bin")),
            "Kafka's tools, our broker": (Broker(*[word for setting in settings for word in ("--override", setting)]), kafka_tools(directory / "kafka")),
        }
        names = set(re.findall(r"(?m)^\$ .*?(kafka-[\w-]+\.sh)", case.read_text()))
        if script in ON_KAFKA or not any((directory / "kafka" / name).exists() for name in names):
            # Ours cannot be that broker, or none of these tools of Kafka's is at hand.
            del both["Kafka's tools, our broker"]
        for title, (broker, tools) in both.items():
            print(f"== {script}: {title}", flush=True)
            with broker:
                recorder = Recorder(case, tools.resolve(), {"B": broker.address, "DATA": getattr(broker, "data", broker.directory + "/data")})
                try:
                    text = recorder.play()
                finally:
                    recorder.stop()
            played = directory / "played.txt"
            played.write_bytes(text.encode("utf-8", "surrogateescape"))
            failed += compare(HERE / "transcripts" / f"{script}.txt", played, False, read_deviations(HERE / "deviations.tsv"))
sys.exit(failed > 0)
