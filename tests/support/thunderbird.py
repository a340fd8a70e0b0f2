"""A real Thunderbird, without a window on any screen, with one person's mail and calendar.

Fixture: `open_thunderbird(mail_server, name, address)` starts one and gives a `Thunderbird`; it
ends with the test. The person's profile lies in a folder of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from support.mail_server import PASSWORD, MailServer
from support.marionette import Marionette
from support.peers import MissingPeer
from support.programs import LOOPBACK, running, wait_for

REMEDY = "apt-get install --no-install-recommends thunderbird"
PATIENCE = 60.0

#: What a person would have set once, and nothing that asks or calls home.
PREFERENCES: dict[str, str | int | bool] = {
    "mail.accountmanager.accounts": "account1,account2",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.accountmanager.localfoldersserver": "server2",
    "mail.account.account1.server": "server1",
    "mail.account.account1.identities": "id1",
    "mail.account.account2.server": "server2",
    "mail.server.server1.type": "imap",
    "mail.server.server1.hostname": LOOPBACK,
    "mail.server.server1.name": "Brev",
    "mail.server.server1.socketType": 0,
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.login_at_startup": False,
    "mail.server.server1.check_new_mail": False,
    "mail.server.server2.type": "none",
    "mail.server.server2.hostname": "Local Folders",
    "mail.server.server2.name": "Local Folders",
    "mail.server.server2.userName": "nobody",
    "mail.identity.id1.valid": True,
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.identity.id1.fcc": False,
    "mail.smtpservers": "smtp1",
    "mail.smtp.defaultserver": "smtp1",
    "mail.smtpserver.smtp1.hostname": LOOPBACK,
    "mail.smtpserver.smtp1.try_ssl": 0,
    "mail.smtpserver.smtp1.authMethod": 1,
    "calendar.timezone.local": "Europe/Stockholm",
    "calendar.timezone.useSystemTimezone": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.spotlight.firstRunDone": True,
    "mail.rights.version": 1,
    "mail.inappnotifications.enabled": False,
    "mailnews.start_page.enabled": False,
    "app.donation.eoy.version.viewed": 999,
    "app.update.enabled": False,
    "extensions.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    # Every other address than loopback's leads nowhere.
    "network.proxy.type": 1,
    "network.proxy.http": LOOPBACK,
    "network.proxy.http_port": 9,
    "network.proxy.ssl": LOOPBACK,
    "network.proxy.ssl_port": 9,
    # A free port, written to a file in the profile.
    "marionette.port": 0,
}

COMMON = """
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const {cal} = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const server = MailServices.accounts.allServers.find(one => one.type == "imap");
const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
const pane = Services.wm.getMostRecentWindow("mail:3pane")?.gTabmail?.currentAbout3Pane;
const [calendar] = cal.manager.getCalendars();
"""

READY = "return Boolean(pane?.messagePane && calendar);"

#: The password is given, and the calendar is the person's own, for invitations to the address.
PREPARE = """
server.password = v0;
calendar.setProperty("disabled", false);
calendar.setProperty("imip.identity.key", MailServices.accounts.allIdentities[0].key);
server.performExpand(null);
"""

#: Fetches the message with this Message-ID if it has not come, and opens it as a click would. Gives
#: what stands on the bar over it, or null until all that is done: while the list of folders is
#: being read, even the inbox may go and come back.
SHOW = """
if (!inbox) { return null; }
const header = inbox.msgDatabase.getMsgHdrForMessageID(v0);
if (!header) {
  await new Promise(resolve => inbox.getNewMessages(null, {
    QueryInterface: ChromeUtils.generateQI(["nsIUrlListener"]),
    OnStartRunningUrl() {},
    OnStopRunningUrl() { resolve(); },
  }));
  return null;
}
const shown = pane.messageBrowser.contentWindow;
const uri = inbox.getUriForMsg(header);
if (shown.gMessageURI != uri) {
  pane.messagePane.displayMessage(uri);
  return null;
}
const {calImipBar, document} = shown;
const bar = document.querySelector(".calendar-notification-bar");
const details = shown.getMessagePaneBrowser().contentDocument.getElementById("imipHTMLDetails");
if (!calImipBar.itipItem || !bar || bar.collapsed || !details) { return null; }
return {
  label: bar.querySelector(".msgNotificationBarText").textContent,
  buttons: calImipBar.getButtons().filter(button => !button.hidden).map(button => button.id),
  details: details.innerText,
};
"""

PRESS = """
const button = pane.messageBrowser.contentWindow.document.getElementById(v0);
if (button.hidden) { throw new Error(`nobody can press ${v0}`); }
button.doCommand();
"""

EVENTS = """
const stockholm = cal.timezoneService.getTimezone("Europe/Stockholm");
const stockholmText = moment => moment.getInTimezone(stockholm).icalString;
const first = cal.createDateTime("20000101T000000Z");
const last = cal.createDateTime("21000101T000000Z");
const items = await calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
return items.map(item => ({
  uid: item.id,
  title: item.title,
  place: item.getProperty("LOCATION") ?? "",
  status: item.status ?? "",
  sequence: Number(item.getProperty("SEQUENCE") ?? 0),
  start: stockholmText(item.startDate),
  end: stockholmText(item.endDate),
  occurrences: item.recurrenceInfo
    ? item.recurrenceInfo.getOccurrences(first, last, 0).map(one => stockholmText(one.startDate))
    : [],
  answers: Object.fromEntries(item.getAttendees().map(
    one => [one.id.replace(/^mailto:/i, ""), one.participationStatus])),
}));
"""


@dataclass(frozen=True)
class Bar:
    """What Thunderbird says over a message with an invitation, and offers to do."""

    label: str
    buttons: frozenset[str]
    #: When, where and who, as it is shown.
    details: str


@dataclass(frozen=True)
class Event:
    """An event in Thunderbird's calendar; its times are Stockholm's, without a zone."""

    uid: str
    title: str
    place: str
    status: str
    sequence: int
    start: datetime
    end: datetime
    #: Starts of each, of an event that repeats.
    occurrences: list[datetime]
    #: Address -> PARTSTAT.
    answers: dict[str, str]


@dataclass(frozen=True)
class Thunderbird:
    """One person's running program."""

    marionette: Marionette

    def _run(self, body: str, *values: Any) -> Any:
        return self.marionette.run(COMMON + body, *values)

    def prepare(self) -> None:
        """Wait until its window is there; give it the password and the calendar."""
        wait_for("Thunderbird's window", lambda: self._run(READY) or None, PATIENCE)
        self._run(PREPARE, PASSWORD)

    def show(self, message_id: str) -> Bar:
        """Fetch mail until the message with this Message-ID has come, and open it."""
        key = message_id.strip("<> ")
        found = wait_for(f"the bar over message {key}", lambda: self._run(SHOW, key), PATIENCE)
        return Bar(found["label"], frozenset(found["buttons"]), found["details"])

    def press(self, button: str) -> None:
        """Press a button of the bar over the message that is shown."""
        self._run(PRESS, button)

    def events(self) -> list[Event]:
        """Return what stands in the calendar."""
        return [
            Event(
                **{
                    **one,
                    "start": _moment(one["start"]),
                    "end": _moment(one["end"]),
                    "occurrences": [_moment(text) for text in one["occurrences"]],
                }
            )
            for one in self._run(EVENTS)
        ]

    def wait_for_events(self, wanted: Callable[[list[Event]], bool], what: str) -> list[Event]:
        """Return the calendar's events as soon as they are as `wanted`."""

        def look() -> list[Event] | None:
            found = self.events()
            return found if wanted(found) else None

        return wait_for(what, look, PATIENCE)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local on purpose


