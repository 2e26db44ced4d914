"""People come in by list or by program, over a real store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Refused
from gateway.people import Added, Fields, add_contact, change_contact
from gateway.settings import Settings
from gateway.store import areas, consent, contacts, create

NOW = 1_795_000_000.0
NUMBER = "+15550100"
BY = "token:registry"


@pytest.fixture
def gw(tmp_path: Path) -> Iterator[Gateway]:
    settings = Settings.load(
        {"GATEWAY_DATA": str(tmp_path), "GATEWAY_SECRET": "for tests only", "GATEWAY_REGION": "GB"}
    )
    create(settings.store)
    gw = open_gateway(settings)
    gw.clock = lambda: NOW
    gw.store.write(lambda db: areas.add(db, "NP0106", "Sunsari", "sunsari"))
    yield gw
    gw.store.close()


def add(gw: Gateway, **told: Any) -> Added:
    fields = Fields(**{"address": NUMBER, **told})
    return gw.store.write(lambda db: add_contact(gw, db, BY, fields, "api"))


def ledger(gw: Gateway, added: Added) -> list[str]:
    return [row["state"] for row in consent.entries(gw.store.read, added.address)][::-1]


def kept(gw: Gateway, added: Added) -> Any:
    return contacts.get(gw.store.read, added.contact)


def leave(gw: Gateway, added: Added) -> None:
    key = gw.numbers.of(NUMBER)
    gw.store.write(
        lambda db: consent.record(
            db, number_key=key, address=added.address, state="out", how="keyword", now=NOW
        )
    )


def test_a_person_comes_in_with_all_that_is_told(gw):
    added = add(gw, language="nep", area="NP0106", groups=("Wash ", "Staff"), proof="form 7")
    assert added.new
    assert not added.left
    row = kept(gw, added)
    assert (row["language"], row["pcode"], row["source"]) == ("ne", "NP0106", "api")
    assert contacts.groups_of(gw.store.read, added.contact) == ["Staff", "Wash"]
    entry = consent.entries(gw.store.read, added.address)[0]
    assert (entry["state"], entry["how"], entry["by"]) == ("pending", "api", BY)
    assert entry["proof"] == "form 7"


def test_a_number_is_one_person_however_it_is_written(gw):
    first = add(gw, address="07700 900123")
    again = add(gw, address="+44 7700 900123", language="en")
    assert (again.contact, again.new, again.changed) == (first.contact, False, True)
    assert not add(gw, address="+447700900123", language="en").changed


CONSENTS = [
    # before, asked, then, told as left
    ((), None, "pending", False),
    ((), "none", "none", False),
    ((), "in", "in", False),
    ((), "alerts", "alerts", False),
    ((), "out", "out", False),
    (("in",), None, "in", False),
    (("in",), "pending", "in", False),
    (("in",), "alerts", "alerts", False),
    (("in",), "out", "out", False),
    (("pending",), "in", "in", False),
    (("out",), "in", "out", True),
    (("out",), "pending", "out", True),
    (("out",), None, "out", True),
    (("out",), "out", "out", False),
]


@pytest.mark.parametrize("before, asked, then, left", CONSENTS)
def test_consent_moves_only_as_it_may(gw, before, asked, then, left):
    for state in before:
        add(gw, consent=state)
    added = add(gw, consent=asked)
    assert contacts.by_address(gw.store.read, added.address).consent == then
    assert added.left == left
    expected = [*before, then] if then not in ("none", *before) else [*before]
    assert ledger(gw, added) == expected


def test_who_left_stays_out_of_whatever_list_they_are_on(gw):
    first = add(gw, consent="in")
    leave(gw, first)
    again = add(gw, consent="in", language="fr")
    assert (again.left, again.changed) == (True, True)
    assert ledger(gw, first) == ["in", "out"]


WRONG = [
    ({"address": "12"}, "address"),
    ({"address": "InfoRC"}, "address"),
    ({"address": ""}, "address"),
    ({"language": "Nepali please"}, "language"),
    ({"language": "xx"}, "language"),
    ({"language": "qqq-Latn"}, "language"),
    ({"language": "und"}, "language"),
    ({"area": "NP9999"}, "area"),
    ({"consent": "yes"}, "consent"),
    ({"groups": ("",)}, "groups"),
    ({"groups": ("x" * 61,)}, "groups"),
]


@pytest.mark.parametrize("told, field", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_kept(gw, told, field):
    with pytest.raises(Refused) as refused:
        add(gw, **told)
    assert refused.value.field == field
    assert NUMBER not in str(refused.value)
    assert contacts.count(gw.store.read) == 0


def test_a_language_nobody_listed_is_kept_if_it_is_one(gw):
    added = add(gw, language="lgg-latn")
    assert kept(gw, added)["language"] == "lgg-Latn"


def test_an_empty_text_takes_away_and_nothing_leaves_alone(gw):
    first = add(gw, language="ne", area="NP0106", groups=("Staff",))
    told = Fields("", language="", groups=())
    changed = gw.store.write(lambda db: change_contact(gw, db, BY, first.contact, told, "api"))
    row = kept(gw, first)
    assert changed.changed
    assert (row["language"], row["pcode"]) == (None, "NP0106")
    assert contacts.groups_of(gw.store.read, first.contact) == []


def test_nobody_can_be_changed_who_is_not_there(gw):
    with pytest.raises(Refused) as refused:
        gw.store.write(lambda db: change_contact(gw, db, BY, 99, Fields("", language="ne"), "api"))
    assert refused.value.field == "id"
