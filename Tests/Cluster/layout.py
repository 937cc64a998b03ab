"""Which nodes a cluster has."""
import dataclasses, re

NAMED = {"a": "1c+2k+1o", "b": "1c+3o", "c": "3c+2k+2o"}


@dataclasses.dataclass(frozen=True)
class Layout:
    """So many controllers (Kafka's own), brokers of Kafka and brokers of Ottla: `3c+2k+2o`, or the letter of one of the layouts of NAMED."""
    controllers: int
    kafka: int
    ottla: int

    @classmethod
    def parse(cls, text):
        match = re.fullmatch(r"(\d+)c(?:\+(\d+)k)?(?:\+(\d+)o)?", NAMED.get(text, text))
        if not match:
            raise ValueError(f"{text}: a layout is {', '.join(NAMED)} or like 1c+2k+1o: controllers, Kafka brokers, Ottla brokers")
        layout = cls(*(int(count or 0) for count in match.groups()))
        if layout.controllers < 1 or layout.kafka > 9 or layout.kafka + layout.ottla < 3:
            raise ValueError(f"{text}: at least one controller and three brokers (replicas are three), at most nine of Kafka's")
        return layout

    # The ids tell the makes apart wherever a log names a node.
    @property
    def controller_ids(self):
        return [1001 + n for n in range(self.controllers)]

    @property
    def kafka_ids(self):
        return [1 + n for n in range(self.kafka)]

    @property
    def ottla_ids(self):
        return [11 + n for n in range(self.ottla)]

    @property
    def broker_ids(self):
        return self.kafka_ids + self.ottla_ids

    def __str__(self):
        return f"{self.controllers}c+{self.kafka}k+{self.ottla}o"
