"""Stands in for `kafka-producer-perf-test.sh` where a recorded script needs transactions: the same records, sent in transactions of the same length, by
another client. What it prints has the form of Kafka's tool, with numbers of its own."""
import argparse, sys, time

import confluent_kafka

MASK = (1 << 64) - 1


class SplittableRandom:
    """Java's generator of that name, as far as it is needed."""

    def __init__(self, seed):
        self.seed = seed

    def int(self):
        self.seed = (self.seed + 0x9E3779B97F4A7C15) & MASK
        z = self.seed
        z = ((z ^ (z >> 33)) * 0x62A9D9ED799705F5) & MASK
        return (((z ^ (z >> 28)) * 0xCB24D0A5C88C35B3) & MASK) >> 32

    def below(self, bound):
        while True:
            u = self.int() >> 1
            r = u % bound
            if u + bound - 1 - r < 1 << 31:
                return r


class Run:
    def __init__(self, options, properties):
        self.options, self.latencies, self.reported = options, [], False
        settings = {"transactional.id": options.transactional_id, "linger.ms": 0, **properties}
        self.producer = confluent_kafka.Producer(settings, logger=None, error_cb=lambda _: None)

    def said(self, error):
        """Kafka's tool goes on, too, once its producer has been shut out."""
        if not self.reported:
            print(error, file=sys.stderr, flush=True)
        self.reported = True

    def attempt(self, work, *arguments):
        try:
            return work(*arguments)
        except confluent_kafka.KafkaException as error:
            self.said(error)

    def send(self, value):
        began = time.monotonic()

        def delivered(error, _):
            if error:
                self.said(error)
            else:
                self.latencies.append((time.monotonic() - began) * 1000)

        self.producer.produce(self.options.topic, value, on_delivery=delivered)
        self.producer.poll(0)

    def play(self):
        random, options = SplittableRandom(0), self.options
        self.producer.init_transactions(60)
        began, opened = time.monotonic(), None
        for number in range(options.num_records):
            value = bytes(65 + random.below(26) for _ in range(options.record_size))
            if opened is None:
                self.attempt(self.producer.begin_transaction)
                opened = time.monotonic()
            self.attempt(self.send, value)
            if (time.monotonic() - opened) * 1000 >= options.transaction_duration_ms:
                self.attempt(self.producer.commit_transaction, 60)
                opened = None
            while options.throughput > 0 and time.monotonic() - began < (number + 1) / options.throughput:
                self.producer.poll(0.02)
        if opened is not None:
            self.attempt(self.producer.commit_transaction, 60)
        return self.summary(time.monotonic() - began)

    def summary(self, seconds):
        latencies = sorted(self.latencies) or [0.0]
        count, rate = len(self.latencies), len(self.latencies) / seconds
        shares = ((50, "50th"), (95, "95th"), (99, "99th"), (99.9, "99.9th"))
        parts = [f"{int(latencies[int(share / 100 * (len(latencies) - 1))])} ms {name}" for share, name in shares]
        return (f"{count} records sent, {rate:f} records/sec ({rate * self.options.record_size / (1 << 20):.2f} MB/sec), "
                f"{sum(latencies) / len(latencies):.2f} ms avg latency, {latencies[-1]:.2f} ms max latency, {', '.join(parts)}.")


def main():
    parser = argparse.ArgumentParser()
    for name, kind in (("--topic", str), ("--num-records", int), ("--record-size", int), ("--throughput", float), ("--transactional-id", str),
                       ("--transaction-duration-ms", int)):
        parser.add_argument(name, type=kind, required=True)
    parser.add_argument("--bootstrap-server")
    parser.add_argument("--producer-props", nargs="*", default=[])
    parser.add_argument("--command-property", action="append", default=[])
    options = parser.parse_args()
    if options.producer_props:
        print("Option --producer-props has been deprecated and will be removed in a future version. Use --command-property instead.")
    properties = dict(pair.split("=", 1) for pair in options.producer_props + options.command_property)
    if options.bootstrap_server:
        properties["bootstrap.servers"] = options.bootstrap_server
    print(Run(options, properties).play())


if __name__ == "__main__":
    main()
