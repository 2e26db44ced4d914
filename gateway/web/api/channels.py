"""Channels: what each carries, how it is, and whether it ever confirms, for programs."""

from flask.typing import ResponseReturnValue

from gateway.context import Channel
from gateway.web.api import rights
from gateway.web.api.door import answer, blueprint, gateway, needs
from gateway.web.console import health


@blueprint.get("/channels")
@needs(*rights.READ_CHANNELS)
def list_channels() -> ResponseReturnValue:
    """Return the channels in the order they are tried; settings are not shown."""
    gw = gateway()
    return answer({"channels": [_shown(one, gw.clock()) for one in gw.channels.all()]})


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
