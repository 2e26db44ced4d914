"""J6: an alert that Sita writes and Ram lets go, in Nepal; one of the two is never enough."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.journeys.conftest import Make
from tests.journeys.process import PASSWORD, GatewayProcess
from tests.journeys.seat import Seat
from tests.journeys.waiting import until
from tests.providers.twilio_server import Taken, TwilioServer

AREAS = """pcode,name,parent,level
NP01,Koshi,,1
NP0101,Sunsari,NP01,2
NP0102,Morang,NP01,2
"""
READERS = {"ne": 110, "en": 9, "mai": 5}
PEOPLE = sum(READERS.values())
ELSEWHERE = "+447700900900"
LEFT = "+447700900901"
RATE = "30"  # parts a second: there is time to stop it
ENGLISH = (
    "RED CROSS: FLOOD in Sunsari today by 5 pm. Go to high ground now. Take water. Until Sun 8 am."
)
NEPALI = "रेड क्रस: कोशी नदीमा बाढी आउँदैछ। सुनसरीमा आज ५ बजेसम्म। अहिले नै अग्लो ठाउँमा जानुहोस्।"


def contacts() -> str:
    """Return the list of people in Sunsari, one elsewhere, and one who will leave."""
    tags = [tag for tag, people in READERS.items() for _ in range(people)]
    lines = [f"+447700900{n:03},{tag},NP0101,in,form {n}" for n, tag in enumerate(tags)]
    lines += [f"{ELSEWHERE},ne,NP0102,in,form 900", f"{LEFT},ne,NP0101,in,form 901"]
    return "\n".join(["address,language,area,consent,proof", *lines])


@pytest.fixture(scope="module")
def gateway(make: Make, twilio: TwilioServer) -> GatewayProcess:
    gateway = make(LANGUAGE="ne", REGION="NP", TIMEZONE="Asia/Kathmandu")
    gateway.add_twilio("koshi", twilio)
    gateway.command("channel", "set", "koshi", "--rate", RATE, "--cost", "0.02")
    gateway.add_users(Sita="operator", Ram="approver", Asha="administrator")
    for kind, list_ in (("areas", AREAS), ("contacts", contacts())):
        file = gateway.data / f"{kind}.csv"
        file.write_text(list_, encoding="utf-8")
        gateway.command(kind, "import", str(file))
    gateway.start()
    assert twilio.bring(gateway.hook("koshi"), LEFT, "STOP")[0] == 200
    until(lambda: twilio.messages, "a goodbye", told=gateway.log)
    return gateway


class Alert:
    """One alert: what the provider got of it, and where it stands in the store."""

    def __init__(self, gateway: GatewayProcess, server: TwilioServer) -> None:
        self.gateway, self.server = gateway, server
        self.before = len(server.messages)
        self.id = 0

    @property
    def sent(self) -> list[Taken]:
        return self.server.messages[self.before :]

    def reaches(self, count: int) -> None:
        until(lambda: len(self.sent) >= count, f"{count} sent", 30, self.gateway.log)

    @property
    def state(self) -> str:
        return str(self.gateway.value("SELECT state FROM alert WHERE id = ?", self.id))

    def comes_to(self, state: str) -> None:
        until(lambda: self.state == state, f"the alert is {state}", 20, lambda: self.state)

    def rests(self) -> Counter[str]:
        """Wait until nothing of it is on its way; return how many are in each state."""
        sql = "SELECT state FROM outbox WHERE alert = ?"

        def states() -> Counter[str]:
            return Counter(row["state"] for row in self.gateway.rows(sql, self.id))

        until(lambda: not states()["claimed"], "nothing on its way", told=states)
        return states()

    def went_to_all_once(self, nepali: str, english: str) -> None:
        told = Counter(message.form["Body"] for message in self.sent)
        assert told == {nepali: READERS["ne"] + READERS["mai"], english: READERS["en"]}
        assert len({message.form["To"] for message in self.sent}) == PEOPLE
        assert not {ELSEWHERE, LEFT} & {message.form["To"] for message in self.sent}


@pytest.fixture
def alert(gateway: GatewayProcess, twilio: TwilioServer) -> Alert:
    return Alert(gateway, twilio)


def writes(seat: Seat, alert: Alert, nepali: str, english: str) -> None:
    """Sita writes, looks at what it costs, keeps it as a draft and submits it."""
    seat.sign_in("Sita")
    seat.go("/alerts/new")
    seat.write("text-ne", nepali)
    seat.write("text-en", english)
    seat.tick("area", "NP0101")
    seat.choose("class", "emergency")
    seat.press("Check")
    seat.sees(f"{PEOPLE} people would get it now.")
    seat.sees("2 SMS · 70 letters each")
    seat.sees("1 SMS · 160 letters each")
    seat.press("Keep the alert as a draft")
    alert.id = int(seat.path.removeprefix("/alerts/"))
    seat.press("Submit the alert for approval")
    seat.sees("somebody else must approve it")
    assert not seat.offers("Send this real alert")


def approves(seat: Seat, alert: Alert, people: int, password: str = PASSWORD) -> None:
    seat.go(f"/alerts/{alert.id}")
    seat.write("people", str(people))
    seat.write("password", password)
    seat.press("Send this real alert")


def words(kind: str) -> tuple[str, str]:
    """Return the words of one alert, unlike those of the other tests'."""
    return f"{NEPALI} {kind}", f"{ENGLISH} {kind}"


