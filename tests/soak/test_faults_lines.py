"""The provider cuts the line after it took a message: only an emergency goes again, and once."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

from tests.journeys.smpp_network import CODE
from tests.journeys.waiting import until
from tests.providers.twilio_server import NUMBER
from tests.soak.line_peer import LinePeer
from tests.soak.stage import FAULTS, LONG, SEED, gateway_with
from tests.soak.traffic import OUTBOX, URGENT, Traffic
from tests.soak.web_peer import WebPeer

MOST = 10 * FAULTS


@pytest.mark.timeout(LONG)
@pytest.mark.parametrize(
    "kind, provider, address", [(WebPeer, "twilio", NUMBER), (LinePeer, "smpp", CODE)]
)
def test_what_was_taken_and_not_confirmed_goes_again_only_as_an_emergency(
    tmp_path, counted, kind, provider, address
):
    chance = Random(f"{SEED} {provider}")
    with (
        kind(chance, MOST) as peer,
        gateway_with(tmp_path, provider, peer, address) as gateway,
    ):
        with Traffic(gateway, peer, chance, callers=1, most=10) as traffic:
            until(lambda: enough(peer.cut), "the cuts", LONG, gateway.log)
            peer.cuts = 0
        traffic.ends()
        account = traffic.account()
        rows = gateway.rows(OUTBOX)
        tried = gateway.rows("SELECT recipient, text, attempts FROM outbox")
    cut, copies = Counter(peer.cut), Counter(peer.taken())
    urgent = {one for one in cut if one[1] in traffic.promised.urgent}
    states = {(row["recipient"], row["text"]): row["state"] for row in rows}
    tries = {(row["recipient"], row["text"]): row["attempts"] for row in tried}
    assert {states[one] for one in cut if one not in urgent} == {"unknown"}, f"SEED={SEED}"
    assert {copies[one] for one in cut if one not in urgent} == {1}, f"SEED={SEED}"
    # A cut for another may meet one on its way there: then that was its first try.
    assert {copies[one] for one in urgent} <= {1, 2}, f"SEED={SEED}"
    assert {tries[one] for one in urgent} == {2}, f"SEED={SEED}"
    family = f"line cut after acceptance ({provider})"
    counted(family, faults=len(cut), in_flight=len(cut), **account.counts())
    assert account.wrong == {}, f"SEED={SEED}"


def enough(cut: Sequence[tuple[str, str]]) -> bool:
    """Whether so many lines were cut, an emergency and an ordinary message among them."""
    kinds = {text.startswith(URGENT) for _, text in cut}
    return len(cut) >= FAULTS and len(kinds) == 2
