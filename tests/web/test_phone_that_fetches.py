"""SMSSync through the web: the phone fetches, confirms, is asked, and tells what became of it."""

import json

import pytest

from gateway import submit
from gateway.app import make_app
from gateway.domain.messages import Class
from gateway.engine import Engine
from gateway.store import channels, consent, contacts

SECRET = "a-long-secret"
MAYA, AMINA = "+15550100", "+15550101"


class Phone:
    """The app: it asks every minute."""

    def __init__(self, gw):
        self.gw, self.client = gw, make_app(gw).test_client()

    def fetch(self, secret=SECRET):
        answer = self.client.get(f"/hooks/phone/message?task=send&secret={secret}")
        assert answer.status_code == 200
        payload = json.loads(answer.data)["payload"]
        return payload.get("messages", payload)

    def took(self, *uuids):
        told = {"queued_messages": list(uuids)}
        answer = self.client.post("/hooks/phone/message?task=sent", json=told)
        return json.loads(answer.data)["message_uuids"]

    def asked(self):
        url = f"/hooks/phone/message?task=result&secret={SECRET}"
        return json.loads(self.client.get(url).data)["message_uuids"]

    def tell(self, uuid, **told):
        result = json.dumps([{"uuid": uuid, "sent_result_code": "-1", **told}])
        url = "/hooks/phone/message?task=result"
        assert self.client.post(url, json={"message_result": result}).status_code == 200


@pytest.fixture
def phone(gw):
    sealed = gw.sealer.seal({"secret": SECRET})
    gw.store.write(lambda db: channels.add(db, "phone", "smssync", MAYA, sealed, gw.clock()))
    return Phone(gw)


def queue(gw, text, to=AMINA, **more):
    order = submit.Order(to=[to], text=text, channel="phone", **more)
    return submit.submit(gw, "user:sita", order)[0].id


def state(gw, id):
    return gw.store.read.execute("SELECT state FROM outbox WHERE id = ?", (id,)).fetchone()[0]


def test_it_fetches_confirms_and_tells(gw, phone):
    id = queue(gw, "The clinic is open")
    (given,) = phone.fetch()
    assert (given["to"], given["message"], state(gw, id)) == (
        AMINA,
        "The clinic is open",
        "claimed",
    )
    assert phone.took(given["uuid"]) == [given["uuid"]]
    assert state(gw, id) == "sent"
    assert phone.asked() == [given["uuid"]]
    phone.tell(given["uuid"], delivered_result_message="SMS delivered")
    assert (state(gw, id), phone.asked()) == ("delivered", [])


def test_what_was_not_taken_is_given_again_under_its_name(gw, phone):
    queue(gw, "The clinic is open")
    (first,) = phone.fetch()
    assert phone.fetch() == []
    gw.clock.now += 121
    assert phone.fetch() == [first]


def test_who_left_meanwhile_is_not_written_to(gw, phone):
    id = queue(gw, "The clinic is open")
    phone.fetch()
    person = contacts.by_value(gw.store.read, AMINA)
    leaving = {"number_key": gw.numbers.of(AMINA), "address": person.address, "state": "out"}
    gw.store.write(lambda db: consent.record(db, **leaving, how="keyword", now=gw.clock()))
    gw.clock.now += 121
    assert (phone.fetch(), state(gw, id)) == ([], "withdrawn")


def test_the_most_urgent_goes_first_and_no_more_than_android_lets(gw, phone):
    for number in range(40):
        queue(gw, f"News {number}")
    queue(gw, "Go to high ground", class_=Class.EMERGENCY)
    first, later = phone.fetch(), phone.fetch()
    assert first[0]["message"] == "Go to high ground"
    assert len(first) + len(later) <= 30
    assert phone.fetch() == []


def test_however_often_it_comes_it_is_given_no_more_than_the_rate(gw, phone):
    gw.store.write(lambda db: db.execute("UPDATE channel SET rate = 0.1, per_hour = 1000"))
    for n in range(40):
        queue(gw, f"hello {n}", to=f"+15550{100 + n}")
    assert len(phone.fetch()) == 6
    gw.clock.now += 20
    assert len(phone.fetch()) == 2
    assert phone.fetch() == []
    gw.clock.now += 60
    assert len(phone.fetch()) == 6


def test_a_long_emergency_is_passed_by_short_ones_but_not_for_ever(gw, phone):
    gw.store.write(lambda db: db.execute("UPDATE channel SET credit = 1, credit_full = 100"))
    queue(gw, "Go to high ground. " * 12, class_=Class.EMERGENCY)
    for number in range(9):
        queue(gw, f"Flood {number}", class_=Class.EMERGENCY)
    given = []
    for left in (1, 1, 1, 1, 3):
        sql = f"UPDATE channel SET credit = {left}"
        gw.store.write(lambda db, sql=sql: db.execute(sql))
        gw.clock.now += 60
        fetched = phone.fetch()
        phone.took(*[message["uuid"] for message in fetched])
        given.append([message["message"][:5] for message in fetched])
    assert given == [["Flood"], ["Flood"], [], [], ["Go to", "Flood"]]


def test_without_the_secret_nothing_is_given(gw, phone):
    id = queue(gw, "The clinic is open")
    assert phone.fetch("guessed")["success"] is False
    assert state(gw, id) == "queued"


def test_a_name_nobody_was_given_moves_nothing(gw, phone):
    id = queue(gw, "The clinic is open")
    phone.took(f"{id}-000000000000000000000000")
    assert state(gw, id) == "queued"


def test_no_lane_takes_what_a_phone_comes_for(gw, phone):
    engine = Engine(gw)
    engine.start()
    try:
        id = queue(gw, "The clinic is open")
        engine.wake()
        assert [given["message"] for given in phone.fetch()] == ["The clinic is open"]
        assert state(gw, id) == "claimed"
    finally:
        engine.stop()


def another_run(gw):
    """Start and stop the engine: it finds rows claimed by a run that is gone."""
    engine = Engine(gw)
    engine.start()
    engine.stop()


@pytest.mark.parametrize("class_", [Class.NORMAL, Class.EMERGENCY])
def test_what_a_phone_was_given_stays_with_it_when_the_gateway_starts_anew(gw, phone, class_):
    id = queue(gw, "Go to high ground", class_=class_)
    (given,) = phone.fetch()
    another_run(gw)
    assert state(gw, id) == "claimed"
    assert phone.fetch() == []
    phone.took(given["uuid"])
    assert state(gw, id) == "sent"


def test_what_it_never_took_is_offered_again_after_a_new_start(gw, phone):
    queue(gw, "The clinic is open")
    (given,) = phone.fetch()
    another_run(gw)
    gw.clock.now += 121
    assert phone.fetch() == [given]


def test_who_never_says_that_it_has_it_is_given_it_five_times_at_most(gw, phone):
    id = queue(gw, "The clinic is open")
    given = []
    for _ in range(8):
        given += phone.fetch()
        gw.clock.now += 121
    assert len(given) == 5
    assert len({one["uuid"] for one in given}) == 1
    phone.took(given[0]["uuid"])
    assert state(gw, id) == "sent"
