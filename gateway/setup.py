"""Making a data folder: its key, its store, and the content it begins with."""

import sqlite3

from gateway.context import Gateway, read_pack
from gateway.domain.keywords import normal
from gateway.sealing import NumberKey, make_key
from gateway.settings import Settings
from gateway.store import areas, channels, codes, consent, contacts, create, groups, topics

DEMO_AREAS = (
    ("ZZ01", "Riverside", None, 1),
    ("ZZ0101", "Upper Bank", "ZZ01", 2),
    ("ZZ0102", "Lower Bank", "ZZ01", 2),
    ("ZZ02", "Hillside", None, 1),
)
DEMO_LANGUAGES = ("en", "fr", "sw", "ne", "ar")
DEMO_PEOPLE = 60
# +44 7700 900000 to 900999 are kept for fiction by the regulator: they reach nobody.
DEMO_NUMBER = "+447700900{:03d}"


def make(settings: Settings) -> list[str]:
    """Make what is missing of the folder, the key and the store; return migrations that ran."""
    settings.data.mkdir(parents=True, exist_ok=True)
    if not settings["SECRET"]:
        make_key(settings.key_file)
    return create(settings.store, settings.page)


def load_default(gw: Gateway) -> None:
    """Load the topics of the packs and the codebook; doing it again changes nothing else."""
    pack = read_pack(gw.settings.data / "messages")

    def work(db: sqlite3.Connection) -> None:
        topics.load(db, pack)
        codes.load_default(db)

    gw.store.write(work)


def load_demo(gw: Gateway) -> None:
    """Add a simulator channel, places and people that do not exist, once."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        if channels.by_name(db, "simulator") is None:
            sealed = gw.sealer.seal({})
            channels.add(db, "simulator", "simulator", "4040", sealed, now, rate=50.0)
        for pcode, name, parent, level in DEMO_AREAS:
            areas.add(db, pcode, name, normal(name), parent, level)
        if contacts.by_value(db, DEMO_NUMBER.format(0)) is None:
            for number in range(DEMO_PEOPLE):
                _demo_person(gw.numbers, db, number, now)
            exercise = contacts.group_id(db, "Exercise")
            groups.rehearse(db, exercise, True)

    gw.store.write(work)


def _demo_person(numbers: NumberKey, db: sqlite3.Connection, number: int, now: float) -> None:
    value = DEMO_NUMBER.format(number)
    person = contacts.add(
        db,
        "phone",
        value,
        numbers.of(value),
        now,
        language=DEMO_LANGUAGES[number % len(DEMO_LANGUAGES)],
        area=areas.id_of(db, DEMO_AREAS[1 + number % 3][0]),
        source="demo",
    )
    contacts.join_groups(db, person.contact, ["Exercise"] if number < 5 else ["Households"])
    consent.record(
        db,
        number_key=numbers.of(value),
        address=person.address,
        state="in",
        how="demo",
        now=now,
    )
