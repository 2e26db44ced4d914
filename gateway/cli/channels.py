"""gateway channel …"""

import json
import sqlite3
from pathlib import Path

import click

from gateway import providers
from gateway.cli import channel_limits
from gateway.cli.asking import asked
from gateway.cli.channel_state import HOUR, described, share, state
from gateway.cli.hearing import heard
from gateway.cli.opening import BY, gateway, opened, plainly, show, web
from gateway.cli.routes import route
from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.providers.conditions import missing
from gateway.store import audit, channels, figures

NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}"


@click.group("channel")
def channel_command() -> None:
    """Ways in and out: a provider with an address and settings."""


def _given(pairs: tuple[str, ...], files: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE and NAME=FILE; the values of files are never shown."""
    found = {}
    for pair in (*pairs, *files):
        name, equals, value = pair.partition("=")
        if not equals:
            raise Refused(f"Write a setting as NAME=VALUE, not {name}.")
        found[name] = value
    for pair in files:
        name, _, file = pair.partition("=")
        found[name] = _read(Path(file))
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8. Save it so.") from None


def _checked(provider: str, settings: dict[str, str]) -> None:
    wrong = providers.wrong(providers.load(provider).needs, settings)
    if wrong:
        raise Refused("\n".join(wrong))


_options = [
    click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A setting."),
    click.option("--set-file", "files", multiple=True, metavar="NAME=PATH", help="From a file."),
    click.option("--rate", type=click.FloatRange(min=0.001), help="Parts a second."),
    click.option("--cost", type=click.FloatRange(min=0), help="Money a part."),
    *channel_limits.OPTIONS,
]


def _with_options(command: click.decorators.FC) -> click.decorators.FC:
    for option in reversed(_options):
        command = option(command)
    return command


@channel_command.command("add")
@click.argument("name")
@click.option("--provider", required=True, type=click.Choice(sorted(providers.PROVIDERS)))
@click.option("--address", default="", help="Its number, short code or sender name.")
@_with_options
@plainly
def add(
    name: str,
    provider: str,
    address: str,
    pairs: tuple[str, ...],
    files: tuple[str, ...],
    rate: float | None,
    cost: float | None,
    **limits: float | None,
) -> None:
    """Add a channel; ask at a terminal for what is missing, and show what to paste there."""
    import re

    if not re.fullmatch(NAME, name):
        raise Refused("A channel's name is letters, digits, - and _: it is part of an address.")
    if lacking := missing(provider):
        raise Refused(lacking)
    settings = _given(pairs, files)
    settings |= asked(providers.load(provider).needs, settings)
    _checked(provider, settings)
    channel_limits.check(limits)

    def work(db: sqlite3.Connection, gw: Gateway) -> None:
        now = gw.clock()
        try:
            id = channels.add(
                db, name, provider, address, gw.sealer.seal(settings), now, rate=rate, cost=cost
            )
        except sqlite3.IntegrityError:
            raise Refused(f"There is a channel {name} already.") from None
        channel_limits.write(db, id, limits, now)
        audit.write(db, now, BY, "channel.add", f"channel:{name}", {"provider": provider})

    with gateway() as gw:
        gw.store.write(lambda db: work(db, gw))
        click.echo(f"Channel {name} is added. Try it: gateway channel test {name}")
        _addresses(gw, name)


def _addresses(gw: Gateway, name: str) -> None:
    channel = gw.channels.get(name)
    if channel and channel.provider.can.links:
        click.echo("Nobody has to call it: the gateway binds to it while it runs.")
    elif channel and channel.provider.can.polls:
        click.echo("Nobody has to call it: it is looked at.")
    elif channel:
        click.echo("Paste at the provider:")
        for kind, address in channel.addresses(web(gw)):
            click.echo(f"  {kind:8} {address}")
        if not gw.settings["PUBLIC_URL"]:
            click.echo("Only this machine can call these. For others, set GATEWAY_PUBLIC_URL.")


@channel_command.command("list")
@click.option("--json", "as_json", is_flag=True)
@plainly
def list_(as_json: bool) -> None:
    """List channels."""
    with gateway() as gw:
        shares = figures.shares(gw.store.read, gw.clock() - HOUR)
        rows = [
            {
                "name": row["name"],
                "provider": row["provider"],
                "address": row["address"],
                "state": state(row, gw.clock()),
                "share": share(shares.get(row["id"], 0.0)),
                "rate": row["rate"],
                "cost": row["cost"],
            }
            for row in channels.every(gw.store.read)
        ]
    show(rows, as_json, "No channels yet. Add one: gateway channel add NAME --provider …")


def _found(gw: Gateway, name: str) -> sqlite3.Row:
    row = channels.by_name(gw.store.read, name)
    if row is None:
        raise Refused(f"There is no channel {name}. See: gateway channel list")
    return row


@channel_command.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
@plainly
def show_(name: str, as_json: bool) -> None:
    """Show a channel; secrets are not shown."""
    with gateway() as gw:
        row = _found(gw, name)
        told = described(gw, row)
        if as_json:
            click.echo(json.dumps(told, ensure_ascii=False, indent=2))
            return
        for key, value in told.items():
            click.echo(f"{key:9} {value}")
        _addresses(gw, name)


@channel_command.command("set")
@click.argument("name")
@click.option("--address", default=None)
@click.option("--on/--off", "enabled", default=None, help="Use it, or not.")
@_with_options
@plainly
def set_(
    name: str,
    address: str | None,
    enabled: bool | None,
    pairs: tuple[str, ...],
    files: tuple[str, ...],
    rate: float | None,
    cost: float | None,
    **limits: float | None,
) -> None:
    """Change a channel's settings; a hold is lifted."""
    channel_limits.check(limits)
    with gateway() as gw:
        row = _found(gw, name)
        settings = opened(gw.sealer, row) | _given(pairs, files)
        _checked(row["provider"], settings)
        sealed, now = gw.sealer.seal(settings), gw.clock()

        def work(db: sqlite3.Connection) -> None:
            kept = (row["address"] if address is None else address, sealed)
            new_rate, new_cost = rate or row["rate"], row["cost"] if cost is None else cost
            channels.release(db, row["id"], now)
            channels.change(db, row["id"], *kept, new_rate, new_cost)
            channel_limits.write(db, row["id"], limits, now)
            if enabled is not None:
                channels.enable(db, row["id"], enabled)
            audit.write(db, now, BY, "channel.set", f"channel:{name}")

        gw.store.write(work)
    click.echo(f"Channel {name} is changed.")


@channel_command.command("remove")
@click.argument("name")
@plainly
def remove(name: str) -> None:
    """Take a channel out of use; what it carried stays on record."""
    with gateway() as gw:
        row, now = _found(gw, name), gw.clock()

        def work(db: sqlite3.Connection) -> None:
            channels.retire(db, row["id"], now)
            audit.write(db, now, BY, "channel.remove", f"channel:{name}")

        gw.store.write(work)
    click.echo(f"Channel {name} is out of use.")


channel_command.add_command(route)
channel_command.add_command(heard)


@channel_command.command("test")
@click.argument("name")
@click.option("--to", default="", help="A number to text; without one, only sign in.")
@plainly
def test(name: str, to: str) -> None:
    """Sign in at the provider, or text one number, and say in words what happened."""
    from gateway.cli.trying import sign_in, text

    with gateway() as gw:
        channel = gw.channels.get(_found(gw, name)["name"])
        assert channel is not None
        raise SystemExit(text(gw, channel, to) if to else sign_in(channel))
