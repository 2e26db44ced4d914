"""Make pictures of pages small: a page has few colours, and a palette of them is enough."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST = 256


def fewer_colours(png: bytes) -> bytes:
    """Return an 8-bit RGB or RGBA picture with its 256 most used colours; others go to the nearest.

    A picture that is not of that kind comes back as it is.
    """
    chunks = list(_chunks(png))
    width, height, depth, kind, *_ = struct.unpack(">IIBBBBB", chunks[0][1])
    size = {2: 3, 6: 4}.get(kind)
    if depth != 8 or size is None:
        return png
    lines = _lines(zlib.decompress(b"".join(d for n, d in chunks if n == b"IDAT")), width, size)
    colours = [[line[i : i + 3] for i in range(0, len(line), size)] for line in lines]
    return _written(width, height, colours)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _lines(raw: bytes, width: int, size: int) -> list[bytes]:
    """Undo the filters of a picture's lines."""
    stride = width * size
    lines: list[bytes] = []
    above = bytes(stride)
    for at in range(0, len(raw), stride + 1):
        above = _line(raw[at], raw[at + 1 : at + 1 + stride], above, size)
        lines.append(above)
    return lines


def _line(kind: int, line: bytes, above: bytes, size: int) -> bytes:
    if kind == 0:
        return line
    out = bytearray(size) + line  # a pixel of nothing to the left
    up = bytes(size) + above
    for i in range(size, len(out)):
        left, over, corner = out[i - size], up[i], up[i - size]
        guess = (0, left, over, (left + over) // 2, _paeth(left, over, corner))[kind]
        out[i] = (out[i] + guess) & 255
    return bytes(out[size:])


def _paeth(left: int, over: int, corner: int) -> int:
    """
    >>> _paeth(10, 20, 12), _paeth(10, 10, 10)
    (20, 10)
    """
    guess = left + over - corner
    return min((left, over, corner), key=lambda value: abs(guess - value))


def _written(width: int, height: int, colours: list[list[bytes]]) -> bytes:
    counted = Counter(colour for line in colours for colour in line)
    palette = [colour for colour, _ in counted.most_common(MOST)]
    place = {colour: i for i, colour in enumerate(palette)}
    for colour in counted:
        if colour not in place:
            place[colour] = min(range(len(palette)), key=lambda i: _apart(palette[i], colour))
    data = b"".join(b"\0" + bytes(place[colour] for colour in line) for line in colours)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(data, 9)))
    return SIGNATURE + b"".join(_chunk(*part) for part in (*parts, (b"IEND", b"")))


def _apart(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
