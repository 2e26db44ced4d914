"""J3: asking for help by USSD, with a session that breaks off.

Amina, in Kenya, writes Swahili on a phone with buttons.
"""

from itertools import count

import pytest

from gateway.domain.sms import measure
from tests.journeys.africastalking_server import AfricasTalkingServer
from tests.journeys.conftest import Make
from tests.journeys.phone import Session
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until

AREAS = """pcode,name,parent,level
KE,Kenya,,0
KE004,Tana River,KE,1
KE004019,Garsen,KE004,2
KE004018,Galole,KE004,2
"""
WORDS = "maji hakuna * tangu jana"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def gateway(make: Make, africastalking: AfricasTalkingServer) -> GatewayProcess:
    gateway = make(LANGUAGE="sw", REGION="KE")
    gateway.add_channel("tana", "africastalking", africastalking, "22384")
    file = gateway.data / "areas.csv"
    file.write_text(AREAS, encoding="utf-8")
    gateway.command("areas", "import", str(file))
    gateway.start()
    return gateway


@pytest.fixture
def amina() -> str:
    return f"+25470000{next(NUMBERS):04}"


def items(gateway: GatewayProcess, number: str) -> list[dict[str, object]]:
    return gateway.rows(
        """SELECT feedback.reference, type, feedback.text, feedback.language, partial, pcode
             FROM feedback JOIN address ON address.id = feedback.address
             LEFT JOIN area ON area.id = feedback.area
            WHERE address.value = ? ORDER BY feedback.id""",
        number,
    )


def asked_for_help(gateway: GatewayProcess, number: str) -> Session:
    """Walk to the last question, seeing each screen on the way, and break off there."""
    session = Session(gateway, "tana", number)
    menu = session.dial()
    assert menu.startswith("CON ")
    assert measure(menu).parts == 1
    assert [line.split()[0] for line in menu.splitlines()[1:]] == ["1", "2", "3", "4", "5", "0"]
    assert "kijiji au eneo gani" in session.type("2")
    assert session.type("Garsen").startswith("CON Andika unachohitaji.")
    assert session.type(WORDS).startswith("CON Tuma ujumbe wako?\n1 Tuma")
    return session


def ages(gateway: GatewayProcess, seconds: float) -> None:
    with gateway.long_ago() as db:
        db.execute("UPDATE session SET updated_at = updated_at - ?", (seconds,))


def test_a_session_that_broke_off_goes_on_where_it_stood(gateway, africastalking, amina):
    asked_for_help(gateway, amina)
    ages(gateway, 4 * 60)
    again = Session(gateway, "tana", amina)
    assert again.dial() == "CON Hukumaliza. Sasa je?\n1 Endelea\n2 Anza upya\n0 Toka"
    assert again.type("1").startswith("CON Tuma ujumbe wako?\n1 Tuma")
    end = again.type("1")
    (item,) = items(gateway, amina)
    assert end.startswith("END ")
    assert item["reference"] in end
    assert item == {
        "reference": item["reference"],
        "type": "request",
        "text": WORDS,
        "language": "sw",
        "partial": 0,
        "pcode": "KE004019",
    }
    until(lambda: any(m.to == amina for m in africastalking.messages), "an SMS", told=gateway.log)
    (sms,) = [m for m in africastalking.messages if m.to == amina]
    assert sms.sender == "22384"
    assert (
        sms.text == f"Asante. Tumepata ujumbe wako. Mtu atausoma. Namba yake: {item['reference']}"
    )


def test_who_starts_again_is_at_the_first_menu(gateway, amina):
    asked_for_help(gateway, amina)
    again = Session(gateway, "tana", amina)
    again.dial()
    assert "\n1 Uliza swali\n" in again.type("2")


def test_after_ten_minutes_what_was_typed_is_kept_as_unfinished(gateway, amina):
    asked_for_help(gateway, amina).drop()
    assert items(gateway, amina) == []
    ages(gateway, 11 * 60)
    menu = Session(gateway, "tana", amina).dial()
    assert "\n1 Uliza swali\n" in menu
    (item,) = items(gateway, amina)
    assert (item["partial"], item["type"], item["text"]) == (1, "request", WORDS)
    assert (item["language"], item["pcode"]) == ("sw", "KE004019")


def test_who_never_dials_again_is_kept_too(gateway, amina):
    asked_for_help(gateway, amina)
    ages(gateway, 11 * 60)
    until(lambda: items(gateway, amina), "an unfinished item", told=gateway.log)
    Session(gateway, "tana", amina).dial()
    assert [item["partial"] for item in items(gateway, amina)] == [1]


def test_a_step_told_twice_shows_the_same_screen_and_makes_nothing_twice(
    gateway, africastalking, amina
):
    session = Session(gateway, "tana", amina)
    shown = [session.dial()]
    assert session.repeat().text == shown[0]
    for words in ("2", "Garsen", WORDS, "1"):
        shown.append(session.type(words))
        assert session.repeat().text == shown[-1]
    assert len(set(shown)) == 5
    assert shown[-1].startswith("END ")
    assert len(items(gateway, amina)) == 1
    assert session.drop().status == 200
    until(lambda: any(m.to == amina for m in africastalking.messages), "an SMS", told=gateway.log)
    assert len([m for m in africastalking.messages if m.to == amina]) == 1


def test_what_is_dialled_with_the_code_leads_straight_there(gateway, amina):
    session = Session(gateway, "tana", amina, ["2", "Garsen"])
    assert session.dial().startswith("CON Andika unachohitaji.")


def test_a_place_nobody_knows_is_offered_its_neighbours_and_can_be_left_out(gateway, amina):
    session = Session(gateway, "tana", amina)
    session.dial()
    session.type("2")
    assert "\n1 Garsen" in session.type("Garsn")
    assert session.type("1").startswith("CON Andika unachohitaji.")
