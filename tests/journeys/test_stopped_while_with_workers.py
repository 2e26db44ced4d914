"""An alert is stopped, and somebody leaves, while their messages lie with workers, not begun."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.journeys.boxes import KannelBox
from tests.journeys.conftest import Make, StartWorker
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.surroundings.redis import RedisServer

PEOPLE = [f"+447700900{number:03}" for number in range(12)]
LEAVES = "+447700900500"


def alert(gateway: GatewayProcess, writer: str, approver: str) -> str:
    ends = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
    order = {"texts": {"en": "Go up."}, "class": "high", "audience": {}, "expires": ends}
    path = f"/alerts/{gateway.api(writer, 'POST', '/alerts', order).json['id']}"
    assert gateway.api(writer, "POST", f"{path}/submit").status == 200
    approved = gateway.api(approver, "POST", f"{path}/approve", {"people": len(PEOPLE)})
    assert approved.status == 200
    return path


def test_what_no_worker_began_goes_to_nobody(
    make: Make, worker: StartWorker, own_redis: RedisServer
) -> None:
    gateway = make(REGION="GB", REDIS=own_redis.url)
    joined = "".join(f"{number},in,form 1\n" for number in PEOPLE)
    file = gateway.data / "people.csv"
    file.write_text(f"address,consent,proof\n{joined}", encoding="utf-8")
    gateway.command("contacts", "import", str(file))
    writer, approver = gateway.add_token("w", "operator"), gateway.add_token("a", "approver")
    with KannelBox() as box:
        gateway.add_channel("modem", "kannel", box, "4040")
        gateway.command("channel", "set", "modem", "--rate", "50")
        gateway.start()

        def states() -> Counter[tuple[str, str | None]]:
            rows = gateway.rows("SELECT state, reason FROM outbox WHERE inbound IS NULL")
            return Counter((row["state"], row["reason"]) for row in rows)

        path = alert(gateway, writer, approver)
        news = {"to": LEAVES, "text": "The clinic is open."}
        assert gateway.api(writer, "POST", "/messages", news).status == 202
        all_of_it = len(PEOPLE) + 1
        # How many are claimed before enough is on its way hangs on when the engine looked.
        until(
            lambda: states().total() == all_of_it and states()["claimed", None] > 0,
            "it lies in Redis, as much as may",
            told=states,
        )
        assert gateway.api(approver, "POST", f"{path}/stop").json["state"] == "stopped"
        assert box.bring(gateway.hook("modem"), LEAVES, "STOP").status == 200
        ended = {("withdrawn", "alert stopped"): len(PEOPLE), ("withdrawn", "left"): 1}
        until(lambda: states() == ended, "nothing of it will go", 20, states)
        worker(gateway, "modem")
        until(lambda: box.orders, "a worker serves", 20, gateway.log)
        assert [order.to for order in box.orders] == [LEAVES]  # that they have left
    assert gateway.api(writer, "GET", path).json["refused"] == {"alert stopped": len(PEOPLE)}
