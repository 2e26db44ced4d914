"""USSD screens: cut a prompt to what a phone shows, and find the new input in a path."""

from collections.abc import Callable
from unicodedata import normalize

from gateway.domain.dialogue import Prompt
from gateway.domain.messages import Screen
from gateway.domain.sms import measure

Say = Callable[..., str]
Fits = Callable[[str], bool]
Piece = tuple[str, str]  # what separates it from the piece before, and its text


def screens(
    prompt: Prompt, say: Say, *, gsm7_limit: int = 160, ucs2_limit: int = 70, depth: int = 0
) -> list[str]:
    """Cut a prompt into screens; `depth` is how many screens lie between here and home.

    A screen all in GSM-7 letters holds `gsm7_limit` septets, any other `ucs2_limit` UCS-2 units.
    An option is never split, and a word only when it is longer than a screen.

    >>> words = {"ussd.more": "More", "ussd.back": "Back", "ussd.home": "Home",
    ...          "ussd.previous": "Previous", "ussd.exit": "Exit"}.__getitem__
    >>> screens(Prompt("Which?", (("1", "Water"), ("2", "Food"))), words)
    ['Which?\\n1 Water\\n2 Food\\n0 Exit']
    >>> screens(Prompt("Which one?", (("1", "Water"), ("2", "Food"))), words, gsm7_limit=27)
    ['Which one?\\n1 Water\\n98 More', '2 Food\\n0 Exit\\n99 Previous']
    """

    def fits(text: str) -> bool:
        size = measure(text)
        return sum(size.units) <= (gsm7_limit if size.alphabet == "gsm7" else ucs2_limit)

    more, previous = f"\n98 {say('ussd.more')}", f"\n99 {say('ussd.previous')}"
    short, full = _feet(prompt, say, depth)
    pages = _cut(prompt, short, more, fits)
    roomy = pages if full == short else _cut(prompt, full, more, fits)
    pages = roomy if len(roomy) == len(pages) and all(map(fits, roomy)) else pages
    later = (page + previous if fits(page + previous) else page for page in pages[1:])
    return [pages[0], *later]


def page(
    prompt: Prompt,
    number: int,
    say: Say,
    *,
    gsm7_limit: int = 160,
    ucs2_limit: int = 70,
    depth: int = 0,
) -> Screen:
    """Show screen `number` (from 0) of a prompt, the last one when there are fewer."""
    every = screens(prompt, say, gsm7_limit=gsm7_limit, ucs2_limit=ucs2_limit, depth=depth)
    return Screen(every[min(max(number, 0), len(every) - 1)], goes_on=not prompt.ends)


def inputs(path: str) -> list[str]:
    """Split a path into its inputs, as dialled at once in *384*2*1#.

    >>> inputs(""), inputs("5"), inputs("2*1")
    ([], ['5'], ['2', '1'])
    """
    return path.split("*") if path else []


def newest(path: str, seen: str | None) -> str | None:
    """Return what a cumulative path adds to the one already seen, or None if it is a repeat.

    A `*` in the new input is kept: on a free-text step it belongs to the words, elsewhere
    `inputs` splits it. On the first request (seen is None) the whole path is new.

    >>> newest("", None), newest("5", None), newest("2", "")
    ('', '5', '2')
    >>> newest("2*Garsen*maji hakuna * tangu jana", "2*Garsen")
    'maji hakuna * tangu jana'
    >>> newest("2*Garsen", "2*Garsen"), newest("2", "2*Garsen"), newest("1*1", "1")
    (None, None, '1')
    """
    if seen is None:
        return path
    if path == seen or path == "" or seen.startswith(f"{path}*"):
        return None
    if not seen:
        return path
    if path.startswith(f"{seen}*"):
        return path[len(seen) + 1 :]
    return path.rpartition("*")[2]


def _feet(prompt: Prompt, say: Say, depth: int) -> tuple[str, str]:
    """The last lines of the last screen: only the way back, and with the way home."""
    if prompt.ends:
        return "", ""
    home = f"\n00 {say('ussd.home')}" if depth > 1 else ""
    if any(key == "0" for key, _ in prompt.options):
        return "", home
    back = f"\n0 {say('ussd.back' if depth else 'ussd.exit')}"
    return back, back + home


def _cut(prompt: Prompt, foot: str, more: str, fits: Fits) -> list[str]:
    pieces = _pieces(prompt, lambda text: fits(text + more))
    if fits(_join(pieces) + foot):
        return [_join(pieces) + foot]
    pages: list[list[Piece]] = [[]]
    for piece in pieces:
        if pages[-1] and not fits(_join([*pages[-1], piece]) + more):
            pages.append([])
        pages[-1].append(piece)
    while pages[-1] and not fits(_join(pages[-1]) + foot):
        _push_down(pages)
    *first, last = (_join(held) for held in pages)
    return [*(text + more for text in first), last + foot if last else foot.lstrip()]


def _push_down(pages: list[list[Piece]]) -> None:
    """Move the last piece to a screen of its own, or leave that screen to the foot alone."""
    held = pages[-1]
    pages.append([held.pop()] if len(held) > 1 else [])


def _join(pieces: list[Piece]) -> str:
    return "".join(gap + text for gap, text in pieces).strip()


def _pieces(prompt: Prompt, fits: Fits) -> list[Piece]:
    """Words of the text, then one piece for each option."""
    pieces: list[Piece] = []
    for line in normalize("NFC", prompt.text).split("\n"):
        gap = "\n"
        for word in line.split():
            for part in _shorter(word, fits):
                pieces.append((gap, part))
                gap = ""
            gap = " "
    for key, label in prompt.options:
        pieces.append(("\n", _shorter(normalize("NFC", f"{key} {label}"), fits)[0]))
    return pieces


def _shorter(text: str, fits: Fits) -> list[str]:
    """Cut a text that alone is longer than a screen into ones that fit.

    >>> _shorter("riverbank", lambda text: len(text) <= 4)
    ['rive', 'rban', 'k']
    """
    parts = []
    while len(text) > 1 and not fits(text):
        end = next(size for size in range(len(text) - 1, 0, -1) if fits(text[:size]) or size == 1)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]
