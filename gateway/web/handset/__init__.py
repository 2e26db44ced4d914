"""The handset: a phone in the browser, for channels of the simulator.

Whoever sits at this machine may use it; from elsewhere, staff who are signed in.
"""

import re
import time
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, request
from flask.typing import ResponseReturnValue

from gateway import providers
from gateway.context import Channel
from gateway.domain.phone import BadNumber, normalise
from gateway.domain.sms import measure
from gateway.files import folder
from gateway.providers.reading import TEXT
from gateway.store import thread
from gateway.web import staff, wire
from gateway.web.handset import network
from gateway.web.handset.phone import Phone, recall, remember
from gateway.web.pages import given, render
from gateway.web.words import N_, _, gateway, language, local, moment

blueprint = Blueprint("handset", __name__, url_prefix="/handset")

MESSAGES = 20  # of a thread, the newest
A_DAY = 20 * 3600.0
MOMENT = 1.0  # seconds a page waits for the engine, so that it can show the answer
LOOKS = 120  # in ten minutes: each counts as somebody being there, who stays signed in
PASSED_ON = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
THIS_MACHINE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)
WAYS = {
    "last": N_("The newest input only"),
    "path": N_("All inputs so far, as 1*2*text"),
}
NO_NUMBER = N_("This is no phone number. Write it with + and the country code.")
NO_CODE = N_("A USSD code has digits and stars, and # at its end, as *404#.")
DIALS = re.compile(r"\*\d[^#]{0,180}#")


@blueprint.before_request
def let_in() -> ResponseReturnValue | None:
    return None if g.person or _at_this_machine() else staff.to_sign_in()


def _at_this_machine() -> bool:
    """Whether the request was made on this machine, and nobody passed it on.

    The host is asked for too: a page from elsewhere can point a name of its own at us.
    """
    near = request.remote_addr in ("127.0.0.1", "::1")
    passed_on = any(name in request.headers for name in PASSED_ON)
    return near and not passed_on and THIS_MACHINE.fullmatch(request.host) is not None


@blueprint.get("")
def messages() -> ResponseReturnValue:
    return _messages()


@blueprint.get("/ussd")
def ussd() -> ResponseReturnValue:
    return _page("ussd")


@blueprint.post("/phone")
def choose() -> ResponseReturnValue:
    """Take another phone or channel; a call that goes on is dropped."""
    (phone, channel), tab = _phone(), "ussd" if request.form.get("tab") == "ussd" else "messages"
    name = request.form.get("channel", phone.channel)
    line = next((one for one in network.channels(gateway()) if one.name == name), channel)
    try:
        region = line.region if line else ""
        found = normalise(request.form.get("number", ""), region or gateway().settings["REGION"])
    except BadNumber:
        found = None
    if found is None or found.kind != "phone" or not found.value.startswith("+"):
        return _tab(tab, {"number": _(NO_NUMBER)})
    way = request.form.get("way", phone.way)
    remember(Phone(found.value, name, way if way in WAYS else "", phone.code))
    return _back(tab)


@blueprint.post("/text")
def text() -> ResponseReturnValue:
    phone, channel = _phone()
    if channel is None:
        return _back()
    words = request.form.get("text", "").replace("\r\n", "\n")[:TEXT]
    reference = request.form.get("id", "")[:80] or token_urlsafe(12)
    try:
        network.text(gateway(), channel, phone, words, reference)
    except network.Refused as error:
        return _messages({"text": _refused(error)})
    remember(phone)
    _give_the_engine_a_moment(channel, phone)
    return redirect(f"/handset?watch={LOOKS}" if "watch" in request.form else "/handset", 303)


@blueprint.post("/dial")
def dial() -> ResponseReturnValue:
    phone, channel = _phone()
    code = request.form.get("code", "").strip()
    if not DIALS.fullmatch(code):
        return _page("ussd", {"code": _(NO_CODE)})
    try:
        if channel:
            network.dial(gateway(), channel, phone, code)
    except network.Refused as error:
        return _page("ussd", {"code": _refused(error)})
    remember(phone)
    return _back("ussd")


