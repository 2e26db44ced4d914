"""gammu-smsd: the files it sends from and receives into. Manual: https://docs.gammu.org/smsd/."""

import time
from collections.abc import Iterator, Mapping

from gateway.domain.messages import Class, Event, Inbound, Outgoing, Receipt, Status
from gateway.providers import N_, Busy, Can, Hook, Need, reading
from gateway.providers.folder import Folder, trouble
from gateway.providers.gammusmsd import heard, names
from gateway.providers.gammusmsd.looking import Looking
from gateway.providers.handing import ByHand, own
from gateway.providers.needs import COUNTRY, TIMEZONE
from gateway.providers.plain import Now

THEIRS = ("outbox", "inbox", "sent", "error")
WAY = ("outbox", "sent", "error")
BACKLOG = 10  # files that may wait for smsd: what waits here can still be withdrawn
AGAIN = 5.0  # seconds until a full outbox is looked at again


class GammuSmsd(ByHand):
    """The folders of one gammu-smsd; its modem is its own business."""

    name = "gammusmsd"
    # With files it keeps no link between a report and what it reports on.
    can = Can(connections=1, rate=8 / 60, polls=True, receipts=False)
    needs = (
        Need(
            "folder",
            N_("The folder of gammu-smsd, with outbox/, inbox/, sent/ and error/ in it."),
            default="/var/spool/gammu",
            pattern=r"(/|[A-Za-z]:[\\/])[^\n]{1,250}",
        ),
        TIMEZONE,
        COUNTRY,
    )

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        self.zone = self.settings["timezone"]
        self.folder = Folder(self.settings["folder"], THEIRS)
        self._looking = Looking(self.folder, clock)

    # In

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield the message that files hold, or what became of one of ours."""
        reading.small(hook)
        place, _, name = hook.url.rpartition("/")
        if place == "heard":
            yield from heard.read(hook, self.address, self.country)
        elif place == "sent":
            yield self._receipt(name, Status.SENT)
        elif place == "error":
            yield self._receipt(name, Status.FAILED)
        else:
            yield self._inbound(hook, name)

    def _inbound(self, hook: Hook, name: str) -> Inbound:
        found = names.came(name)
        words, flags = reading.text(hook, names.text(hook.body))
        return Inbound(
            sender=reading.sender(found, "From", self.country),
            to=self.address,
            text=words,
            reference=names.reference(name, hook.headers.get("mark", "")),
            at=names.when(found, self.zone),
            flags=flags,
        )

    def _receipt(self, name: str, status: Status) -> Receipt:
        to, own = names.went(name)
        error = "failed" if status is Status.FAILED else None
        return Receipt(own, status, to=to, error=error)

    # Out

    def _hand_over(self, message: Outgoing) -> str:
        name = own(message)
        end = f"_{names.OURS}{name}.txt"
        try:
            if any(self.folder.ends(place, end) for place in WAY):
                return name
            waits = self.folder.ends("outbox", ".txt", f"_{names.OURS}")
            if message.class_ != Class.EMERGENCY and waits >= BACKLOG:
                raise Busy("spool_full", AGAIN)
            target = self.folder.place("outbox") / names.name(message, name, self.clock())
            self.folder.write(target, names.octets(message.text))
        except OSError as error:
            raise trouble(error) from None
        return name
