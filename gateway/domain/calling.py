"""Calling codes: whose each is, and how many digits may follow it (ITU E.164).

Told from phonenumbers 9.0, whose own tables take too long to load for a glance at a number
that is already in international form.
"""

import re

# Code, region (-- for none), + where other regions share it, lengths that are possible.
_CODES = (
    "1US+7,10 7RU+7,10,14 20EG6,7,8,9,10 27ZA5,6,7,8,9,10 30GR10,11,12 31NL5,6,7,8,9,10,11 "
    "32BE8,9 33FR9 34ES9 36HU6,7,8,9 39IT+6,7,8,9,10,11,12 40RO6,9 41CH9,12 "
    "43AT3,4,5,6,7,8,9,10,11,12,13 44GB+4,5,6,7,8,9,10 45DK8 46SE6,7,8,9,10,12 47NO+5,8 "
    "48PL6,7,8,9,10 49DE2,3,4,5,6,7,8,9,10,11,12,13,14,15 51PE6,7,8,9 52MX7,8,10 "
    "53CU4,5,6,7,8,10 54AR6,7,8,10,11 55BR8,9,10,11 56CL9,10,11 57CO4,7,8,10,11 58VE7,10 "
    "60MY6,7,8,9,10 61AU+5,6,7,8,9,10,12 62ID5,6,7,8,9,10,11,12,13,14,15,16,17 "
    "63PH4,5,6,7,8,9,10,11,12,13 64NZ5,6,7,8,9,10 65SG8,10,11 66TH8,9,10,13 "
    "81JP8,9,10,11,12,13,14,15,16,17 82KR3,4,5,6,7,8,9,10,11,12,13,14 84VN7,8,9,10 "
    "86CN5,6,7,8,9,10,11,12 90TR7,10,12,13 91IN6,7,8,9,10,11,12,13 92PK5,6,7,8,9,10,11,12 "
    "93AF7,9 94LK7,9 95MM5,6,7,8,9,10 98IR4,5,6,7,8,10 211SS9 212MA+9 213DZ8,9 216TN8 "
    "218LY7,9 220GM7,9 221SN9 222MR8 223ML8 224GN8,9 225CI10 226BF8 227NE8 228TG8 229BJ10 "
    "230MU7,8,10 231LR7,8,9 232SL6,8 233GH7,8,9 234NG6,7,10,11,12,13,14 235TD8 236CF8 "
    "237CM8,9 238CV7 239ST7 240GQ9 241GA7,8 242CG9 243CD7,8,9,10 244AO9 245GW7,9 246IO7 "
    "247AC5,6 248SC7 249SD9 250RW8,9 251ET7,9 252SO6,7,8,9 253DJ8 254KE7,8,9,10 255TZ9 "
    "256UG5,6,7,9 257BI8 258MZ8,9 260ZM6,9 261MG7,9 262RE+9 263ZW6,7,9,10 264NA8,9 "
    "265MW7,9 266LS8 267BW7,8,10 268SZ8,9 269KM4,7 290SH+4,5 291ER6,7 297AW7 298FO6 299GL6 "
    "350GI8 351PT9 352LU4,5,6,7,8,9,10,11 353IE5,6,7,8,9,10 354IS7,9 355AL5,6,7,8,9 356MT8 "
    "357CY8 358FI+5,6,7,8,9,10,11,12 359BG4,5,6,7,8,9,12 370LT8 371LV8 372EE7,8,10 373MD8 "
    "374AM5,6,8 375BY5,6,7,8,9,10,11 376AD6,8,9 377MC8,9 378SM6,8,10 380UA5,6,7,9,10 "
    "381RS4,5,6,7,8,9,10,11,12 382ME6,8,9 383XK8,9,10,11,12 385HR6,7,8,9 386SI5,6,7,8 "
    "387BA6,8,9 389MK6,7,8 420CZ9,10,11,12 421SK6,7,9 423LI7,9 500FK5 501BZ7,11 502GT8,11 "
    "503SV7,8,11 504HN8,11 505NI8 506CR8,10 507PA7,8,10,11 508PM6,9 509HT8 590GP+9 "
    "591BO7,8,9 592GY7 593EC7,8,9,10,11 594GF9 595PY5,6,7,8,9,10,11 596MQ9 597SR6,7 "
    "598UY4,5,6,7,8,9,10,11,12,13 599CW+7,8 670TL7,8 672NF5,6 673BN7 674NR7 675PG7,8 "
    "676TO5,7 677SB5,7 678VU5,7 679FJ7,11 680PW7 681WF6,9 682CK5 683NU4,7 685WS5,6,7,10 "
    "686KI5,8 687NC6 688TV5,6,7 689PF6,8,9 690TK4,5,6,7 691FM7 692MH7 800--8 808--8 "
    "850KP6,7,8,10 852HK5,6,7,8,9,11 853MO7,8 855KH6,7,8,9,10 856LA6,8,9,10 870--9,12 "
    "878--12 880BD6,7,8,9,10 881--9,10 882--7,8,9,10,11,12 883--8,9,10,11,12 "
    "886TW7,8,9,10,11 888--11 960MV7,10 961LB7,8 962JO8,9 963SY6,7,8,9 964IQ6,7,8,9,10 "
    "965KW7,8 966SA7,9,10 967YE6,7,8,9 968OM7,8,9 970PS7,8,9,10 971AE5,6,7,8,9,10,11,12 "
    "972IL7,8,9,10,11,12 973BH8 974QA7,8,9,11 975BT6,7,8 976MN4,5,6,8,9,10 "
    "977NP6,7,8,10,11 979--8,9 992TJ3,5,6,7,9 993TM8 994AZ7,9 995GE6,7,9 996KG5,6,9,10 "
    "998UZ9 "
)

POSSIBLE: dict[str, frozenset[int]] = {}
REGION: dict[str, str] = {}
SHARED: set[str] = set()

for _code, _region, _more, _lengths in re.findall(r"(\d+)([A-Z]{2}|--)(\+?)([\d,]+)", _CODES):
    POSSIBLE[_code] = frozenset(map(int, _lengths.split(",")))
    if _region != "--":
        REGION[_code] = _region
    if _more:
        SHARED.add(_code)


def code_of(digits: str) -> str | None:
    """Return the calling code that international digits begin with.

    >>> code_of("254712345678"), code_of("999")
    ('254', None)
    """
    for length in (1, 2, 3):
        if (code := digits[:length]) in POSSIBLE:
            return code
    return None


def possible(digits: str) -> bool:
    """Say whether digits after a plus are of a length that their country has.

    >>> possible("254712345678"), possible("2547")
    (True, False)
    """
    code = code_of(digits)
    return code is not None and len(digits) - len(code) in POSSIBLE[code]
