"""A cluster of two of Kafka's brokers and ours under load while its nodes are killed, for two minutes; `make cluster-torture` goes on for longer, in other layouts."""
import pathlib, random, sys

import pytest

from support import KAFKA_HOME

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Cluster"))
from torture import run

pytestmark = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")


def test_nothing_that_was_promised_is_lost():
    assert run(seed=random.SystemRandom().randrange(1 << 30), minutes=2, kills=10, layout="1c+2k+1o") == []


def test_a_lost_record_would_be_missed():
    problems = run(seed=7, minutes=0, kills=0, layout="1c+2k+1o", transactions=False, sabotage=True)
    assert len(problems) == 1 and "acknowledged records" in problems[0] and "are not there" in problems[0]
