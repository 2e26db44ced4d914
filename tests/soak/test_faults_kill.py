"""Everything, the supervisor or who serves is killed in mid-burst, at random moments."""

from random import Random

import pytest

from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.providers.twilio_server import NUMBER
from tests.soak.stage import KILLS, LONG, SEED, gateway_with
from tests.soak.traffic import Traffic
from tests.soak.web_peer import WebPeer


def everything(gateway: GatewayProcess) -> None:
    gateway.kill()
    gateway.start()


def the_supervisor(gateway: GatewayProcess) -> None:
    gateway.kill_supervisor()
    gateway.start()


def who_serves(gateway: GatewayProcess) -> None:
    gateway.kill_worker()
    until(gateway.serves, "the supervisor starts it again", 60, gateway.log)


RESUMED = "UPDATE outbox SET state = 'queued', due_at = 0 WHERE state = 'claimed'"
FORGOTTEN = "DELETE FROM inbound WHERE id = (SELECT min(id) FROM inbound)"


@pytest.mark.slow
@pytest.mark.timeout(LONG)
def test_a_gateway_killed_in_mid_burst_loses_nothing_and_doubles_nothing(tmp_path, counted):
    chance, in_flight = Random(SEED), 0
    faults = ([everything, who_serves, everything, the_supervisor] * KILLS)[:KILLS]
    with WebPeer(chance) as peer, gateway_with(tmp_path, "twilio", peer, NUMBER) as gateway:
        with Traffic(gateway, peer, chance) as traffic:
            for kill in faults:
                traffic.moment()
                in_flight += traffic.in_flight() > 0
                kill(gateway)
        traffic.ends()
        account = traffic.account()
    assert in_flight > KILLS / 2, "the kills came when nothing was on its way"
    assert traffic.broken >= KILLS, "the kills broke no calls"
    assert account.unknown > 0, "nothing was cut off"
    counted("gateway killed", faults=KILLS, in_flight=in_flight, **account.counts())
    assert account.wrong == {}, f"SEED={SEED}"


def test_a_gateway_that_resumed_and_forgot_would_be_found_out(tmp_path):
    chance = Random(SEED)
    with WebPeer(chance) as peer, gateway_with(tmp_path, "twilio", peer, NUMBER) as gateway:
        # From the first on: later, emergencies alone would take all lines of so slow a provider.
        quick, peer.silence = peer.silence, 9.0
        with Traffic(gateway, peer, chance) as traffic:
            until(lambda: traffic.promised.into, "one is accepted", told=gateway.log)
            until(lambda: ordinary(peer.taken()), "one is in flight", told=gateway.log)
            gateway.kill()
            peer.silence = quick
            with gateway.long_ago() as db:
                db.execute(RESUMED)
                db.execute(FORGOTTEN)
            gateway.start()
        traffic.ends()
        account = traffic.account()
    assert account.doubled > 0
    assert account.lost_in == 1


def ordinary(taken: list[tuple[str, str]]) -> bool:
    return any(text.startswith("Water") for _, text in taken)
