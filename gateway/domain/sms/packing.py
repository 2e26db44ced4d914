"""Septets packed into octets and back (3GPP TS 23.038 6.1.2), least significant bit first."""

from functools import lru_cache

CR = 0x0D
_LANES = ((0x7F00, 0x007F, 2, 1), (0x3FFF0000, 0x3FFF, 4, 2), (0x0FFFFFFF << 32, 0x0FFFFFFF, 8, 4))
_BACK = ((0x0FFFFFFF << 28, 0x0FFFFFFF, 8, 4), (0x0FFFC000, 0x3FFF, 4, 2), (0x3F80, 0x7F, 2, 1))


def pack(septets: bytes, fill: int = 0, ussd: bool = False) -> bytes:
    """Pack septets, after `fill` zero bits; `ussd` pads spare room with CR, not zeros.

    >>> pack(b"hello").hex()
    'e8329bfd06'
    """
    if ussd:
        septets = _padded(septets)
    count = len(septets)
    size = -(-count // 8) * 8
    number = int.from_bytes(septets, "little")
    for high, low, _, shift in _masks(size, _LANES):
        number = (number & high) >> shift | number & low
    packed = bytearray(number.to_bytes(size, "little"))
    del packed[7::8]
    if fill:
        shifted = int.from_bytes(packed, "little") << fill
        packed = bytearray(shifted.to_bytes(len(packed) + 1, "little"))
    return bytes(packed[: (count * 7 + fill + 7) // 8])


def unpack(octets: bytes, count: int, fill: int = 0, ussd: bool = False) -> bytes:
    """Return `count` septets, skipping `fill` bits; ValueError where octets are too few.

    The count decides, never the octets: seven spare zero bits look just like an `@`.

    >>> unpack(bytes.fromhex("31d98c56b3dd00"), 7), unpack(bytes.fromhex("31d98c56b3dd00"), 8)
    (b'1234567', b'1234567\\x00')
    """
    if count * 7 + fill > len(octets) * 8:
        raise ValueError(f"{len(octets)} octets cannot hold {count} septets")
    lanes = -(-count // 8)
    packed = (int.from_bytes(octets, "little") >> fill).to_bytes(
        max(len(octets), lanes * 7), "little"
    )
    wide = bytearray(lanes * 8)
    for octet in range(7):
        wide[octet::8] = packed[octet : lanes * 7 : 7]
    number = int.from_bytes(wide, "little")
    for high, low, _, shift in _masks(lanes * 8, _BACK):
        number = (number & high) << shift | number & low
    septets = number.to_bytes(lanes * 8, "little")[:count]
    return _trimmed(septets) if ussd else septets


def _padded(septets: bytes) -> bytes:
    """Fill seven spare bits with CR, and double a CR that would be taken for padding."""
    odd = len(septets) % 8
    if odd == 7 or (odd == 0 and septets.endswith(b"\r")):
        return septets + b"\r"
    return septets


def _trimmed(septets: bytes) -> bytes:
    if len(septets) % 8 == 0 and septets.endswith(b"\r"):
        return septets[:-1]
    if len(septets) % 8 == 1 and septets.endswith(b"\r\r"):
        return septets[:-1]
    return septets


@lru_cache(maxsize=64)
def _masks(size: int, lanes: tuple[tuple[int, int, int, int], ...]) -> tuple[tuple[int, ...], ...]:
    """Repeat each lane's two masks over `size` bytes."""

    def over(mask: int, width: int) -> int:
        return int.from_bytes(mask.to_bytes(width, "little") * (size // width), "little")

    return tuple((over(high, w), over(low, w), w, shift) for high, low, w, shift in lanes)
