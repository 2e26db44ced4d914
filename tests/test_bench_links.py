"""The benchmark's network and its bare client do what they are counted for, in tiny numbers."""

import pytest

from bench import api, encoding, smpp_in, smpp_out, smsc
from bench.links import Alone
from bench.network import network
from bench.size import TINY
from gateway.providers.smpp.pdu import read_message, write_message
from gateway.providers.smpp.receipts import read as read_receipt


def test_a_client_alone_sends_and_hears_its_receipts():
    with network() as theirs:
        theirs.ask(receipts=True)
        round_ = Alone("out", theirs.port, 200, 200).result()
        counted = theirs.until("told", 200)
    assert round_.rate > 0
    assert (counted["taken"], counted["told"], counted["refused"]) == (200, 200, 0)


def test_what_nobody_acknowledged_is_told_to_whoever_binds_next():
    with network() as theirs:
        first = Alone("in", theirs.port, 10)
        theirs.ask(tell=200)
        first.result()
        second = Alone("in", theirs.port, 100)
        assert second.result().rate > 0
        assert theirs.until("told", 110)["told"] < 200


def test_messages_and_receipts_are_those_of_a_real_network():
    told = read_message(smsc.message(1))
    assert (told.source, told.to) == ((1, 1, "447700900001"), (1, 1, "4040"))
    assert smsc.message(1) != smsc.message(1001)
    receipt = read_message(smsc.receipt(write_message(told), b"0000000A"))
    assert (receipt.source, receipt.to, receipt.esm_class) == (told.to, told.source, 4)
    found = read_receipt(receipt, receipt.text.decode(), "")
    assert found is not None
    assert (found.reference, found.status) == ("0000000A", "delivered")


@pytest.mark.parametrize("case, lines", [(smpp_out, 4), (smpp_in, 6), (api, 10), (encoding, 6)])
def test_each_case_measures_and_counts(tmp_path, case, lines):
    found = list(case.measure(tmp_path, TINY))
    assert len(found) == lines
    assert all(line.ours.middle > 0 for line in found if line.unit == "a second")
    assert [line.said for line in found if line.said] == SAID[case]


SAID = {
    smpp_out: [],
    smpp_in: ["260 of 260 kept, 260 answered"] * 2,
    api: ["1,340, 1,340"],
    encoding: [],
}
