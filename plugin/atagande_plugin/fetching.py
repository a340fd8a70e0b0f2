"""Fetches a published calendar from an address that someone wrote, without trusting it.

The address could point into our own network, the answer could be endless, and the name could
lead elsewhere the second time it is looked up. So:

1. Only https, without name or password in the address.
2. The name is looked up once. Every address it gives must be a public one, and the connection is
   made to one of exactly those, with the name only in TLS and the Host field.
3. Each redirect, at most three, goes through the same door.
4. Five seconds to connect, fifteen for everything, five megabytes after decompression.
5. Proxies of the environment are not used, since they would look the name up again.

What goes wrong has a stable code; nothing that the other side wrote is kept or logged.
"""

import http.client
import io
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from atagande_calendar.common_time.models import LONGEST_ADDRESS

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 3
_LONGEST_ETAG = 200
_CHUNK = 64 * 1024
_LAST_VISIBLE = 0x7E
_BEGINNING = b"BEGIN:VCALENDAR"
_REDIRECTS = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
#: Networks that lead somewhere else than to a public host, beside those the library knows:
#: IPv4 carried in IPv6 (mapped, compatible, NAT64, 6to4, Teredo), old site-local, shared (CGNAT).
_CLOSED = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)

Resolve = Callable[[str, int], Sequence[str]]


class FetchFailed(Exception):  # noqa: N818 - what happened
    """A calendar could not be fetched; `code` says why and is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_public(address: str) -> bool:
    """Tell whether an IP address is a host on the public internet."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.scope_id is not None:
        return False
    if found.is_multicast or found.is_reserved or found.is_unspecified or not found.is_global:
        return False
    return not any(found in network for network in _CLOSED if network.version == found.version)


def is_loopback(address: str) -> bool:
    """Tell whether an IP address is this machine itself, written plainly."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses that a name gives now."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Door:
    """Which addresses may be fetched."""

    #: Also http, and this machine itself: for the demo and the tests, never in service.
    loopback: bool = False
    resolve: Resolve = look_up
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS

    def checked(self, host: str, port: int, deadline: float) -> Sequence[str]:
        """Return the IP addresses of a host, if each of them may be reached."""
        seconds = min(self.connect_seconds, max(deadline - time.monotonic(), 0))
        addresses = _within(seconds, lambda: self.resolve(host, port))
        if not addresses:
            raise FetchFailed("unknown_host")
        for address in addresses:
            if not is_public(address) and not (self.loopback and is_loopback(address)):
                raise FetchFailed("closed_network")
        return addresses


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the text, or None if it is what we had."""

    text: str | None
    etag: str


