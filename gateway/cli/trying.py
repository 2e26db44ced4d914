"""Trying a channel: what its provider says, in words a person can act on."""

from collections.abc import Mapping

import click

from gateway.context import Channel, Gateway
from gateway.domain.alerts import Refused
from gateway.domain.messages import Outcome, Outgoing, Result
from gateway.domain.phone import BadNumber, normalise
from gateway.providers import SendError
from gateway.providers.conditions import Conditioned, explained
from gateway.providers.fetching import Closes

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
        for name, value in _condition(channel).items():
            click.echo(f"{name:9} {value}")
    except SendError as error:
        return _told(error.result(0), channel)
    finally:
        _let_go(channel)
    click.echo("The provider knows us. Send a message too: --to NUMBER")
    return 0


def _let_go(channel: Channel) -> None:
    if isinstance(channel.provider, Closes):
        channel.provider.close()


def _condition(channel: Channel) -> Mapping[str, str]:
    provider = channel.provider
    return provider.condition() if isinstance(provider, Conditioned) else {}


def text(gw: Gateway, channel: Channel, to: str) -> int:
    """Text one number, past the queue; return the exit code."""
    try:
        number = normalise(to, channel.region or gw.settings["REGION"]).value
    except BadNumber:
        raise Refused("That is not a number. Write it with + and the country code.") from None
    words = f"Test from {gw.settings['ORGANISATION']}. No danger. Do nothing."
    try:
        return _told(next(iter(channel.provider.send([Outgoing(0, number, words)]))), channel)
    finally:
        _let_go(channel)


def _told(result: Result, channel: Channel) -> int:
    """Say what came of it, with the provider's own code; return the exit code."""
    words = explained(channel.provider, result.error) or OUTCOMES[result.outcome]
    click.echo(f"{result.outcome}: {words} {result.error or ''}".rstrip())
    return 0 if result.outcome is Outcome.ACCEPTED else 1
