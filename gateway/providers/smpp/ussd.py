"""USSD over SMPP: the same few steps under other numbers at every operator."""

from dataclasses import dataclass

from gateway.domain.messages import Phase, Turn
from gateway.providers.smpp.pdu import Message, Tag

_START, _ASK, _NOTIFY = 0x01, 0x02, 0x03
_PSSR_END, _ANSWERED, _NOTIFIED = 0x11, 0x12, 0x13


@dataclass(frozen=True, slots=True)
class Preset:
    """How one operator tells sessions and steps; `bit`: the last bit of the session ends it."""

    tag: int | None = Tag.ITS_SESSION_INFO
    start: tuple[int, ...] = (0x00, _START)
    input: tuple[int, ...] = (_ANSWERED,)
    end: tuple[int, ...] = (_PSSR_END, _NOTIFIED)
    goes_on: int = _ASK
    ends: int = _PSSR_END
    bit: bool = False
    counts: bool = False  # the field counts steps: the phone alone is the session


PRESETS = {
    "generic": Preset(),
    "tata": Preset(input=(_ASK, _ANSWERED), end=(_PSSR_END,), ends=_ASK, bit=True),
    "mica": Preset(tag=Tag.USER_MESSAGE_REFERENCE, end=(0x81,), ends=0x17),
    "6d": Preset(ends=0x17, bit=True),
    "comverse": Preset(end=(0x13,), counts=True),
}


def is_one(message: Message) -> bool:
    return bool(message.tlvs.get(Tag.USSD_SERVICE_OP))


def read(message: Message, sender: str, text: str, preset: Preset) -> Turn:
    """Return the step a message tells of; on the first its text is the code that was dialled."""
    info = message.tlvs.get(preset.tag, b"") if preset.tag else b""
    number = int.from_bytes(info[:2], "big")
    phase = _phase(message.tlvs[Tag.USSD_SERVICE_OP][0], preset)
    if preset.bit and number & 1 and phase is not Phase.START:
        phase = Phase.END
    session = (
        "phone"
        if preset.counts or not info
        else f"{number & (0xFFFE if preset.bit else 0xFFFF):04X}"
    )
    begins = phase is Phase.START
    return Turn(
        sender=sender,
        to=text if begins else message.to[2],
        session=session,
        phase=phase,
        text="" if begins else text,
    )


def _phase(op: int, preset: Preset) -> Phase:
    if op in preset.start:
        return Phase.START
    if op in preset.input:
        return Phase.INPUT
    if op in preset.end:
        return Phase.END
    return Phase.NOTIFY


def fields(asked: Message, goes_on: bool, preset: Preset, ends: int | None) -> dict[int, bytes]:
    """Return the optional fields of a screen: what it is, and of which session."""
    last = preset.ends if ends is None else ends
    found: dict[int, bytes] = {Tag.USSD_SERVICE_OP: bytes((preset.goes_on if goes_on else last,))}
    info = asked.tlvs.get(preset.tag, b"") if preset.tag else b""
    if preset.tag and info:
        found[preset.tag] = _session(info, goes_on, preset)
    return found


def _session(info: bytes, goes_on: bool, preset: Preset) -> bytes:
    if not preset.bit or len(info) != 2:
        return info
    return bytes((info[0], info[1] & 0xFE | (not goes_on)))
