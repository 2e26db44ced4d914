"""gateway check: what is well, what is missing, and what to do next."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from gateway import health, providers, queue, routes
from gateway.cli import channel_limits
from gateway.cli.opening import plainly
from gateway.cli.timing import shown, told
from gateway.context import Channel, Gateway, open_gateway
from gateway.providers.conditions import WELL, explained, missing
from gateway.providers.handing import ByHand
from gateway.providers.linking import BOUND
from gateway.settings import BadSetting, Settings
from gateway.store import StoreError, away, channels, check_whole, is_small, links, lock, users

Line = tuple[str, str, str]  # what, well | look | wrong, a sentence

MARKS = {"well": "ok    ", "look": "look  ", "wrong": "WRONG "}


@click.command("check")
@click.option("--json", "as_json", is_flag=True)
@click.option("--whole", is_flag=True, help="Read all of the store, also if it is very large.")
@plainly
def check_command(as_json: bool, whole: bool) -> None:
    """Say in one line each what is well and what is not; exit 1 if something is wrong."""
    lines = list(_lines(whole))
    if as_json:
        told = [{"what": what, "state": state, "say": say} for what, state, say in lines]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for what, state, say in lines:
            click.echo(f"{MARKS[state]}{what:10} {say}")
    raise SystemExit(any(state == "wrong" for _, state, _ in lines))


def _store(file: Path, whole: bool) -> Line:
    if not whole and not is_small(file):
        return "store", "well", f"opened: {file}. It is large: --whole reads all of it."
    try:
        check_whole(file)
    except StoreError as error:
        return "store", "wrong", str(error)
    return "store", "well", f"whole: {file}"


def _running(data: Path) -> Line:
    if lock.is_running(data):
        return "gateway", "well", "runs"
    return "gateway", "look", "does not run: nothing comes in or goes out. Start it: gateway run"


def _lines(whole: bool) -> Iterator[Line]:
    try:
        settings = Settings.load()
        settings.secret()
    except BadSetting as error:
        yield "settings", "wrong", str(error)
        return
    yield "settings", "well", f"read; data in {settings.data}"
    try:
        gw = open_gateway(settings)
    except StoreError as error:
        yield "store", "wrong", str(error)
        return
    yield _store(settings.store, whole)
    yield _running(settings.data)
    for part in (_channels, _public, _languages, _people, _clock, _away, _redis):
        yield from part(gw)
    for found in health.findings(health.facts(gw)):
        yield found.what, found.state, f"{found.say} {found.do}".rstrip()
    gw.store.close()


def _channels(gw: Gateway) -> Iterator[Line]:
    rows = channels.every(gw.store.read)
    if not rows:
        yield "channels", "look", "none yet. Add one: gateway channel add NAME --provider twilio …"
    for row in rows:
        yield _channel(gw, row["name"])


def _channel(gw: Gateway, name: str) -> Line:
    what = f"channel {name}"
    try:
        channel = gw.channels.get(name)
    except ValueError as error:
        return what, "wrong", f"its settings cannot be opened: {error}"
    assert channel is not None
    if not channel.row["enabled"]:
        return what, "look", f"is off. Use it: gateway channel set {name} --on"
    if lacking := missing(channel.row["provider"]):
        return what, "wrong", lacking
    if isinstance(channel.provider, ByHand) and (fault := channel.provider.fault()):
        return what, "wrong", f"{fault} gateway channel set {name} --set folder=…"
    device = channels.condition(channel.row).get("device", WELL)
    if device != WELL:
        return what, "wrong", explained(channel.provider, device) or f"its device: {device}"
    if down := routes.down(channel.row, gw.clock()):
        return what, *_fault(channel, down)
    if (channel.row["held_until"] or 0) > gw.clock():
        return what, "look", f"is held: {channel.row['held_reason']}"
    if limited := channel_limits.stands(channel, gw.store.read, gw.clock()):
        return what, *limited
    if channel.row["provider"] == "simulator":
        return what, "look", "for practice: whoever is at this machine can text as any number"
    if channel.provider.can.links and channel.row["link"] != BOUND:
        return what, "look", f"is not bound: {channel.row['link'] or 'run the gateway'}"
    known = {need.name for need in channel.provider.needs}
    open_door = "hook_key" in known and not channel.settings.get("hook_key")
    if open_door:
        return (
            what,
            "look",
            (
                "has no hook_key: anyone may claim to be the provider. "
                f"gateway channel set {name} --set hook_key=…"
            ),
        )
    return what, "well", f"{channel.row['provider']}, {channel.rate:g} parts a second"


def _fault(channel: Channel, fault: routes.Down) -> tuple[str, str]:
    since = shown(fault.since)
    if fault.reason == routes.NO_WORKER:
        start = f"gateway worker --channel {channel.name}"
        return "wrong", f"no worker serves this channel since {since}. Start one: {start}"
    why = (fault.reason == "account" and channel.row["held_reason"]) or fault.reason
    return "look", f"does not work since {since}: {why}; it is tried again by itself"


def _is_called(provider: str) -> bool:
    can = providers.load(provider).can
    return not (can.links or can.polls)


def _public(gw: Gateway) -> Iterator[Line]:
    rows = channels.every(gw.store.read)
    needed = [r for r in rows if r["provider"] != "simulator" and _is_called(r["provider"])]
    if needed and not gw.settings["PUBLIC_URL"]:
        yield "public", "look", "GATEWAY_PUBLIC_URL is not set: providers cannot call, nor sign"


def _languages(gw: Gateway) -> Iterator[Line]:
    for tag in gw.tags:
        if tag not in gw.languages.languages():
            yield f"words {tag}", "wrong", "no content in this language: see docs/translating.md"
        elif gw.languages.draft(tag):
            yield f"words {tag}", "look", "a draft: a second speaker must read it before real use"
        else:
            yield f"words {tag}", "well", "reviewed"


def _people(gw: Gateway) -> Iterator[Line]:
    if not links.has_administrator(gw.store.read):
        yield "people", "look", "no administrator yet: 'gateway run' prints a link"
        return
    able = {row["role"] for row in users.list_users(gw.store.read) if row["enabled"]}
    enough = len(users.list_users(gw.store.read)) > 1 and able & {"approver", "administrator"}
    if not enough:
        yield "people", "look", "an alert needs two people: gateway user add NAME --role approver"
    else:
        yield "people", "well", f"roles in use: {', '.join(sorted(able))}"


def _clock(gw: Gateway) -> Iterator[Line]:
    if gw.clock_trusted():
        yield "clock", "well", told(gw)
    else:
        yield "clock", "wrong", f"{told(gw)} Look at a watch, then: gateway clock confirm"


def _away(gw: Gateway) -> Iterator[Line]:
    found = away.summary(gw.store.read)
    if found is not None:
        since, until = shown(found.since), shown(found.until)
        say = f"nothing could be sent from {since} to {until}; {found.expired} expired. See /away"
        yield "away", "look", say


def _redis(gw: Gateway) -> Iterator[Line]:
    url = gw.settings["REDIS"]
    if not url:
        yield "queue", "well", "threads in this process"
    elif queue.answers(url):
        yield "queue", "well", "Redis answers"
        yield from _workers(gw, url)
    else:
        yield (
            "queue",
            "wrong",
            "GATEWAY_REDIS is away, or full: start Redis, make room in it, or unset it",
        )


def _workers(gw: Gateway, url: str) -> Iterator[Line]:
    """Say what has no worker just now; where nobody steps in, the channel itself says so soon."""
    if gw.settings["REDIS_AWAY"] != "threads":
        return
    wanted = [one.name for one in gw.channels.all() if one.goes_by_workers]
    for name in queue.unserved(url, wanted):
        yield "queue", "look", f"channel {name} has no worker: what can be is sent from here"
