"""Clusters under load while their nodes are killed, for two minutes and ten kills; `make cluster-torture` goes on for longer, in other layouts, and parts the network."""
import random

import pytest

from support import KAFKA_HOME
from Cluster.layout import Layout
from Cluster.torture import Options, Torture

pytestmark = pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set or there is no Java")


def run(directory, layout, minutes, kills, **more):
    seed = random.SystemRandom().randrange(1 << 30)
    findings = Torture(Options(Layout.parse(layout), seed, minutes, kills, directory, **more)).run()
    return seed, findings


@pytest.mark.timeout(900)
def test_nothing_that_was_promised_is_lost(tmp_path):
    seed, findings = run(tmp_path, "1c+2k+1o", 2, 10)
    assert findings == [], f"seed {seed}, kept in {tmp_path}"


@pytest.mark.timeout(400)
def test_a_record_that_all_replicas_lost_is_missed(tmp_path):
    seed, findings = run(tmp_path, "1c+2k+1o", 0, 0, sabotage="lose", without=("transactions",))
    assert any(" is lost" in finding for finding in findings), (seed, findings)
