"""Words of providers, as the store can take them."""

from msgspec.structs import replace

from gateway.domain.messages import Result


def storable(result: Result) -> Result:
    """Let no provider's word be one the store refuses: all told beside it would be lost too."""
    if result.error is None and not result.pieces and _is_plain(result.reference):
        return result
    reference, error = _word(result.reference), _word(result.error)
    pieces = tuple(_word(piece) or "" for piece in result.pieces)
    if (reference, error, pieces) == (result.reference, result.error, result.pieces):
        return result
    return replace(result, reference=reference, error=error, pieces=pieces)


def _is_plain(word: str | None) -> bool:
    return word is None or (word.isascii() and "\0" not in word)


def _word(told: str | None) -> str | None:
    r"""Return a word without halves of characters and without NUL.

    >>> _word("SM1\ud83d\0")
    'SM1?'
    """
    return told and told.replace("\0", "").encode("utf-8", "replace").decode()
