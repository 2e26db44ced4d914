"""The door knows whether a request may have arrived."""

import socket
import ssl
import time
from contextlib import contextmanager
from threading import Thread

import pytest

from gateway.providers import Account, Busy, MaybeSent, Rejected, Unreachable
from gateway.providers.http import Door, Reply, listen
from tests.providers.loopback import answering

FORM = {"to": "+15550100", "text": "Water at 4 pm"}


@contextmanager
def line(serve):
    """A server on loopback that gives each connection to `serve`."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen():
            try:
                while True:
                    with door.accept()[0] as wire:
                        serve(wire)
            except OSError:
                return  # the test is over

        thread = Thread(target=listen, daemon=True)
        thread.start()
        yield f"127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)
    thread.join(2)


def after_reading(wire):
    wire.recv(65536)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset


def cut_short(wire):
    wire.recv(65536)
    wire.sendall(b"HTTP/1.1 201 CREATED\r\nContent-Length: 100\r\n\r\n{")


def no_http(wire):
    wire.recv(65536)
    wire.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize("serve", [after_reading, cut_short, no_http])
def test_a_line_that_breaks_after_the_request_may_have_carried_it(serve):
    with line(serve) as host, pytest.raises(MaybeSent) as caught:
        Door(f"http://{host}", read=1).post("/x", FORM, {})
    assert "15550100" not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("serve", [after_reading, no_http])
def test_a_line_that_breaks_while_greeting_carried_nothing(serve):
    with line(serve) as host, pytest.raises(Unreachable):
        Door(f"https://{host}", read=1).post("/x", FORM, {})


def test_a_certificate_nobody_vouches_for_is_not_spoken_to(tmp_path):
    pair = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    heard: list[bytes | None] = []

    def serve(wire):
        try:
            with context.wrap_socket(wire, server_side=True) as tls:
                heard.append(tls.recv(65536))
        except ssl.SSLError:
            heard.append(None)

    with line(serve) as host, pytest.raises(Unreachable) as caught:
        Door(f"https://{host}", read=2).post("/x", FORM, {})
    assert caught.value.code == "SSLError"
    assert heard == [None]


def _certificate(folder):
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    today = datetime.now(UTC)
    tomorrow = today + timedelta(1)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, today, tomorrow)
    signed = built.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert").write_bytes(signed.public_bytes(pem))
    (folder / "key").write_bytes(key.private_bytes(pem, *plain))
    return folder / "cert", folder / "key"


def test_a_kept_line_that_went_away_is_replaced():
    def one_answer(wire):
        whole = b""
        while b"4+pm" not in whole:
            whole += wire.recv(65536)
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with line(one_answer) as host:
        door = Door(f"http://{host}", connections=1)
        for _ in range(3):
            assert door.post("/x", FORM, {}).status == 200
            time.sleep(0.05)  # their goodbye has to reach us; before it does, nobody can know


@pytest.mark.parametrize(
    "status, headers, error, wait",
    [
        (429, {"Retry-After": "12"}, Busy, 12.0),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, Busy, None),
        (429, {}, Busy, None),
        (500, {}, Unreachable, None),
        (503, {"Retry-After": "30"}, Unreachable, 30.0),
        (401, {}, Account, None),
        (403, {}, Account, None),
        (302, {"Location": "http://192.0.2.1/"}, Account, None),
        (400, {}, Rejected, None),
    ],
)
def test_a_status_says_whether_to_ask_again(status, headers, error, wait):
    with answering(status, "told you", headers) as server, pytest.raises(error) as caught:
        Door(server.url).post("/x", FORM, {"Authorization": "secret"})
    assert type(caught.value) is error
    assert (caught.value.code, caught.value.wait) == (f"http_{status}", wait)
    assert len(server.asked) == 1


def test_a_base_with_a_path_keeps_it_and_the_answer_comes_back():
    with answering(200, "💧", {"X-One": "1"}) as server:
        reply = Door(f"{server.url}/proxy/").post("/x", {"a": ["1", "+ &"]}, {})
    assert isinstance(reply, Reply)
    assert (reply.text, reply.headers["x-one"]) == ("💧", "1")
    assert server.asked[0].path == "/proxy/x"
    assert server.asked[0].body == b"a=1&a=%2B+%26"


def test_whoever_wants_to_hears_what_time_it_is_there():
    heard: list[float] = []
    with answering(500, "{}", {"Connection": "close"}) as server:
        door = Door(server.url)
        door.ask("GET", "/", {}, {})
        listen(heard.append)
        listen(heard.append)
        door.ask("GET", "/", {}, {})
        listen(heard.append, wanted=False)
        door.ask("GET", "/", {}, {})
        door.close()
    assert len(heard) == 1
    assert abs(heard[0] - time.time()) < 60


def test_an_answer_without_a_time_tells_none():
    heard: list[float] = []
    listen(heard.append)
    with line(plain_answer) as host:
        assert Door(f"http://{host}").ask("GET", "/", {}, {}).status == 200
    listen(heard.append, wanted=False)
    assert heard == []


def plain_answer(wire):
    wire.recv(65536)
    wire.sendall(b"HTTP/1.1 200 OK\r\nDate: soon\r\nContent-Length: 0\r\n\r\n")