def test_two_people_let_it_go_stop_it_and_let_it_go_on(
    gateway: GatewayProcess, alert: Alert, browser: Chrome
):
    seat, (nepali, english) = Seat(browser, gateway), words(str(browser.session_id)[:3])
    writes(seat, alert, nepali, english)
    seat.sign_in("Ram")
    seat.go(f"/alerts/{alert.id}")
    for told in (nepali, english, f"{PEOPLE}", "मैथिली → gets नेपाली", "It is not a drill."):
        seat.sees(told)
    approves(seat, alert, PEOPLE, "not the password")
    seat.sees("This is not your password. Nothing was sent.")
    approves(seat, alert, PEOPLE - 1)
    seat.sees(f"This alert goes to {PEOPLE} people: type that number.")
    assert (alert.sent, alert.state) == ([], "submitted")
    approves(seat, alert, PEOPLE)
    seat.sees("Approved. It is going out.")
    alert.reaches(10)
    seat.sign_in("Sita")
    seat.go(f"/alerts/{alert.id}")
    seat.press("Stop this alert now")
    seat.sees("Stopped.")
    states = alert.rests()
    assert set(states) == {"sent", "withdrawn"}
    assert states.total() == PEOPLE
    assert (len(alert.sent), alert.state) == (states["sent"], "stopped")
    seat.press("Ask for it to go on")
    seat.sees("somebody else must approve it")
    assert alert.state == "submitted"
    assert len(alert.sent) == states["sent"]
    seat.sign_in("Ram")
    approves(seat, alert, PEOPLE)
    alert.comes_to("done")
    alert.went_to_all_once(nepali, english)
    seat.sees("Done", again=True)


def order(nepali: str, english: str) -> dict[str, Any]:
    ends = datetime.now(UTC) + timedelta(hours=6)
    told = {"texts": {"ne": nepali, "en": english}, "class": "emergency"}
    return told | {"audience": {"areas": ["NP0101"]}, "expires": ends.isoformat()}


def test_one_letter_changed_while_it_is_read_voids_the_approval(
    gateway: GatewayProcess, alert: Alert, browser_plain: Chrome
):
    seat, (nepali, english) = Seat(browser_plain, gateway), words("edit")
    writes(seat, alert, nepali, english)
    seat.sign_in("Ram")
    seat.go(f"/alerts/{alert.id}")
    sita = gateway.add_token("changes", "operator", "--user", "Sita")
    texts = {"texts": {"ne": nepali, "en": english + "!"}}
    assert gateway.api(sita, "PATCH", f"/alerts/{alert.id}", texts).json["state"] == "draft"
    assert gateway.api(sita, "POST", f"/alerts/{alert.id}/submit").status == 200
    seat.write("people", str(PEOPLE))
    seat.write("password", PASSWORD)
    seat.press("Send this real alert")
    seat.sees("The alert was changed meanwhile. Read it again.")
    assert (alert.sent, alert.state) == ([], "submitted")
    decided = gateway.rows("SELECT decision FROM approval WHERE alert = ? ORDER BY id", alert.id)
    assert [row["decision"] for row in decided] == ["submitted", "void", "submitted"]


