"""Channels: what each carries, how it is, and whether it ever confirms, for programs."""

from math import inf

from flask.typing import ResponseReturnValue

from gateway.context import Channel
from gateway.domain.budget import Limits
from gateway.web.api import rights
from gateway.web.api.door import answer, blueprint, gateway, needs
from gateway.web.console import health


@blueprint.get("/channels")
@needs(*rights.READ_CHANNELS)
def list_channels() -> ResponseReturnValue:
    """Return the channels in the order they are tried; settings are not shown."""
    gw = gateway()
    db, now = gw.store.read, gw.clock()
    shown = [_shown(one, now) | _left(one.limits(db, now)) for one in gw.channels.all()]
    return answer({"channels": shown})


def _left(limits: Limits) -> dict[str, object]:
    parts = {"all": limits.parts(urgent=False), "emergency": limits.parts(urgent=True)}
    return {
        "limits": max(limits.credit_stands(), limits.quota_stands()).word,
        "credit": round(limits.credit.left, 4) + 0.0 if limits.credit else None,
        "parts_left": {to: int(n) if n < inf else None for to, n in parts.items()},
    }


def _shown(channel: Channel, now: float) -> dict[str, object]:
    how, can = health.one(channel.row, {}, now), channel.provider.can
    return {
        "name": channel.name,
        "provider": channel.row["provider"],
        "address": channel.row["address"],
        "state": how.state,
        "reason": how.reason or None,
        "sms": can.sms,
        "ussd": can.ussd,
        "confirms": channel.confirms,
    }
