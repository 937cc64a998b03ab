"""Records that are produced in transactions."""
import contextlib, os, statistics

from load import Load
from support import KAFKA_HOME, Broker, KafkaBroker

SHAPES = [(records, partitions) for records in (100, 10_000) for partitions in (1, 8)]


def transactions():
    """One producer (our client library's), one transaction after the other, to Ottla as Kafka has it (`--durability os`) and with each step synced to the disk, and (with
    KAFKA_HOME) to Kafka, in turn: records a second, and what a transaction takes."""
    with contextlib.ExitStack() as stack:
        sides = {"Ottla, os": stack.enter_context(Broker("--topic", "p1:1", "--topic", "p8:8", "--durability", "os")).address}
        if KAFKA_HOME:
            sides["Kafka"] = stack.enter_context(KafkaBroker()).address
            from confluent_kafka.admin import AdminClient, NewTopic
            admin = AdminClient({"bootstrap.servers": sides["Kafka"]})
            for future in admin.create_topics([NewTopic("p1", 1), NewTopic("p8", 8)]).values():
                future.result(30)
        sides["Ottla, fsync"] = stack.enter_context(Broker("--topic", "p1:1", "--topic", "p8:8")).address
        loads = {name: stack.enter_context(Load("transactions", address)) for name, address in sides.items()}
        for records, partitions in SHAPES:
            count = 100 if records == 100 else 10
            times = {name: [] for name in sides}
            for run in range(int(os.environ.get("RUNS", "3")) + 1):
                for name, load in loads.items():
                    taken = load(f"{count} {records} p{partitions} {partitions}") / count
                    if run:
                        times[name].append(taken)
            medians = {name: statistics.median(values) for name, values in times.items()}
            for name, taken in medians.items():
                print(f"{records:6} records a transaction, {partitions} partitions, {name:12}: {taken * 1000:7.2f} ms a transaction, {records / taken:9.0f} records/s")
            if KAFKA_HOME:
                print(f"{'':6} Ottla, os / Kafka = {medians['Kafka'] / medians['Ottla, os']:.2f} times the rate; fsync costs {(medians['Ottla, fsync'] - medians['Ottla, os']) * 1000:.2f} ms a transaction")