def _profile(folder: Path, server: MailServer, name: str, address: str) -> None:
    """Write a profile with one mail account, so that nothing is asked at the start."""
    folder.mkdir(parents=True)
    preferences = PREFERENCES | {
        "mail.server.server1.port": server.imap_port,
        "mail.server.server1.userName": address,
        "mail.identity.id1.fullName": name,
        "mail.identity.id1.useremail": address,
        "mail.smtpserver.smtp1.port": server.smtp_port,
    }
    lines = [f"user_pref({_script(key)}, {_script(value)});" for key, value in preferences.items()]
    (folder / "user.js").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _script(value: str | int | bool) -> str:  # noqa: FBT001 - a preference's own type
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else f'"{value}"'


OpenThunderbird = Callable[[MailServer, str, str], Thunderbird]


@pytest.fixture
def open_thunderbird(tmp_path: Path, missing_peer: MissingPeer) -> Iterator[OpenThunderbird]:
    """Start Thunderbird for a person; it ends with the test."""
    program = shutil.which("thunderbird")
    if program is None:
        missing_peer("Thunderbird", REMEDY)
    with ExitStack() as stack:

        def start(server: MailServer, name: str, address: str) -> Thunderbird:
            home = tmp_path / f"thunderbird-{address}"
            profile = home / "profile"
            _profile(profile, server, name, address)
            command = [program, "--headless", "--marionette", "--remote-allow-system-access"]
            command += ["--no-remote", "--profile", str(profile)]
            environment = {
                **{key: value for key, value in os.environ.items() if "proxy" not in key.lower()},
                "HOME": str(home),
                "TZ": "America/New_York",
                "LC_ALL": "C.UTF-8",
                "MOZ_CRASHREPORTER_DISABLE": "1",
            }
            log = home / "thunderbird.log"
            stack.enter_context(running(command, log, environment=environment))
            chosen = profile / "MarionetteActivePort"

            def port() -> int | None:
                text = chosen.read_text("ascii").strip() if chosen.exists() else ""
                return int(text) if text else None

            try:
                number = wait_for("Thunderbird opens its door", port, PATIENCE)
            except TimeoutError:
                said = log.read_text("utf-8", errors="replace")[-2000:]
                pytest.fail(f"Thunderbird did not start:\n{said}")
            running_one = Thunderbird(stack.enter_context(Marionette(number)))
            running_one.prepare()
            return running_one

        yield start
