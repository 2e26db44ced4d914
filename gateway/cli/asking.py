"""Asking at a terminal for what a provider needs and was not given."""

import sys
from collections.abc import Iterable, Mapping

import click

from gateway.providers import Need


def asked(needs: Iterable[Need], given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that must be given and were not, as somebody types them here.

    Where nobody sits at a terminal nothing is asked, and the whole is refused with its reasons.
    """
    if not sys.stdin.isatty():
        return {}
    return {
        need.name: _one(need) for need in needs if need.default is None and need.name not in given
    }


def _one(need: Need) -> str:
    """Ask until the value has the right form; a secret is not shown."""
    click.echo(need.meaning)
    while True:
        value: str = click.prompt(need.name, hide_input=need.secret).strip()
        wrong = need.wrong(value)
        if wrong is None:
            return value
        click.echo(wrong)
