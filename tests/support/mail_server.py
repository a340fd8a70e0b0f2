"""A real mail server for the tests: Postfix takes mail, Dovecot keeps it and shows it over IMAP.

Fixture: `mail_server` (module), a `MailServer`. It has a folder and ports of its own, on loopback;
nothing of the system's own mail is read, written or started, and nothing leaves the machine.
Every address in `DOMAINS` has a mailbox; what stands after a plus sign comes to the same mailbox
(RFC 5233). Mail to `nobody@` is refused at once, mail to `gone@` bounces later. As on any machine,
Postfix needs root to start.
"""

import imaplib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from urllib.parse import quote

import pytest

from atagande_plugin.config import READERS, Settings
from support.peers import MissingPeer
from support.programs import LOOPBACK, free_port, greets, running, wait_for

PACKAGES = "postfix dovecot-core dovecot-imapd dovecot-lmtpd"
REMEDY = f"as root: apt-get install --no-install-recommends {PACKAGES}"
DOMAINS = (
    "kommun.example",
    "samverkan.example",
    "suvs.example",
    "psykiatri.example",
    "upplandsvasby.example",
    "sollentuna.example",
)
PASSWORD = "hemligt-i-provet"
PATIENCE = 30.0
POSTFIX = Path("/usr/sbin/postfix")
DOVECOT = Path("/usr/sbin/dovecot")
DAEMONS = (Path("/usr/lib/postfix/sbin"), Path("/usr/libexec/postfix"))

MAIN = """\
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.samverkan.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = regexp:{here}/postfix/mailboxes
virtual_alias_maps = regexp:{here}/postfix/aliases
virtual_transport = lmtp:unix:{here}/run/lmtp
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
recipient_delimiter = +
alias_maps =
alias_database =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks, reject
disable_dns_lookups = yes
smtpd_peername_lookup = no
biff = no
message_size_limit = 40000000
maillog_file_prefixes = {here}
maillog_file = {here}/postfix.log
"""

#: Everybody has a mailbox but those whose address begins with nobody.
MAILBOXES = """\
!/^nobody/ all
"""

#: Mail to those who are gone is forwarded to where nothing is, so that it bounces.
ALIASES = """\
/^gone@/ gone@nowhere.example
"""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""

DOVECOT_SETTINGS = """\
base_dir = {here}/run
state_dir = {here}/run
log_path = {here}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{here}/mailboxes/%d/%n
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
recipient_delimiter = +
lda_mailbox_autocreate = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={here}/mailboxes/%d/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
"""


@dataclass(frozen=True)
class MailServer:
    """A running mail server on loopback."""

    here: Path
    smtp_port: int
    imap_port: int

    @property
    def smtp_url(self) -> str:
        """Where mail is handed in, as the service's setting says it."""
        return f"smtp://{LOOPBACK}:{self.smtp_port}"

    def imap_url(self, address: str) -> str:
        """Where an address's mail is read, as the service's setting says it."""
        return f"imap://{quote(address)}:{PASSWORD}@{LOOPBACK}:{self.imap_port}/INBOX"

    def mailbox(self, address: str) -> "Mailbox":
        """The mailbox of an address in one of the server's domains."""
        return Mailbox(self, address)

    def log(self) -> str:
        """What the two servers have said, for when something goes wrong."""
        return "\n".join(
            path.read_text("utf-8", errors="replace")
            for path in sorted(self.here.glob("*.log"))
            if path.exists()
        )


