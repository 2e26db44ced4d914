"""Peers that are not run, and why: named at the end, like all that did not run."""

import pytest

LEFT_OUT = {
    "receipts of Jasmin": "0.11.1 as published breaks on every one (its issue 1236)",
    "gammu-smsd with a database": "the gateway opens nobody else's; its files are run",
    "Kannel's bearerbox over SMPP": "it is a client as we are; drive_smpp of its makers is run",
    "a network and a modem that are real": "nothing leaves this machine",
}


@pytest.mark.parametrize("peer", LEFT_OUT)
def test_this_peer_is_not_run(peer, not_run):
    not_run(peer, LEFT_OUT[peer])
