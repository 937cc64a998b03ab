"""`python -m Cluster --seed N --minutes M --layout 1c+2k+1o`: exits with 1 and keeps its directory if anything was found."""
import argparse, pathlib, random, shutil, signal, sys, tempfile

from support import KAFKA_HOME

from .events import WEIGHTS, WEIGHTS_OF_DISKS
from .layout import NAMED, Layout
from .sabotage import KINDS
from .torture import WORKLOADS, Options, Torture


def arguments():
    parser = argparse.ArgumentParser(prog="cluster-torture", description="Nodes of a cluster are killed, paused, parted and moved under clients that keep account.")
    parser.add_argument("--seed", type=int, help="what is chosen at random is chosen by it (default: a new one)")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, help="at least so many, also if the minutes are over (default: 4 a minute)")
    parser.add_argument("--layout", default="a", help=f"controllers, Kafka brokers, Ottla brokers; {', '.join(f'{name}: {text}' for name, text in NAMED.items())}")
    parser.add_argument("--network", action="store_true", help="put a proxy between the nodes, and stop single directions of single links too")
    parser.add_argument("--disks", type=int, default=1, help="log directories of each broker of ours; logs are moved between them, and one is gone now and then")
    parser.add_argument("--down", type=int, default=1, help="how many brokers may be down at once")
    parser.add_argument("--without", action="append", choices=WORKLOADS, default=[], help="a workload that is left out; producers are always at work")
    parser.add_argument("--only", action="append", choices=[*WEIGHTS, *WEIGHTS_OF_DISKS, "part"], default=[], help="an event that there is to be, besides others given so (default: all)")
    parser.add_argument("--sabotage", choices=KINDS, default="", help="do a wrong that must be found: " + "; ".join(f"{kind}: {text}" for kind, text in KINDS.items()))
    parser.add_argument("--keep", action="store_true", help="keep the directory also if nothing was found")
    given = parser.parse_args()
    try:
        given.layout = Layout.parse(given.layout)
    except ValueError as error:
        parser.error(str(error))
    return given


def main():
    given = arguments()
    if not KAFKA_HOME:
        sys.exit("KAFKA_HOME is not set or there is no Java: the controllers are Kafka's")
    # An end by SIGTERM runs the same way out as any other.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seed = random.randrange(1 << 30) if given.seed is None else given.seed
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ottla-torture-"))
    kills = int(4 * given.minutes) if given.kills is None else given.kills
    options = Options(given.layout, seed, given.minutes, kills, directory, given.network, given.down, tuple(given.without), tuple(given.only), given.sabotage, given.disks)
    try:
        findings = Torture(options).run()
    except BaseException:
        print(f"SEED={seed}: ended before its time; all directories and logs are kept in {directory}", flush=True)
        raise
    print(f"SEED={seed}: {len(findings)} findings")
    for finding in findings:
        print("  " + finding)
    if findings or given.keep:
        print(f"all directories and logs are kept in {directory}")
    else:
        shutil.rmtree(directory)
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
