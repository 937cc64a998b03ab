"""What DescribeConfigs says of each key where documentation is asked for: a text of our own, for the same keys as Kafka (KAFKA_HOME)."""
import re

import pytest

from support import KAFKA_HOME, Broker, KafkaBroker
from test_clients import create
from wire import Form, Wire

REQUEST = Form("resources:[type:b name:s keys:[s]] synonyms:? documentation:?", flexible=True)
RESPONSE = Form(
    "throttle:i results:[error:h message:s type:b name:s configs:[name:s value:s readonly:? source:b sensitive:? "
    "synonyms:[name:s value:s source:b] type:b documentation:s]]", flexible=True)
KINDS = {2: "t", 4: "1", 16: "m", 32: "g"}
OPTIONS = ["no.such.key=1", "listener.name.plaintext.sasl.enabled.mechanisms=PLAIN"]
# So many words in a row are nobody's own.
RUN = 6


def texts(broker):
    """Kind of resource and key, and what is said of it."""
    create(broker, "t")
    with Wire(broker.address) as wire:
        answer = wire.ask(32, 4, REQUEST, RESPONSE, ([(kind, name, None) for kind, name in KINDS.items()], False, True))
    return {(result["type"], row["name"]): row["documentation"] for result in answer["results"] for row in result["configs"]}


def runs(text):
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[n:n + RUN]) for n in range(len(words) - RUN + 1)}


@pytest.mark.skipif(not KAFKA_HOME, reason="KAFKA_HOME is not set")
def test_every_key_that_kafka_explains_is_explained_in_other_words():
    with Broker(*[word for option in OPTIONS for word in ("--override", option)]) as broker:
        ours = texts(broker)
    with KafkaBroker(*OPTIONS) as broker:
        theirs = texts(broker)
    both = ours.keys() & theirs.keys()
    assert len(both) > 350
    assert {key for key in both if ours[key] is None} == {key for key in both if theirs[key] is None} != set()
    copied = set().union(*(runs(text) for text in theirs.values() if text))
    assert [key for key in both if ours[key] and (ours[key] == theirs[key] or runs(ours[key]) & copied)] == []
