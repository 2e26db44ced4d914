"""What providers and people send: whole HTTP requests, made before the clock starts.

The numbers are those kept for fiction; they reach nobody.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench.plan import Plan
from tests.providers.twilio_server import ACCOUNT, NUMBER, TOKEN

TEXTS = ("FLOOD", "When will the road to the market open again?", "HELP", "There is no water here")
STEPS = ("", "5", "1", "0")  # menu, information, flood, back
AT_ONCE = 50  # sessions that go on side by side
PEOPLE = 1000

_validator: Any = RequestValidator
_sign = _validator(TOKEN).compute_signature


def person(number: int) -> str:
    """Return one of a thousand numbers.

    >>> person(7), person(1007)
    ('+447700900007', '+447700900007')
    """
    return f"+447700900{number % PEOPLE:03d}"


def post(port: int, path: str, form: Mapping[str, str], **headers: str) -> bytes:
    """Return one keep-alive POST of a form."""
    return _post(port, path, urlencode(form).encode(), "application/x-www-form-urlencoded", headers)


def _post(port: int, path: str, body: bytes, kind: str, headers: Mapping[str, str]) -> bytes:
    head = {"Host": f"127.0.0.1:{port}", "Content-Type": kind, "Content-Length": str(len(body))}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _form(number: int) -> dict[str, str]:
    """Return what Twilio sends with a message, with an id nobody else has."""
    sid = f"SM{number:032x}"
    form = {"ToCountry": "GB", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": ""}
    form |= {"FromZip": "", "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": ""}
    form |= {"Body": TEXTS[number % len(TEXTS)], "FromCountry": "GB", "To": NUMBER, "ToZip": ""}
    form |= {"NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT}
    return form | {"From": person(number), "ApiVersion": "2010-04-01"}


def twilio(plan: Plan, number: int) -> bytes:
    """Return a signed message webhook."""
    form, path = _form(number), "/hooks/twilio/message"
    signature = _sign(f"http://127.0.0.1:{plan.port}{path}", form)
    return post(plan.port, path, form, X_Twilio_Signature=signature)


def bare(plan: Plan, number: int) -> bytes:
    """Return the same call for the server that only keeps it."""
    return post(plan.port, "/", _form(number), X_Twilio_Signature="x" * 28)


def simulator(plan: Plan, number: int) -> bytes:
    """Return a message from the simulator."""
    form = {"from": person(number), "text": TEXTS[number % len(TEXTS)], "id": f"m{number}"}
    return post(plan.port, "/hooks/simulator/message", form)


def ussd(plan: Plan, number: int) -> bytes:
    """Return one turn; people take turns, so that each had time to read the screen before."""
    block, place = divmod(number, AT_ONCE * len(STEPS))
    step, seat = divmod(place, AT_ONCE)
    session = block * AT_ONCE + seat
    form = {"from": person(session), "session": f"s{session}", "input": STEPS[step]}
    return post(plan.port, "/hooks/simulator/ussd", form)


def api(plan: Plan, number: int) -> bytes:
    """Return one request of a program: a message of its own for one person, or for many."""
    first = number * plan.people
    people = [person(first + n) for n in range(plan.people)]
    asked = {"to": people, "text": f"{number}: the water is clean again.", "channel": "smpp"}
    body = json.dumps(asked).encode()
    headers = {"Authorization": f"Bearer {plan.token}"}
    return _post(plan.port, "/api/v1/messages", body, "application/json", headers)


KINDS: dict[str, Callable[[Plan, int], bytes]] = {
    "twilio": twilio,
    "bare": bare,
    "simulator": simulator,
    "ussd": ussd,
    "api": api,
}
