"""The provider cuts the line after it took a message: only an emergency goes again, and once."""

from collections import Counter
from random import Random

import pytest

from tests.journeys.smpp_network import CODE
from tests.journeys.waiting import until
from tests.providers.twilio_server import NUMBER
from tests.soak.line_peer import LinePeer
from tests.soak.stage import FAULTS, LONG, SEED, gateway_with
from tests.soak.traffic import OUTBOX, Traffic
from tests.soak.web_peer import WebPeer


@pytest.mark.timeout(LONG)
@pytest.mark.parametrize(
    "kind, provider, address", [(WebPeer, "twilio", NUMBER), (LinePeer, "smpp", CODE)]
)
def test_what_was_taken_and_not_confirmed_goes_again_only_as_an_emergency(
    tmp_path, counted, kind, provider, address
):
    chance = Random(f"{SEED} {provider}")
    with (
        kind(chance, FAULTS) as peer,
        gateway_with(tmp_path, provider, peer, address) as gateway,
    ):
        with Traffic(gateway, peer, chance, callers=1, most=10) as traffic:
            until(lambda: len(peer.cut) == FAULTS, "the cuts", LONG, gateway.log)
        traffic.ends()
        account = traffic.account()
        rows = gateway.rows(OUTBOX)
    cut, copies = Counter(peer.cut), Counter(peer.taken())
    urgent = {one for one in cut if one[1] in traffic.promised.urgent}
    states = {(row["recipient"], row["text"]): row["state"] for row in rows}
    assert {states[one] for one in cut if one not in urgent} == {"unknown"}, f"SEED={SEED}"
    assert {copies[one] for one in cut if one not in urgent} == {1}, f"SEED={SEED}"
    assert {copies[one] for one in urgent} == {2}, f"SEED={SEED}"
    family = f"line cut after acceptance ({provider})"
    counted(family, faults=FAULTS, in_flight=FAULTS, **account.counts())
    assert account.wrong == {}, f"SEED={SEED}"