@dataclass(frozen=True)
class Mailbox:
    """One person's mail, read over IMAP."""

    server: MailServer
    address: str

    def messages(self) -> list[bytes]:
        """Return the inbox's messages as they came, oldest first."""
        with imaplib.IMAP4(LOOPBACK, self.server.imap_port, timeout=PATIENCE) as imap:
            imap.login(self.address, PASSWORD)
            imap.select("INBOX", readonly=True)
            _status, found = imap.uid("SEARCH", "ALL")
            raws = []
            for number in found[0].split():
                _status, parts = imap.uid("FETCH", number.decode(), "(BODY.PEEK[])")
                raws += [part[1] for part in parts if isinstance(part, tuple)]
            return raws

    def wait(self, wanted: Callable[["Message[str, str]"], bool], what: str = "a mail") -> bytes:
        """Return the first message that is `wanted`, as soon as it is there."""

        def look() -> bytes | None:
            return next((raw for raw in self.messages() if wanted(message_from_bytes(raw))), None)

        try:
            return wait_for(f"{what} to {self.address}", look, PATIENCE)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.server.log()}") from error

    def wait_count(self, number: int) -> list[bytes]:
        """Return the messages as soon as there are `number` of them."""

        def look() -> list[bytes] | None:
            found = self.messages()
            return found if len(found) >= number else None

        return wait_for(f"{number} mails to {self.address}", look, PATIENCE)


def connected(settings: Settings, server: MailServer) -> Settings:
    """Return the settings of a service that sends and reads its mail at this server."""
    (smtp, _said), (imap, _said) = READERS["SMTP_URL"], READERS["IMAP_URL"]
    return replace(
        settings, smtp=smtp(server.smtp_url), imap=imap(server.imap_url(settings.mail_from))
    )


def _why_not() -> str | None:
    """Say why no server can be had here; None if one can."""
    lmtp = Path("/usr/lib/dovecot/lmtp")
    if not POSTFIX.exists() or not DOVECOT.exists() or not lmtp.exists():
        return "not installed"
    if os.geteuid() != 0:
        return "Postfix starts for root only"
    said = subprocess.run([DOVECOT, "--version"], capture_output=True, text=True, check=True)
    if not said.stdout.startswith("2.3."):
        return f"the settings are written for Dovecot 2.3, this is {said.stdout.split()[0]}"
    return None


def _prepare(here: Path, smtp_port: int, imap_port: int) -> None:
    """Write the two servers' settings and make their folders."""
    for name in ("postfix", "queue", "data", "run", "mailboxes"):
        (here / name).mkdir()
    here.chmod(0o755)
    shutil.chown(here / "data", "postfix")
    shutil.chown(here / "mailboxes", "mail", "mail")
    daemons = next(path for path in DAEMONS if path.exists())
    facts = {"here": here, "daemons": daemons, "password": PASSWORD, "domains": " ".join(DOMAINS)}
    for name, text, port in (
        ("postfix/main.cf", MAIN, 0),
        ("postfix/master.cf", MASTER, smtp_port),
        ("postfix/mailboxes", MAILBOXES, 0),
        ("postfix/aliases", ALIASES, 0),
        ("dovecot.conf", DOVECOT_SETTINGS, imap_port),
    ):
        (here / name).write_text(text.format(**facts, port=port), encoding="utf-8")


@pytest.fixture(scope="module")
def mail_server(session_dir: Path, missing_peer: MissingPeer) -> Iterator[MailServer]:
    """Postfix and Dovecot, running until the test file is done."""
    if reason := _why_not():
        missing_peer("Postfix and Dovecot", f"{REMEDY} ({reason})")
    # Other users, whom the servers' parts run as, pass through the session's folder.
    session_dir.chmod(0o711)
    here = Path(tempfile.mkdtemp(prefix="mail-", dir=session_dir))
    smtp_port, imap_port = free_port(), free_port()
    _prepare(here, smtp_port, imap_port)
    server = MailServer(here, smtp_port, imap_port)
    with ExitStack() as stack:
        dovecot: list[str | Path] = [DOVECOT, "-F", "-c", here / "dovecot.conf"]
        postfix: list[str | Path] = [POSTFIX, "-c", here / "postfix", "start-fg"]
        stack.enter_context(running(dovecot, here / "dovecot-start.log"))
        stack.enter_context(running(postfix, here / "postfix-start.log"))
        try:
            wait_for("Dovecot answers", lambda: greets(imap_port), PATIENCE)
            wait_for("Postfix answers", lambda: greets(smtp_port), PATIENCE)
        except TimeoutError:
            missing_peer("Postfix and Dovecot", f"they did not start: {server.log()}")
        yield server
    shutil.rmtree(here, ignore_errors=True)
