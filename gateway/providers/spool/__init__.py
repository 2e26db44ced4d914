"""SMS Server Tools 3: files in folders that `smsd` sends from and receives into.

Manual: http://smstools3.kekekasvi.com/index.php?p=fileformat (version 3.1.21).
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.domain.messages import Class, Event, Inbound, Outgoing, Receipt, Status
from gateway.providers import N_, Busy, Can, Garbled, Hook, Need, reading
from gateway.providers.folder import Folder, trouble
from gateway.providers.handing import ByHand, own
from gateway.providers.needs import COUNTRY, REPORT, TIMEZONE
from gateway.providers.plain import Now
from gateway.providers.spool.looking import Looking
from gateway.providers.spool.paper import Paper, fold, moment, text, unfold
from gateway.providers.tp_status import tp_status

THEIRS = ("outgoing", "incoming", "sent", "failed")
OURS = "gw_"  # how the names of our files begin; other programs may use the spool too
BACKLOG = 10  # files that may wait for smsd: what waits here can still be withdrawn
AGAIN = 5.0  # seconds until a full spool is looked at again
WAY = ("outgoing", "checked", "sent", "failed")  # in the order a file goes

_REFUSED = re.compile(r"\bCM([SE]) ERROR: ?(\d{1,4})\b")
_TOA_INTERNATIONAL = "91"


class Spool(ByHand):
    """One spool folder; the modems behind it are smsd's business."""

    name = "spool"
    # A modem needs several seconds for a part; raise it where smsd has several.
    can = Can(connections=1, rate=8 / 60, polls=True)
    needs = (
        Need(
            "folder",
            N_("The spool of smsd, with outgoing/, incoming/, sent/ and failed/ in it."),
            default="/var/spool/sms",
            pattern=r"(/|[A-Za-z]:[\\/])[^\n]{1,250}",
        ),
        TIMEZONE,
        REPORT,
        Need(
            "alphabet",
            N_("How texts are written: utf, or ucs2 for an smsd before 3.1.16."),
            default="utf",
            pattern="utf|ucs2",
            hidden=True,
        ),
        COUNTRY,
    )

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        self.zone = self.settings["timezone"]
        self.can = replace(type(self).can, receipts=self.settings["report"] == "yes")
        self.folder = Folder(self.settings["folder"], THEIRS)
        self._looking = Looking(self.folder, OURS, clock)

    # In

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield the message or the receipt that is in a file."""
        reading.small(hook)
        paper, (place, _, name) = unfold(hook.body), hook.url.rpartition("/")
        if place == "sent":
            yield self._receipt(name, paper, Status.SENT, "Sent")
        elif place == "failed":
            yield self._receipt(name, paper, Status.FAILED, "Failed")
        elif paper.is_report:
            yield self._report(hook, paper)
        else:
            yield self._inbound(hook, paper, name)

    def _inbound(self, hook: Hook, paper: Paper, name: str) -> Inbound:
        words, marks = text(paper)
        kept, flags = reading.text(hook, words)
        return Inbound(
            sender=reading.sender(_in_full(paper), "From", self.country),
            to=self.address,
            text=kept,
            reference=reading.need({"name": name}, "name"),
            at=moment(paper.headers, "Sent", self.zone),
            flags=flags + marks,
        )

    def _receipt(self, name: str, paper: Paper, status: Status, when: str) -> Receipt:
        if not name.startswith(OURS):
            raise Garbled("bad_name")
        return Receipt(
            reference=reading.need({"name": name.removeprefix(OURS)}, "name"),
            status=status,
            to=self._recipient(paper.headers, "To"),
            at=moment(paper.headers, when, self.zone),
            error=_refusal(paper.headers.get("Fail_reason", "")),
        )

    def _report(self, hook: Hook, paper: Paper) -> Receipt:
        """Read a report. `own` is whose it is, `left` how many parts have none yet."""
        told = paper.told
        code = reading.whole({"Status": told.get("Status", "").partition(",")[0].strip()}, "Status")
        number = reading.need(told, "Message_id")
        if code is None:
            raise Garbled("missing_field", "Status")
        status = tp_status(code)
        if status is Status.DELIVERED and hook.headers.get("left", "0") != "0":
            status = Status.SENT
        return Receipt(
            reference=hook.headers.get("own") or number,
            status=status,
            to=self._recipient(paper.headers, "From"),
            at=moment(told, "Discharge_timestamp", self.zone),
            error=str(code),
        )

    def _recipient(self, found: Mapping[str, str], name: str) -> str | None:
        """Return a number as we write it: without an s before it, theirs lacks its +."""
        number = found.get(name, "")
        whole = number.removeprefix("s") if number.startswith("s") else f"+{number.lstrip('+')}"
        return reading.recipient({name: whole}, name, self.country)

    # Out

    def _hand_over(self, message: Outgoing) -> str:
        name = own(message)
        if self._on_its_way(name):
            return name
        if message.class_ != Class.EMERGENCY and self._waiting() >= BACKLOG:
            raise Busy("spool_full", AGAIN)
        wide, report = self.settings["alphabet"] == "ucs2", self.settings["report"] == "yes"
        content = fold(message, report, wide, self.clock())
        try:
            self.folder.write(self.folder.place("outgoing") / f"{OURS}{name}", content)
        except OSError as error:
            raise trouble(error) from None
        return name

    def _on_its_way(self, name: str) -> bool:
        waits = self.folder.holds(name, ("gateway/waiting",))
        return self.folder.holds(f"{OURS}{name}", WAY) or waits

    def _waiting(self) -> int:
        return sum(self.folder.count(place, OURS) for place in ("outgoing", "checked"))


def _in_full(paper: Paper) -> dict[str, str]:
    """Return the headers with a + before an international number: they leave it out."""
    found, kind = dict(paper.headers), paper.headers.get("From_TOA", "")[:2]
    if kind == _TOA_INTERNATIONAL and found.get("From", "").isdigit():
        return {**found, "From": f"+{found['From']}"}
    return found if kind else reading.in_full(found, "From")


def _refusal(reason: str) -> str | None:
    """Return the modem's code in a reason, the rest of which may hold anything.

    >>> _refusal("Modem said: +CMS ERROR: 38"), _refusal("No answer"), _refusal("")
    ('cms_38', 'failed', None)
    """
    code = _REFUSED.search(reason)
    if code:
        return f"cm{code[1].lower()}_{code[2]}"
    return "failed" if reason else None
