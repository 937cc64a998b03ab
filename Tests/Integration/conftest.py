import pathlib, sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from support import Broker


@pytest.fixture
def broker():
    with Broker() as broker:
        yield broker


@pytest.fixture(scope="module")
def shared_broker():
    """For tests that only need a topic of their own."""
    with Broker() as broker:
        yield broker


@pytest.fixture
def topic(request):
    return "".join(c if c.isalnum() else "-" for c in request.node.name)[:80]