def _within(seconds: float, work: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return what looking a name up gives, if it comes in time; the system's own has no limit."""
    answer: SimpleQueue[Sequence[str]] = SimpleQueue()

    def run() -> None:
        try:
            answer.put(work())
        except (OSError, UnicodeError):
            answer.put([])

    Thread(target=run, daemon=True).start()
    try:
        return answer.get(timeout=seconds)
    except Empty:
        raise FetchFailed("timeout") from None


def tidy(address: str, *, loopback: bool = False) -> str:
    """Return an address as it is kept; raise FetchFailed for one that is never fetched."""
    text = address.strip()
    if text.lower().startswith(("webcal://", "webcals://")):
        text = f"https{text[text.index(':') :]}"
    return urlunsplit(_split(text, loopback=loopback)._replace(fragment=""))


def _split(address: str, *, loopback: bool) -> SplitResult:
    if len(address) > LONGEST_ADDRESS or any(
        not " " < letter <= chr(_LAST_VISIBLE) for letter in address
    ):
        raise FetchFailed("bad_address")
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise FetchFailed("bad_address") from None
    if not host or parts.username is not None or parts.password is not None or "%" in host:
        raise FetchFailed("bad_address")
    allowed = {"https", "http"} if loopback else {"https"}
    if parts.scheme.lower() not in allowed:
        raise FetchFailed("not_https")
    if parts.scheme.lower() == "http" and host not in {"127.0.0.1", "localhost", "::1"}:
        raise FetchFailed("not_https")
    try:
        ip_address(host)
    except ValueError:
        return parts
    if not is_public(host) and not (loopback and is_loopback(host)):
        raise FetchFailed("closed_network")
    return parts


class _Timed(io.RawIOBase):
    """Reads a socket until a moment, however slowly the other side drips."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        self._sock.close()
        super().close()


class _Wire:
    """What http.client asks of a socket, with one time limit for all of it."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(max(self._deadline - time.monotonic(), 0.001))
        self._sock.sendall(data)

    def makefile(self, _mode: str, _size: int = -1) -> io.BufferedReader:
        return io.BufferedReader(_Timed(self._sock, self._deadline))

    def close(self) -> None:
        """Leave the socket to what reads the body; http.client lets go of it before that."""


def _connect(
    parts: SplitResult, addresses: Sequence[str], door: Door, deadline: float
) -> socket.socket:
    """Open a connection to one of the checked addresses, and to nothing else."""
    host = parts.hostname or ""
    secure = parts.scheme.lower() == "https"
    port = parts.port or (443 if secure else 80)
    code = "no_connection"
    for address in addresses:
        left = min(door.connect_seconds, deadline - time.monotonic())
        if left <= 0:
            raise FetchFailed("timeout")
        sock = None
        try:
            sock = socket.create_connection((address, port), timeout=left)
            if not secure:
                return sock
            sock.settimeout(max(min(door.connect_seconds, deadline - time.monotonic()), 0.001))
            return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        except TimeoutError:
            code = "timeout"
        except ssl.SSLError:
            code = "certificate"
        except (OSError, ValueError):
            code = "no_connection"
        if sock is not None:
            sock.close()
    raise FetchFailed(code)


def _ask(
    parts: SplitResult, etag: str, door: Door, deadline: float
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Send the request; return the answer before its body is read."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
    sock = _connect(parts, door.checked(host, port, deadline), door, deadline)
    default = http.client.HTTPS_PORT if parts.scheme.lower() == "https" else http.client.HTTP_PORT
    connection = http.client.HTTPConnection(host, port)
    # Written into Host as people write it: without the port that goes without saying.
    connection.default_port = default
    connection.sock = _Wire(sock, deadline)
    try:
        target = parts.path or "/"
        headers = {
            "Accept": "text/calendar",
            "Accept-Encoding": "gzip, identity",
            "User-Agent": "Atagande",
            "Connection": "close",
        }
        if etag:
            headers["If-None-Match"] = etag
        connection.request(
            "GET", f"{target}?{parts.query}" if parts.query else target, headers=headers
        )
        return connection, connection.getresponse()
    except TimeoutError:
        sock.close()
        raise FetchFailed("timeout") from None
    except (OSError, http.client.HTTPException, ValueError):
        sock.close()
        raise FetchFailed("no_connection") from None


def _body(response: http.client.HTTPResponse) -> bytes:
    """Return the body, unpacked, as long as both are within bounds."""
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise FetchFailed("encoding")
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding != "identity" else None
    found, taken = bytearray(), 0
    try:
        while chunk := response.read1(_CHUNK):
            taken += len(chunk)
            found += unpacker.decompress(chunk, MOST_BYTES + 1 - len(found)) if unpacker else chunk
            if len(found) > MOST_BYTES or taken > MOST_BYTES:
                raise FetchFailed("too_large")
    except TimeoutError:
        raise FetchFailed("timeout") from None
    except zlib.error:
        raise FetchFailed("encoding") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise FetchFailed("no_connection") from None
    if response.length or (unpacker and not unpacker.eof):
        raise FetchFailed("cut_off")
    return bytes(found)


def _status_code(status: int) -> str:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return "not_allowed"
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return "not_found"
    return "server_error"


def fetch(address: str, *, etag: str = "", door: Door) -> Fetched:
    """Fetch a calendar's text; raise FetchFailed. `etag` is what the server called our copy."""
    deadline = time.monotonic() + door.total_seconds
    for _ in range(MOST_REDIRECTS + 1):
        parts = _split(address, loopback=door.loopback)
        connection, response = _ask(parts, etag, door, deadline)
        try:
            if response.status in _REDIRECTS:
                target = response.headers.get("Location", "")
                address = urljoin(address, target)
                continue
            if response.status == HTTPStatus.NOT_MODIFIED and etag:
                return Fetched(None, etag)
            if response.status != HTTPStatus.OK:
                raise FetchFailed(_status_code(response.status))
            body = _body(response)
            return Fetched(_calendar(body), _etag(response))
        except ValueError:
            raise FetchFailed("bad_address") from None
        finally:
            response.close()
            connection.close()
    raise FetchFailed("redirects")


def _etag(response: http.client.HTTPResponse) -> str:
    """Return the server's name of this version, if it can be kept and sent back."""
    text = (response.headers.get("ETag") or "").strip()
    plain = all(" " <= letter <= chr(_LAST_VISIBLE) for letter in text)
    return text if plain and len(text) <= _LONGEST_ETAG else ""


def _calendar(body: bytes) -> str:
    """Return a body as text, if it begins as a calendar does."""
    bare = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare[: len(_BEGINNING)].upper() == _BEGINNING:
        raise FetchFailed("no_calendar")
    return bare.decode("utf-8", errors="replace")
