"""What a gateway does with the world around it: take, queue, send, hear, warn."""

from collections.abc import Callable, Iterator
from functools import partial
from uuid import uuid4

import msgspec

from gateway import broadcast, receive
from gateway.context import Channel, Gateway
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Batch, Class, Outcome, Result
from gateway.engine import Engine
from gateway.web.api import sending
from tests.soak import world
from tests.soak.network import Handed


def carried(
    around: world.World, batch: Batch, early: Callable[[Handed], None] | None = None
) -> Iterator[Result]:
    """Hand a batch to the provider of the world; now and then it tells of one before it answers."""
    for message in batch.messages:
        if around.chance.random() < 0.05:
            yield Result(message.id, Outcome.TRANSIENT, error="soak")
            continue
        made = around.hand(message)
        around.wait()
        if early and around.chance.random() < 0.3:
            early(made)
        if made.unsure:
            yield Result(message.id, Outcome.UNKNOWN)
            continue
        names, parts = made.names, made.parts
        pieces = names if parts > 1 else ()
        yield Result(message.id, Outcome.ACCEPTED, names[0], parts=parts, pieces=pieces)


class Provided(Engine):
    """An engine whose provider is of the world."""

    def __init__(self, gw: Gateway, around: world.World) -> None:
        self.around = around
        super().__init__(gw)

    def _carry(self, batch: Batch) -> Iterator[Result]:
        channel = self.gw.channels.get(batch.channel)
        assert channel is not None
        return carried(self.around, batch, partial(tell, self.gw, channel, self.around, 2))


def tell(
    gw: Gateway, channel: Channel, around: world.World, most: int, of: Handed | None = None
) -> None:
    words = around.words(most, of)
    if of and words:
        around.was_early(words)
    if words:
        receive.take_all(gw, channel, [([word.receipt], b"") for word in words])
        around.heard(words)


def warn(gw: Gateway, around: world.World) -> None:
    """Two people let an alert go to some twenty."""
    draft = Draft(
        texts={"en": f"Alert {uuid4().hex}"},
        audience=Audience(areas=("ZZ02",)),
        class_=around.chance.choice((Class.EMERGENCY, Class.NORMAL)),
        expires_at=gw.clock() + 7 * 86400.0,
    )
    alert = broadcast.create(gw, "user:sita", draft)
    broadcast.submit(gw, "user:sita", alert)
    broadcast.approve(gw, "user:ram", alert, broadcast.preview(gw, alert).people)
    around.wait()
    around.approved(alert)


def write(gw: Gateway, channel: Channel, around: world.World, most: int, fresh: bool) -> None:
    numbers = around.messages(most, fresh)
    calls = [([world.inbound(number)], b"") for number in numbers]
    found = receive.take_all(gw, channel, calls)
    assert not any(isinstance(one, BaseException) for one in found)
    around.wait()
    around.took(numbers)


def ask(gw: Gateway, around: world.World, most: int, fresh: bool) -> None:
    token = f"Bearer {(gw.settings.data / 'token').read_text(encoding='ascii')}"
    for number in around.orders(most, fresh):
        asked = msgspec.json.encode(world.order(number))
        pending = sending.pending(gw, token, "application/json", asked)
        assert pending is not None
        found = gw.store.write_together(pending.many, [pending.item])[0]
        assert pending.answer(found).status == 202
        gw.wake()
        around.wait()
        around.accepted(number)
