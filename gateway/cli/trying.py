"""Trying a channel: what its provider says, in words a person can act on."""

import click

from gateway.context import Channel, Gateway
from gateway.domain.alerts import Refused
from gateway.domain.messages import Outcome, Outgoing, Result
from gateway.domain.phone import BadNumber, normalise
from gateway.providers import SendError
from gateway.providers.linking import Linked

OUTCOMES = {
    Outcome.ACCEPTED: "the provider took it. Look at the phone.",
    Outcome.THROTTLED: "the provider says: slower. Set a lower rate.",
    Outcome.TRANSIENT: "the provider could not be reached. Check the network and try again.",
    Outcome.UNKNOWN: "the line broke on the way. If it was a message, look at the phone.",
    Outcome.REJECTED: "the provider refuses this message.",
    Outcome.LEFT: "this person asked the network for silence.",
    Outcome.ACCOUNT: "the provider refuses this account: check sign-in, credit and sender.",
}


def sign_in(channel: Channel) -> int:
    """Sign in at the provider and send nothing; return the exit code."""
    try:
        channel.provider.check()
    except SendError as error:
        return _told(error.result(0))
    click.echo("The provider knows us. Send a message too: --to NUMBER")
    return 0


def text(gw: Gateway, channel: Channel, to: str) -> int:
    """Text one number, past the queue; return the exit code."""
    try:
        number = normalise(to, channel.region or gw.settings["REGION"]).value
    except BadNumber:
        raise Refused("That is not a number. Write it with + and the country code.") from None
    words = f"Test from {gw.settings['ORGANISATION']}. No danger. Do nothing."
    try:
        return _told(next(iter(channel.provider.send([Outgoing(0, number, words)]))))
    finally:
        if isinstance(channel.provider, Linked):
            channel.provider.close()


def _told(result: Result) -> int:
    """Say what came of it, with the provider's own code; return the exit code."""
    click.echo(f"{result.outcome}: {OUTCOMES[result.outcome]} {result.error or ''}".rstrip())
    return 0 if result.outcome is Outcome.ACCEPTED else 1
