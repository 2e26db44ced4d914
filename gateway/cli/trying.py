"""Trying a channel on the command line, with an exit code."""

from collections.abc import Mapping

import click

from gateway import trial
from gateway.context import Channel, Gateway
from gateway.domain.messages import Outcome
from gateway.providers.conditions import Conditioned
from gateway.providers.fetching import Closes


def sign_in(channel: Channel) -> int:
    """Sign in at the provider and send nothing; return the exit code."""
    try:
        told = trial.sign_in(channel)
        if told.outcome is not Outcome.ACCEPTED:
            return _shown(told)
        for name, value in _condition(channel).items():
            click.echo(f"{name:9} {value}")
    finally:
        _let_go(channel)
    more = "" if channel.provider.can.polled else " Send a message too: --to NUMBER"
    click.echo(f"{told.words}{more}")
    return 0


def text(gw: Gateway, channel: Channel, to: str) -> int:
    """Text one number, past the queue; return the exit code."""
    try:
        return _shown(trial.text(gw, channel, to))
    finally:
        _let_go(channel)


def _let_go(channel: Channel) -> None:
    if isinstance(channel.provider, Closes):
        channel.provider.close()


def _condition(channel: Channel) -> Mapping[str, str]:
    provider = channel.provider
    return provider.condition() if isinstance(provider, Conditioned) else {}


def _shown(told: trial.Told) -> int:
    """Say what came of it, with the provider's own code; return the exit code."""
    click.echo(f"{told.outcome}: {told.words} {told.code}".rstrip())
    return 0 if told.outcome is Outcome.ACCEPTED else 1
