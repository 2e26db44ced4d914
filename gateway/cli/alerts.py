"""gateway alert …: the same rules as in the console, two people included."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from gateway import broadcast
from gateway.cli.opening import gateway, plainly, signed_in
from gateway.context import Gateway
from gateway.domain.alerts import Audience, Draft, Refused
from gateway.domain.messages import Class
from gateway.store import alerts, channels, outbox

WRITERS = ("operator", "administrator")
APPROVERS = ("approver", "administrator")

_as = click.option("--as", "name", required=True, help="Who you are; you are asked to prove it.")
_password = click.option("--password-file", type=click.Path(exists=True))


@click.group("alert")
def alert_command() -> None:
    """Broadcasts that two people agree on."""


def _texts(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        language, equals, text = pair.partition("=")
        if not equals:
            raise Refused("Write a text as LANGUAGE=TEXT, as --text en='Flood …'.")
        found[language] = text
    return found


def _time(text: str) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("Write a time as 2026-11-21T18:00+05:45.") from None
    if at.tzinfo is None:
        raise Refused("A time needs its offset, as 2026-11-21T18:00+05:45.")
    return at.timestamp()


@alert_command.command("create")
@_as
@_password
@click.option("--text", "texts", multiple=True, required=True, metavar="LANGUAGE=TEXT")
@click.option("--area", "areas", multiple=True, help="A P-code.")
@click.option("--group", "groups", multiple=True)
@click.option("--language", "languages", multiple=True)
@click.option("--class", "class_", default="high", type=click.Choice([c.word for c in Class]))
@click.option("--expires", required=True, help="As 2026-11-21T18:00+05:45.")
@click.option("--channel", default=None)
@click.option("--exercise", is_flag=True, help="To the exercise group only, marked as such.")
@plainly
def create(
    name: str,
    password_file: str | None,
    texts: tuple[str, ...],
    areas: tuple[str, ...],
    groups: tuple[str, ...],
    languages: tuple[str, ...],
    class_: str,
    expires: str,
    channel: str | None,
    exercise: bool,
) -> None:
    """Write an alert and submit it for a second person to approve."""
    with gateway() as gw:
        by = signed_in(gw, name, password_file, WRITERS)
        draft = Draft(
            texts=_texts(texts),
            audience=Audience(areas, groups, languages),
            class_=Class.of(class_),
            expires_at=_time(expires),
            exercise=exercise,
            channel=_channel(gw, channel),
        )
        alert = broadcast.create(gw, by, draft)
        broadcast.submit(gw, by, alert)
        _print(gw, alert, as_json=False)
    click.echo(f"Someone else approves it: gateway alert approve {alert} --as NAME --people …")


def _channel(gw: Gateway, name: str | None) -> int | None:
    if name is None:
        return None
    row = channels.by_name(gw.store.read, name)
    if row is None:
        raise Refused(f"There is no channel {name}. See: gateway channel list")
    return int(row["id"])


def _told(gw: Gateway, alert: int) -> dict[str, Any]:
    row = alerts.get(gw.store.read, alert)
    if row is None:
        raise Refused(f"There is no alert {alert}.")
    told: dict[str, Any] = {"id": alert, "state": row["state"], "class": Class(row["class"]).word}
    told["texts"] = {t["language"]: t["text"] for t in alerts.texts(gw.store.read, alert)}
    told["counts"], told["refused"] = outbox.alert_counts(gw.store.read, alert)
    if row["state"] in ("draft", "submitted"):
        told["preview"] = asdict(broadcast.preview(gw, alert))
    return told


def _print(gw: Gateway, alert: int, as_json: bool) -> None:
    told = _told(gw, alert)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    click.echo(f"Alert {alert}: {told['state']}, {told['class']}")
    for language, text in told["texts"].items():
        click.echo(f"  {language}: {text}")
    if preview := told.get("preview"):
        click.echo(f"  {preview['people']} people, {preview['parts']} parts")
        for line in preview["by_language"]:
            to = f" (gets {line['falls_back_to']})" if line["falls_back_to"] else ""
            size = f"{line['parts']} × {line['alphabet']}"
            click.echo(f"    {line['language']}{to}: {line['people']} people, {size}")
    click.echo("  " + ", ".join(f"{n} {state}" for state, n in told["counts"].items() if n))
    for reason, n in told["refused"].items():
        click.echo(f"    {n} not sent: {reason}")


@alert_command.command("show")
@click.argument("alert", type=int)
@click.option("--json", "as_json", is_flag=True)
@plainly
def show(alert: int, as_json: bool) -> None:
    """Show an alert, who gets it, and how far it is."""
    with gateway() as gw:
        _print(gw, alert, as_json)


@alert_command.command("approve")
@click.argument("alert", type=int)
@_as
@_password
@click.option("--people", type=int, default=None, help="The number of people it goes to.")
@plainly
def approve(alert: int, name: str, password_file: str | None, people: int | None) -> None:
    """Show an alert as it stands and let just that go out; never by who wrote it."""
    with gateway() as gw:
        by = signed_in(gw, name, password_file, APPROVERS)
        seen = alerts.want(gw.store.read, alert)["hash"]
        _print(gw, alert, as_json=False)
        if people is None:
            people = click.prompt("How many people will get it? Type the number", type=int)
        broadcast.approve(gw, by, alert, people, seen)
    click.echo(f"Alert {alert} is approved. It goes out while the gateway runs.")


@alert_command.command("stop")
@click.argument("alert", type=int)
@_as
@_password
@plainly
def stop(alert: int, name: str, password_file: str | None) -> None:
    """Halt what has not been handed over."""
    with gateway() as gw:
        broadcast.stop(gw, signed_in(gw, name, password_file, (*WRITERS, "approver")), alert)
    click.echo(f"Alert {alert} is stopped.")
