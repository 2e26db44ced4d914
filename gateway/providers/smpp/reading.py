"""What the other side tells us, as events; and what it hears of what we cannot read."""

from msgspec.structs import replace

from gateway.domain.messages import Event, Inbound, Turn
from gateway.domain.phone import BadNumber, normalise
from gateway.providers import Garbled
from gateway.providers.reading import TEXT, clean
from gateway.providers.smpp import codes, receipts, texts, ussd
from gateway.providers.smpp.pdu import BadPdu, Command, Message, Pdu, read_message

MESSAGE_TYPE = 0x3C  # bits of esm_class; none set: a message of a person
STATUS = {"bad_pdu": codes.BAD_LENGTH, "bad_number": codes.BAD_SOURCE}
_ADDRESS = 65  # characters


class Ear:
    """Reads deliver_sm as one network writes it."""

    def __init__(
        self, country: str, default: str, id_type: str, by_text: bool, preset: ussd.Preset
    ) -> None:
        self.country = country
        self.default = default
        self.answer_base, self.receipt_base = receipts.ID_TYPES[id_type]
        self.by_text = by_text
        self.preset = preset

    def read(self, pdu: Pdu) -> tuple[Message, list[Event]]:
        """Return the message and what it tells: nothing, or one event; Garbled if unusable."""
        if pdu.command != Command.DELIVER_SM:
            raise Garbled("unknown_command")
        try:
            message = read_message(pdu.body)
        except BadPdu:
            raise Garbled("bad_pdu") from None
        return message, self._events(message)

    def _events(self, message: Message) -> list[Event]:
        text, part, flags = texts.read(message, self.default)
        kind = message.esm_class & MESSAGE_TYPE
        if kind or (self.by_text and receipts.looks_like_one(text)):
            return self._receipt(message, text)
        sender = self._sender(message)
        if ussd.is_one(message):
            return [_clean(ussd.read(message, sender, text, self.preset))]
        cut = ("cut",) * (len(text) > TEXT)
        to = clean(message.to[2])[:_ADDRESS]
        kept = clean(text)[:TEXT]
        return [Inbound(sender, to, kept, reference="", part=part, flags=flags + cut)]

    def _receipt(self, message: Message, text: str) -> list[Event]:
        told = receipts.read(message, text, self.receipt_base)
        if told is None:
            return []
        try:
            to = self._sender(message)
        except Garbled:
            to = None  # in a receipt a number is only information
        return [replace(told, to=to, reference=clean(told.reference))]

    def _sender(self, message: Message) -> str:
        """Return who wrote: type 1 is a number in full, type 5 a name, 2 and 0 as written here."""
        ton, _, value = message.source
        try:
            if ton == 1 and value.isdecimal() and len(value) > 6:
                value = f"+{value}"
            return normalise(value[:_ADDRESS], self.country or None).value
        except BadNumber:
            raise Garbled("bad_number") from None


def _clean(turn: Turn) -> Turn:
    return replace(turn, to=clean(turn.to)[:TEXT], text=clean(turn.text)[:TEXT])
