"""What a text becomes on the air: alphabets, parts, headers, packed septets."""

from gateway.domain.sms.alphabet import GSM7, UCS2, Coding, Unencodable, decode, encode, fits
from gateway.domain.sms.explain import Explanation, explain, smart
from gateway.domain.sms.header import BadHeader, Header, read_header, write_header
from gateway.domain.sms.packing import pack, unpack
from gateway.domain.sms.parts import Joined, Measure, join, measure, national, room, split, standing
from gateway.domain.sms.userdata import UserData, coding_of, read_user_data, write_user_data

__all__ = [
    "GSM7",
    "UCS2",
    "BadHeader",
    "Coding",
    "Explanation",
    "Header",
    "Joined",
    "Measure",
    "Unencodable",
    "UserData",
    "coding_of",
    "decode",
    "encode",
    "explain",
    "fits",
    "join",
    "measure",
    "national",
    "pack",
    "read_header",
    "read_user_data",
    "room",
    "smart",
    "split",
    "standing",
    "unpack",
    "write_header",
    "write_user_data",
]
