"""A table as people save it: any of the usual encodings, commas or semicolons, any order."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.domain.alerts import Refused

LARGEST = 20 * 1024 * 1024  # bytes
MOST = 1000  # letters of a line; a list of people has no longer ones

N_ = str  # marks a sentence for translators

EMPTY = N_("The file is empty.")
TOO_LARGE = N_("The file is larger than 20 MB. Send it in pieces.")
NOT_TEXT = N_("This is not a table of text. Save it as CSV, in UTF-8.")
NO_COLUMN = N_("The first line must name the columns, and one of them must be %(column)s.")
STRANGE = N_("We do not know the column %(column)s. The columns are: %(known)s.")
TWICE = N_("The column %(column)s is there twice.")
TOO_MANY = N_("The line has more cells than the first line has names.")
TOO_LONG = N_("The line is too long.")
NOT_A_LINE = N_("The line cannot be read as cells.")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose first line was understood; lines are read when they are asked for."""

    data: bytes
    encoding: str
    comma: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, data: bytes, known: Sequence[str], needed: str) -> "Table":
        """Look at a file; Refused unless its first line names columns we know."""
        if not data.strip():
            raise Refused(EMPTY, "file")
        if len(data) > LARGEST:
            raise Refused(TOO_LARGE, "file")
        encoding = encoding_of(data)
        try:
            first = next(_lines(data, encoding), "")
        except UnicodeError:
            raise Refused(NOT_TEXT, "file") from None
        comma = max(",;\t", key=first.count)
        columns = tuple(_named(cell) for cell in _cells(first, comma))
        _check(columns, known, needed)
        return cls(data, encoding, comma, columns)

    def __len__(self) -> int:
        """How many lines there are below the first."""
        try:
            return sum(1 for _line in _lines(self.data, self.encoding)) - 1
        except UnicodeError:
            raise Refused(NOT_TEXT, "file") from None

    def lines(self, after: int = 0) -> Iterator[str]:
        """Yield the lines below the first, without those that were done before."""
        for number, line in enumerate(_lines(self.data, self.encoding)):
            if number > after:
                yield line

    def row(self, line: str) -> Mapping[str, str]:
        """Return the cells of a line by column, without the empty ones; Refused if it is odd."""
        cells = [_bare(cell) for cell in _cells(line, self.comma)]
        if any(cells[len(self.columns) :]):
            raise Refused(TOO_MANY)
        named = zip(self.columns, cells, strict=False)
        return {column: cell for column, cell in named if cell}


def encoding_of(data: bytes) -> str:
    """Return how a text is written; latin-1 is the guess where nothing else fits.

    >>> encoding_of("é".encode()), encoding_of(b"\\xe9"), encoding_of("a".encode("utf-16"))
    ('utf-8', 'latin-1', 'utf-16')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    if b"\0" in data[:100]:
        return "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    """Yield lines whatever ends them; a quote left open spoils its own line only."""
    with io.TextIOWrapper(io.BytesIO(data), encoding) as text:
        for line in text:
            yield line.rstrip("\n")


def _cells(line: str, comma: str) -> list[str]:
    if len(line) > MOST:
        raise Refused(TOO_LONG)
    try:
        return next(csv.reader([line], delimiter=comma), [])
    except csv.Error:
        raise Refused(NOT_A_LINE) from None


def _bare(cell: str) -> str:
    """Return a cell without spaces and without the mark by which spreadsheets know a text.

    >>> _bare(" '+15550100 "), _bare("O'Hara")
    ('+15550100', "O'Hara")
    """
    return cell.strip().removeprefix("'").strip()


def _named(cell: str) -> str:
    """
    >>> _named(" Other Names "), _named("P-Code")
    ('other_names', 'pcode')
    """
    return cell.strip().lower().replace("-", "").replace(" ", "_")


def _check(columns: Sequence[str], known: Sequence[str], needed: str) -> None:
    if needed not in columns:
        raise Refused(NO_COLUMN, "file", column=needed)
    for column in columns:
        if column not in known:
            raise Refused(STRANGE, "file", column=column[:30] or "–", known=", ".join(known))
        if columns.count(column) > 1:
            raise Refused(TWICE, "file", column=column)
