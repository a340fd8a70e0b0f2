"""Fetching an address that someone wrote: where it may lead, and how much it may cost."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_plugin import fetching
from atagande_plugin.fetching import Door, FetchFailed, fetch, is_public, tidy
from support.raw_server import Server, serving

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
DOOR = Door(loopback=True)

CLOSED = [
    "127.0.0.1",
    "127.255.255.254",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to listen on
    "0.1.2.3",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "2a00:1450::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "",
    "0x7f000001",
]
OPEN = ["8.8.8.8", "193.10.0.1", "100.63.255.255", "100.128.0.1", "2a00:1450:400f:80c::200e"]


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_is_let_through(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://kalender.example/a.ics", "not_https"),
        ("ftp://kalender.example/a.ics", "not_https"),
        ("file:/etc/passwd", "bad_address"),
        ("javascript:alert(1)", "bad_address"),
        ("kalender.example/a.ics", "bad_address"),
        ("https://", "bad_address"),
        ("https://user:pass@kalender.example/", "bad_address"),
        ("https://user@kalender.example/", "bad_address"),
        ("https://kalender.example:99999/", "bad_address"),
        ("https://[::1", "bad_address"),
        ("https://[fe80::1%25eth0]/", "bad_address"),
        ("https://kalender.example/a b", "bad_address"),
        ("https://kalender.example/a\r\nX: y", "bad_address"),
        ("https://kalender.example/å", "bad_address"),
        (f"https://kalender.example/{'a' * 1000}", "bad_address"),
        ("https://127.0.0.1/a.ics", "closed_network"),
        ("https://[::1]/a.ics", "closed_network"),
        ("https://[::ffff:10.0.0.1]/a.ics", "closed_network"),
        ("https://10.0.0.1/a.ics", "closed_network"),
    ],
)
def test_an_address_that_is_never_fetched_is_refused_when_it_is_written(
    address: str, code: str
) -> None:
    with pytest.raises(FetchFailed) as refused:
        tidy(address)
    assert refused.value.code == code


def test_an_address_is_kept_as_it_is_fetched() -> None:
    assert tidy(" webcal://kalender.example/a.ics#top ") == "https://kalender.example/a.ics"
    assert tidy("https://k.example/a?x=%20") == "https://k.example/a?x=%20"


@given(st.one_of(st.text(max_size=80), st.text(max_size=60).map("https://{}".format)))
def test_any_text_at_all_is_kept_or_refused(text: str) -> None:
    try:
        kept = tidy(text)
    except FetchFailed:
        return
    assert kept.startswith("https://")
    assert tidy(kept) == kept


def test_loopback_opens_for_this_machine_and_nothing_else() -> None:
    assert tidy("http://127.0.0.1:8000/a", loopback=True) == "http://127.0.0.1:8000/a"
    for address in ("http://kalender.example/", "http://10.0.0.1/", "https://10.0.0.1/"):
        with pytest.raises(FetchFailed):
            tidy(address, loopback=True)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


def code_of(address: str, door: Door = DOOR, etag: str = "") -> str:
    with pytest.raises(FetchFailed) as refused:
        fetch(address, etag=etag, door=door)
    return refused.value.code


def test_a_calendar_is_fetched_with_its_etag(server: Server) -> None:
    address = server.says("/a.ics?key=1", CALENDAR, ETag='"v1"')
    found = fetch(address, door=DOOR)
    assert found.text == CALENDAR.decode()
    assert found.etag == '"v1"'
    asked = server.requests[0]
    assert asked.startswith("GET /a.ics?key=1 HTTP/1.1\r\n")
    assert f"Host: {address.split('/')[2]}\r\n" in asked
    assert "If-None-Match" not in asked


def test_what_is_unchanged_is_not_sent_again(server: Server) -> None:
    address = server.says("/a.ics", b"", status="304 Not Modified")
    found = fetch(address, etag='"v1"', door=DOOR)
    assert (found.text, found.etag) == (None, '"v1"')
    assert 'If-None-Match: "v1"\r\n' in server.requests[0]


def test_unchanged_that_nobody_asked_for_is_a_fault(server: Server) -> None:
    assert code_of(server.says("/a", b"", status="304 Not Modified")) == "server_error"


def test_a_packed_calendar_is_unpacked(server: Server) -> None:
    address = server.says("/a", gzip.compress(CALENDAR), Content_Encoding="gzip")
    assert fetch(address, door=DOOR).text == CALENDAR.decode()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("401 Unauthorized", "not_allowed"),
        ("403 Forbidden", "not_allowed"),
        ("404 Not Found", "not_found"),
        ("410 Gone", "not_found"),
        ("500 Oops", "server_error"),
        ("204 No Content", "server_error"),
    ],
)
def test_each_status_has_its_code(server: Server, status: str, code: str) -> None:
    assert code_of(server.says("/a", CALENDAR, status=status)) == code


@pytest.mark.parametrize(
    "body", [b"", b"<!doctype html><p>Logga in</p>", b"BEGIN:VCARD\r\nEND:VCARD", b"\x00\xff"]
)
def test_what_is_no_calendar_is_refused(server: Server, body: bytes) -> None:
    assert code_of(server.says("/a", body)) == "no_calendar"


def test_a_huge_body_is_left_after_five_megabytes(server: Server) -> None:
    def pour(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n")
        while True:
            sock.sendall(b"X-A:" + b"a" * 60_000)

    server.answers["/a"] = pour
    assert code_of(f"{server.address}/a") == "too_large"


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(server: Server) -> None:
    bomb = gzip.compress(CALENDAR + b"a" * 200_000_000)
    assert len(bomb) < 300_000
    assert code_of(server.says("/a", bomb, Content_Encoding="gzip")) == "too_large"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_packing_that_was_not_asked_for_is_refused(server: Server, encoding: str) -> None:
    assert code_of(server.says("/a", CALENDAR, Content_Encoding=encoding)) == "encoding"


def test_a_broken_packing_is_refused(server: Server) -> None:
    assert code_of(server.says("/a", CALENDAR, Content_Encoding="gzip")) == "encoding"
    packed = gzip.compress(CALENDAR)[:-9]
    assert code_of(server.says("/b", packed, Content_Encoding="gzip")) == "cut_off"


def test_a_body_that_ends_too_soon_is_refused(server: Server) -> None:
    server.answers["/a"] = lambda sock: sock.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + CALENDAR
    )
    assert code_of(f"{server.address}/a") == "cut_off"


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("start", [b"", HEAD, HEAD + b"Content-Length: 99999\r\n\r\n"])
def test_a_server_that_drips_is_left_in_time(server: Server, start: bytes) -> None:
    """A byte at a time would otherwise keep the connection for ever."""

    def drip(sock: socket.socket) -> None:
        sock.sendall(start)
        while not server.stopped.wait(0.02):
            sock.sendall(b"a")

    server.answers["/a"] = drip
    began = time.monotonic()
    assert code_of(f"{server.address}/a", replace(DOOR, total_seconds=0.5)) == "timeout"
    assert time.monotonic() - began < 5


def test_endless_preliminary_answers_are_left_in_time(server: Server) -> None:
    def go_on(sock: socket.socket) -> None:
        while not server.stopped.wait(0.01):
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    server.answers["/a"] = go_on
    assert code_of(f"{server.address}/a", replace(DOOR, total_seconds=0.5)) == "timeout"


@pytest.mark.parametrize("answer", [b"hello\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"A" * 70_000])
def test_an_answer_that_is_no_http_is_refused(server: Server, answer: bytes) -> None:
    server.answers["/a"] = lambda sock: sock.sendall(answer)
    assert code_of(f"{server.address}/a") == "no_connection"


def test_three_redirects_are_followed_and_no_more(server: Server) -> None:
    for number in range(1, 5):
        server.says(f"/{number}", b"", status="302 Found", Location=f"/{number - 1}")
    server.says("/0", CALENDAR)
    assert fetch(f"{server.address}/3", door=DOOR).text
    assert code_of(f"{server.address}/4") == "redirects"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("https://10.0.0.1/", "closed_network"),
        ("https://169.254.169.254/latest/meta-data", "closed_network"),
        ("https://[::ffff:127.0.0.1]/", "closed_network"),
        ("http://10.0.0.1/", "not_https"),
        ("http://kalender.example/", "not_https"),
        ("file:/etc/passwd", "bad_address"),
        ("https://inside.example/", "closed_network"),
        ("//inside.example/", "not_https"),
    ],
)
def test_a_redirect_goes_through_the_same_door(server: Server, target: str, code: str) -> None:
    address = server.says("/a", b"", status="301 Moved", Location=target)

    def resolve(host: str, _port: int) -> Sequence[str]:
        return ["192.168.0.10"] if host == "inside.example" else ["127.0.0.1"]

    assert code_of(address, replace(DOOR, resolve=resolve)) == code


def test_a_name_is_looked_up_once_and_its_address_is_the_one_connected_to(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second look-up would lead into our own network."""
    asked: list[str] = []
    connected: list[tuple[str, int]] = []
    port = server.listener.getsockname()[1]

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["193.10.0.1"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        assert timeout <= 5
        connected.append(address)
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(fetching.socket, "create_connection", connect)
        code = code_of(f"https://rebound.example:{port}/", Door(resolve=resolve))
    assert code == "no_connection"
    assert asked == ["rebound.example"]
    assert connected == [("193.10.0.1", port)]


def test_one_closed_address_among_several_closes_the_door() -> None:
    door = Door(resolve=lambda _host, _port: ["193.10.0.1", "10.0.0.1"])
    assert code_of("https://both.example/", door) == "closed_network"


def test_a_name_that_leads_to_this_machine_is_refused_in_service(server: Server) -> None:
    door = Door(resolve=lambda _host, _port: ["127.0.0.1"])
    assert code_of(f"https://localhost:{server.listener.getsockname()[1]}/", door) == (
        "closed_network"
    )
    assert server.requests == []


def test_a_name_that_nobody_knows() -> None:
    assert code_of("https://nowhere.example/", Door(resolve=lambda _h, _p: [])) == "unknown_host"


def test_a_look_up_that_hangs_is_left_in_time() -> None:
    done = threading.Event()

    def resolve(_host: str, _port: int) -> Sequence[str]:
        done.wait(20)
        return []

    door = Door(resolve=resolve, connect_seconds=0.2)
    assert code_of("https://slow.example/", door) == "timeout"
    done.set()


def test_proxies_of_the_environment_are_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(server.says("/a", CALENDAR), door=DOOR).text


def test_a_server_without_a_certificate_is_refused(server: Server) -> None:
    server.answers["/a"] = lambda sock: sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    port = server.listener.getsockname()[1]
    door = replace(DOOR, resolve=lambda _h, _p: ["127.0.0.1"], connect_seconds=0.5)
    assert code_of(f"https://localhost:{port}/a", door) in {"certificate", "timeout"}


def test_nothing_that_the_server_wrote_is_in_the_error(server: Server) -> None:
    address = server.says("/a", b"HEMLIG", status="500 HEMLIG")
    with pytest.raises(FetchFailed) as refused:
        fetch(address, door=DOOR)
    assert "HEMLIG" not in f"{refused.value!r} {refused.value.__cause__!r}"
