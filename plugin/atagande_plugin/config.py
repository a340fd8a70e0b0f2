"""Settings, from the environment only. A wrong value stops the start with a clear message."""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from atagande_agreements.i18n import N_
from atagande_agreements.mail_address import is_mail_address

PREFIX = "ATAGANDE_"
_SHORTEST_SECRET = 32
_MOST_PROXIES = 5
_FOLDER = re.compile(r"[A-Za-z0-9 ._/-]{1,100}")
_SERVER_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class BadSettings(Exception):  # noqa: N818 - what it is called in messages
    """One or more settings are wrong. `faults` are (setting, message id, parameters)."""

    def __init__(self, faults: list[tuple[str, str, dict[str, object]]]) -> None:
        super().__init__(", ".join(name for name, _message, _params in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, from an URL such as smtp://user:pass@host:587?starttls=1."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    #: "plain", "starttls" or "tls".
    security: str = "plain"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where answers are read, from an URL such as imaps://user:pass@host:993/INBOX."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    #: "plain" (loopback only), "starttls" or "tls".
    security: str
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """Return what tells this mailbox and folder from any other."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Names are those of the variables without their prefix."""

    data_dir: Path
    database_url: str = field(repr=False)
    base_url: str
    secret_key: bytes = field(repr=False)
    mail_from: str
    smtp: MailServer | None
    locale: str
    timezone: str
    log_level: str
    #: Reverse proxies in front, whose X-Forwarded headers are believed.
    proxies: int = 0
    #: The mailbox that answers are read from; None: nobody reads them.
    imap: Mailbox | None = None
    #: Name of our own mail server in the Authentication-Results that it writes; "" trusts none.
    mail_authserv_id: str = ""
    #: Set by `atagande demo` only: invented people and the role picker on loopback.
    demo: bool = False

    @property
    def host(self) -> str:
        """Return the host name people reach the service by; calendar UIDs end with it."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def secure(self) -> bool:
        """Tell whether people reach the service over TLS, so that cookies may demand it."""
        return self.base_url.startswith("https://")

    @property
    def reads_mail(self) -> bool:
        """Tell whether answers that come by mail are read."""
        return self.imap is not None

    @property
    def loopback(self) -> bool:
        """Tell whether the service is only reached from this machine."""
        return self.host in _LOOPBACK


def _mail_server(text: str) -> MailServer:
    url = urlsplit(text)
    security = {"smtps": "tls"}.get(url.scheme, "plain")
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ValueError(text)
    query = parse_qs(url.query)
    if security == "plain" and query.get("starttls", ["0"])[0] not in {"0", ""}:
        security = "starttls"
    port = url.port or {"tls": 465, "starttls": 587, "plain": 25}[security]
    return MailServer(
        url.hostname, port, unquote(url.username or ""), unquote(url.password or ""), security
    )


def _mailbox(text: str) -> Mailbox:
    url = urlsplit(text)
    security = {"imaps": "tls", "imap": "plain"}.get(url.scheme)
    if security is None or not url.hostname or not url.username or not url.password:
        raise ValueError(text)
    if security == "plain" and parse_qs(url.query).get("starttls", ["0"])[0] not in {"0", ""}:
        security = "starttls"
    # A password is never sent in clear over a network.
    if security == "plain" and url.hostname not in _LOOPBACK:
        raise ValueError(text)
    folder = unquote(url.path.lstrip("/")) or "INBOX"
    if not _FOLDER.fullmatch(folder) or url.fragment:
        raise ValueError(text)
    return Mailbox(
        url.hostname,
        url.port or (993 if security == "tls" else 143),
        unquote(url.username),
        unquote(url.password),
        security,
        folder,
    )


def _server_name(text: str) -> str:
    if not _SERVER_NAME.fullmatch(text):
        raise ValueError(text)
    return text.lower()


def _base_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        raise ValueError(text)
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        raise ValueError(text)
    return text.rstrip("/")


def _database_url(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/"):
        return text
    raise ValueError(text)


def _choice(*allowed: str) -> Callable[[str], str]:
    def pick(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return pick


def _address(text: str) -> str:
    if not is_mail_address(text):
        raise ValueError(text)
    return text.lower()


def _proxies(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST_PROXIES:
        raise ValueError(text)
    return number


def _secret(text: str) -> bytes:
    if len(text) < _SHORTEST_SECRET:
        raise ValueError(text)
    return text.encode()


#: Setting -> (how it is read, what is said when it is wrong).
READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "DATA_DIR": (Path, N_("Ange en katalog som tjänsten får skriva i.")),
    "DATABASE_URL": (
        _database_url,
        N_("Ange sqlite:////sökväg/fil.db eller postgresql://användare:lösenord@värd/databas."),
    ),
    "BASE_URL": (
        _base_url,
        N_("Ange adressen som https://värd utan frågetecken. Bara 127.0.0.1 får ha http."),
    ),
    "SECRET_KEY": (_secret, N_("Ange minst 32 slumpade tecken.")),
    "SMTP_URL": (
        _mail_server,
        N_("Ange smtp://värd:25, smtp://värd:587?starttls=1 eller smtps://värd."),
    ),
    "IMAP_URL": (
        _mailbox,
        N_(
            "Ange imaps://användare:lösenord@värd/INBOX eller"
            " imap://användare:lösenord@värd/INBOX?starttls=1."
        ),
    ),
    "MAIL_AUTHSERV_ID": (
        _server_name,
        N_("Ange namnet som er e-postserver skriver först i Authentication-Results."),
    ),
    "MAIL_FROM": (_address, N_("Ange en e-postadress utan å, ä och ö.")),
    "LOCALE": (_choice("sv", "en"), N_("Ange sv eller en.")),
    "TIMEZONE": (
        _choice("Europe/Stockholm"),
        N_("Ange Europe/Stockholm. Arbetsdagar räknas i svensk tid."),
    ),
    "PROXIES": (
        _proxies,
        N_("Ange hur många omvända proxyer som står framför tjänsten, 0 till 5."),
    ),
    "LOG_LEVEL": (
        _choice("DEBUG", "INFO", "WARNING", "ERROR"),
        N_("Ange DEBUG, INFO, WARNING eller ERROR."),
    ),
}


def _kept_secret(data_dir: Path) -> bytes:
    """Return the key kept in the data directory; make one there the first time.

    It gets its name when all of it is written: a process killed while it makes the key leaves no
    empty one behind, and of two that start at once both have the same.
    """
    path = data_dir / "secret.key"
    if not path.exists():
        part = data_dir / f".secret.{secrets.token_hex(8)}.part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_hex(32).encode())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(part)
        finally:
            part.unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) < _SHORTEST_SECRET:
        raise BadSettings([(f"{PREFIX}SECRET_KEY", READERS["SECRET_KEY"][1], {})])
    return key


def load(environ: Mapping[str, str], *, demo: bool = False) -> Settings:
    """Read the settings from `environ`; raise BadSettings with every fault found."""
    faults: list[tuple[str, str, dict[str, object]]] = []
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX)
        if key not in READERS:
            faults.append((name, N_("Inställningen finns inte. Kontrollera stavningen."), {}))
            continue
        read, message = READERS[key]
        try:
            values[key] = read(text)
        except ValueError:
            faults.append((name, message, {}))
    if faults:
        raise BadSettings(faults)
    data_dir = Path(values.get("DATA_DIR", "data")).resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret_key = values.get("SECRET_KEY") or _kept_secret(data_dir)
    except OSError as error:
        raise BadSettings([(f"{PREFIX}DATA_DIR", READERS["DATA_DIR"][1], {})]) from error
    return Settings(
        data_dir=data_dir,
        database_url=values.get("DATABASE_URL", f"sqlite:///{data_dir / 'atagande.db'}"),
        base_url=values.get("BASE_URL", "http://127.0.0.1:8080"),
        secret_key=secret_key,
        mail_from=values.get("MAIL_FROM", "samordning@atagande.example"),
        smtp=values.get("SMTP_URL"),
        locale=values.get("LOCALE", "sv"),
        timezone=values.get("TIMEZONE", "Europe/Stockholm"),
        log_level=values.get("LOG_LEVEL", "INFO"),
        proxies=values.get("PROXIES", 0),
        imap=values.get("IMAP_URL"),
        mail_authserv_id=values.get("MAIL_AUTHSERV_ID", ""),
        demo=demo,
    )