@blueprint.post("/answer")
def answer() -> ResponseReturnValue:
    """Answer a screen, with words or with one key."""
    phone, channel = _phone()
    words = request.form.get("key") or request.form.get("words", "")
    try:
        if channel and phone.session:
            network.answer(gateway(), channel, phone, words)
    except network.Cut:
        flash(_("The network ended the session: it grew too long."))
    except network.Refused as error:
        return _page("ussd", {"words": _refused(error)})
    remember(phone)
    return _back("ussd")


@blueprint.post("/hang-up")
def hang_up() -> ResponseReturnValue:
    phone = recall()
    phone.hang_up()
    remember(phone)
    return _back("ussd")


@blueprint.get("/watch.js")
def script() -> ResponseReturnValue:
    file = folder("templates") / "web" / "static" / "handset.js"
    response = Response(file.read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _phone() -> tuple[Phone, Channel | None]:
    """Return this browser's phone and the channel it is on, None where there is none."""
    phone, lines = recall(), network.channels(gateway())
    channel = next((one for one in lines if one.name == phone.channel), next(iter(lines), None))
    if channel:
        phone.channel = channel.name
        phone.way = phone.way or channel.settings.get("ussd", "last")
    return phone, channel


def _back(tab: str = "messages") -> ResponseReturnValue:
    return redirect("/handset/ussd" if tab == "ussd" else "/handset", 303)


def _refused(error: network.Refused) -> str:
    return _("The gateway did not take this: %(reason)s", reason=error)


def _tab(tab: str, wrong: dict[str, str]) -> ResponseReturnValue:
    return _page("ussd", wrong) if tab == "ussd" else _messages(wrong)


def _messages(wrong: dict[str, str] | None = None) -> ResponseReturnValue:
    """Show the thread; what the phone shows, it has got, and the gateway is told so."""
    phone, channel = _phone()
    watch = 0 if wrong else min(given("watch"), LOOKS)
    found = _thread(channel, phone) if channel else []
    page = current_app.make_response(
        _page("messages", wrong, thread=found, watch=watch, looks=LOOKS, id=token_urlsafe(12))
    )
    if watch:
        rules = wire.HEADERS["Content-Security-Policy"] + "; connect-src 'self'"
        page.headers["Content-Security-Policy"] = rules
    return page


def _thread(channel: Channel, phone: Phone) -> list[dict[str, Any]]:
    db = gateway().store.read
    rows = thread.newest(db, channel.id, phone.number, MESSAGES)
    got = [row["reference"] for row in rows if row["state"] == "sent" and row["reference"]]
    if got:
        network.delivered(gateway(), channel, phone.number, got)
        rows = thread.newest(db, channel.id, phone.number, MESSAGES)
    return [{**row, "parts": row["parts"] or measure(row["text"]).parts} for row in rows]


def _give_the_engine_a_moment(channel: Channel, phone: Phone) -> None:
    gw, until = gateway(), time.monotonic() + MOMENT
    running = "engine" in current_app.extensions
    while running and thread.going_out(gw.store.read, channel.id, phone.number, gw.clock()):
        if time.monotonic() > until:
            return
        time.sleep(0.02)


def _page(tab: str, wrong: dict[str, str] | None = None, **values: Any) -> ResponseReturnValue:
    phone, channel = _phone()
    return render(
        f"handset_{tab}.html",
        400 if wrong else 200,
        phone=phone,
        channel=channel,
        address=channel.row["address"] if channel else "",
        lines=network.channels(gateway()),
        tab=tab,
        ways=list(WAYS.items()),
        wrong=wrong or {},
        size=_size,
        hour=_hour,
        **values,
    )


def _size(text: str) -> tuple[int, int]:
    """Return how long a screen is, and how long it could be in its letters."""
    found, can = measure(text), providers.load("simulator").can
    return sum(found.units), can.screen_gsm7 if found.alphabet == "gsm7" else can.screen_ucs2


def _hour(at: float) -> str:
    """Say when a message was, and of which day where it is an older one."""
    if gateway().clock() - at > A_DAY:
        return moment(at)
    return gateway().languages.time(language(), local(at))
