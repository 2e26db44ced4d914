"""What is kept of calls that told nothing: enough for a person to look at, and no keys."""

from gateway.context import Gateway
from gateway.store import channels
from tests.web.people import Browser


def test_a_call_by_get_is_kept_without_the_key_of_the_door(gw: Gateway, browser: Browser) -> None:
    sealed = gw.sealer.seal({"username": "kannel", "password": "p4ssw0rd-of-it"})
    gw.store.write(lambda db: channels.add(db, "box", "kannel", "4040", sealed, gw.clock()))
    browser.get("/hooks/box/message?key=very-secret&text=hello")
    kept = gw.store.read.execute("SELECT body, reason FROM kept_call").fetchall()
    assert [b"hello" in row["body"] for row in kept] == [True]
    assert not any(b"very-secret" in row["body"] for row in kept)
