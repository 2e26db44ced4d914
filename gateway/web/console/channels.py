"""Channels: how each does, where its provider must call, and its settings."""

import sqlite3
from collections.abc import Callable, Mapping

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from gateway import providers
from gateway.context import Channel
from gateway.providers.conditions import missing
from gateway.store import budgets, channels, inbox
from gateway.web import staff
from gateway.web.console import call_words, channel_form, channel_limits, conditions, health
from gateway.web.console.channel_form import Wanted
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway
from gateway.web.words import N_, _

blueprint = Blueprint("channels", __name__)

TAKEN = N_("This name is taken, now or by a channel of before. Choose another one.")
CALLS = {
    "message": N_("A message came in"),
    "receipt": N_("What became of a message we sent"),
    "ussd": N_("One USSD step"),
}


@blueprint.get("/channels")
@allowed()
def every() -> ResponseReturnValue:
    return render("channels.html", channels=health.every(), providers=list(providers.PROVIDERS))


@blueprint.get("/channels/<name>")
@allowed()
def one(name: str) -> ResponseReturnValue:
    return page(known(name))


def known(name: str) -> Channel:
    return gateway().channels.get(name) or abort(404)


def page(
    channel: Channel,
    wanted: Wanted | None = None,
    wrong: Mapping[str, str] | None = None,
    to: str = "",
) -> ResponseReturnValue:
    """Return a channel's page, with what was typed into it and what is wrong with that."""
    shown = next(one for one in health.every() if one.id == channel.id)
    settings = wanted.settings if wanted else channel.settings
    wrong = wanted.wrong if wanted else wrong or {}
    return render(
        "channel.html",
        400 if wrong else 200,
        channel=channel,
        health=shown,
        calls=addresses(channel),
        near=not gateway().settings["PUBLIC_URL"],
        condition=conditions.told(channel),
        refused=refused(channel.name),
        why=call_words.why,
        reasons=health.REASONS,
        row=wanted or _as_wanted(channel),
        fields=channel_form.fields(channel.row["provider"], settings, wrong),
        wrong=wrong,
        to=to,
    )


def _as_wanted(channel: Channel) -> Wanted:
    row = channel.row
    wanted = Wanted(channel.name, row["provider"], row["address"], row["rate"], row["cost"])
    wanted.shown = channel_limits.of_row(row)
    return wanted


def addresses(channel: Channel) -> list[tuple[str, str]]:
    """Return what each call tells us and the address to give the provider for it."""
    told = channel.addresses(gateway().settings.public_url)
    return [(CALLS[kind], address) for kind, address in told]


def refused(name: str) -> list[sqlite3.Row]:
    """Return the newest calls of its provider that were not taken."""
    return [row for row in inbox.kept_calls(gateway().store.read) if row["channel"] == name][:5]


@blueprint.get("/channels/new/<provider>")
@allowed("administrator")
def blank(provider: str) -> ResponseReturnValue:
    return _new(provider, Wanted("", _offered(provider)))


def _offered(provider: str) -> str:
    return provider if provider in providers.PROVIDERS else abort(404)


def _new(provider: str, wanted: Wanted) -> ResponseReturnValue:
    asked = channel_form.fields(provider, wanted.settings, wanted.wrong)
    status = 400 if wanted.wrong else 200
    return render(
        "channel_new.html",
        status,
        row=wanted,
        fields=asked,
        wrong=wanted.wrong,
        lacking=missing(provider),
    )


@blueprint.post("/channels/new/<provider>")
@allowed("administrator")
def add(provider: str) -> ResponseReturnValue:
    gw = gateway()
    wanted = channel_form.read(_offered(provider), request.form, {})
    if lacking := missing(provider):
        wanted.wrong["provider"] = lacking
    if wanted.wrong:
        return _new(provider, wanted)
    sealed = gw.sealer.seal(wanted.settings)

    row = (wanted.name, provider, wanted.address, sealed, gw.clock(), wanted.rate, wanted.cost)

    def work(db: sqlite3.Connection) -> None:
        channels.limit(db, channels.add(db, *row), wanted.limits)

    try:
        _note("channel.add", wanted.name, work, {"provider": provider})
    except sqlite3.IntegrityError:
        wanted.wrong["name"] = _(TAKEN)
        return _new(provider, wanted)
    can = providers.load(provider).can
    called = not (can.polls or can.links)
    flash(
        _("The channel is there. Now give its addresses to the provider.")
        if called
        else _("Saved.")
    )
    return redirect(f"/channels/{wanted.name}", 303)


def _note(
    act: str,
    name: str,
    work: Callable[[sqlite3.Connection], object],
    detail: Mapping[str, object],
) -> None:
    """Do something to a channel, note it, and rouse the engine."""
    staff.act(act, f"channel:{name}", work, detail)
    gateway().rouse()


@blueprint.post("/channels/<name>")
@allowed("administrator")
def change(name: str) -> ResponseReturnValue:
    gw, channel = gateway(), known(name)
    old = gw.sealer.open(channel.row["settings"])
    wanted = channel_form.read(channel.row["provider"], request.form, old, name)
    if wanted.wrong:
        return page(channel, wanted)
    sealed = gw.sealer.seal(wanted.settings)
    told = sorted(k for k in old | wanted.settings if old.get(k) != wanted.settings.get(k))
    row = (wanted.address, sealed, wanted.rate, wanted.cost)

    def work(db: sqlite3.Connection) -> None:
        channels.release(db, channel.id, gw.clock())
        channels.change(db, channel.id, *row)
        channels.limit(db, channel.id, wanted.limits)

    return _act(channel, "channel.set", work, told)


@blueprint.post("/channels/<name>/credit")
@allowed("administrator", "operator")
def credit(name: str) -> ResponseReturnValue:
    """Note what is left to pay with; an empty field ends the counting."""
    channel, now = known(name), gateway().clock()
    wanted = _as_wanted(channel)
    wanted.settings = dict(channel.settings)
    left = channel_limits.amount(request.form, "credit", wanted.wrong, 1e9)
    if wanted.wrong:
        return page(channel, wanted)

    def work(db: sqlite3.Connection) -> None:
        if left is None:
            budgets.uncounted(db, channel.id)
        else:
            budgets.told(db, channel.id, left, now)

    return _act(channel, "channel.credit", work)


@blueprint.post("/channels/<name>/on")
@allowed("administrator")
def turn_on(name: str) -> ResponseReturnValue:
    channel = known(name)
    return _act(channel, "channel.on", lambda db: channels.enable(db, channel.id, True))


@blueprint.post("/channels/<name>/off")
@allowed("administrator")
def turn_off(name: str) -> ResponseReturnValue:
    channel = known(name)
    return _act(channel, "channel.off", lambda db: channels.enable(db, channel.id, False))


@blueprint.post("/channels/<name>/release")
@allowed("administrator", "operator")
def release(name: str) -> ResponseReturnValue:
    channel = known(name)
    now = gateway().clock()
    return _act(channel, "channel.release", lambda db: channels.release(db, channel.id, now))


def _act(
    channel: Channel,
    act: str,
    work: Callable[[sqlite3.Connection], None],
    settings: list[str] | None = None,
) -> ResponseReturnValue:
    _note(act, channel.name, work, {"settings": settings} if settings else {})
    flash(_("Saved."))
    return redirect(f"/channels/{channel.name}", 303)