def test_programs_need_two_people_too(gateway: GatewayProcess, alert: Alert):
    asha = gateway.add_token("writes", "administrator", "--user", "Asha")
    ram = gateway.add_token("approves", "approver", "--user", "Ram")
    nepali, english = words("api")
    made = gateway.api(asha, "POST", "/alerts", order(nepali, english))
    assert (made.status, made.json["state"]) == (201, "draft")
    preview = made.json["preview"]
    assert (preview["people"], preview["parts"]) == (PEOPLE, 2 * 115 + 9)
    assert preview["cost"] == pytest.approx(0.02 * preview["parts"])
    assert {
        line["language"]: (line["people"], line["parts"], line["alphabet"], line["falls_back_to"])
        for line in preview["by_language"]
    } == {
        "ne": (110, 2, "ucs2", None),
        "en": (9, 1, "gsm7", None),
        "mai": (5, 2, "ucs2", "ne"),
    }
    path = f"/alerts/{made.json['id']}"
    alert.id = made.json["id"]
    assert gateway.api(ram, "POST", f"{path}/approve", {"people": PEOPLE}).status == 409
    assert gateway.api(asha, "POST", f"{path}/submit").json["state"] == "submitted"
    own = gateway.api(asha, "POST", f"{path}/approve", {"people": PEOPLE})
    assert (own.status, own.json["error"]["field"]) == (403, "by")
    other = gateway.api(ram, "POST", f"{path}/approve", {"people": 7})
    assert (other.status, other.json["error"]["field"]) == (422, "people")
    assert alert.sent == []
    assert gateway.api(ram, "POST", f"{path}/approve", {"people": PEOPLE}).status == 200
    alert.reaches(10)
    assert gateway.api(ram, "POST", f"{path}/stop").json["state"] == "stopped"
    alert.rests()
    counts = gateway.api(asha, "GET", path).json["counts"]
    assert (counts["sent"], counts["sent"] + counts["withdrawn"]) == (len(alert.sent), PEOPLE)
    assert gateway.api(asha, "POST", f"{path}/resume").json["state"] == "submitted"
    assert len(alert.sent) == counts["sent"]
    assert gateway.api(ram, "POST", f"{path}/approve", {"people": PEOPLE}).status == 200
    alert.comes_to("done")
    alert.went_to_all_once(nepali, english)
    assert gateway.api(ram, "GET", path).json["counts"]["sent"] == PEOPLE


def test_the_command_line_needs_two_people_too(gateway: GatewayProcess, alert: Alert):
    nepali, english = words("cli")
    gateway.command("channel", "set", "koshi", "--rate", "400")
    as_ = ["--password-file", str(gateway.data / "password.txt"), "--as"]
    texts = ["--text", f"ne={nepali}", "--text", f"en={english}", "--area", "NP0101"]
    ends = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
    told = gateway.command("alert", "create", *texts, "--expires", ends, *as_, "Sita")
    alert.id = gateway.value("SELECT max(id) FROM alert")
    assert f"{PEOPLE} people, {2 * 115 + 9} parts" in told
    approve = ["alert", "approve", str(alert.id), "--people"]
    assert gateway.try_command(*approve, str(PEOPLE), *as_, "Sita").returncode == 1
    assert gateway.try_command(*approve, "7", *as_, "Ram").returncode == 1
    assert (alert.sent, alert.state) == ([], "submitted")
    gateway.command(*approve, str(PEOPLE), *as_, "Ram")
    alert.comes_to("done")
    alert.went_to_all_once(nepali, english)
