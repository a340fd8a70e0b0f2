"""A real Thunderbird takes our invitations over a real Postfix and Dovecot, and answers them.

What leaves the outbox goes to Postfix as in production, the person presses the buttons that
Thunderbird shows over the mail, and what it answers comes to the organiser's mailbox.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from atagande_agreements.civil_time import local_time
from atagande_calendar.invitations.models import Partstat
from atagande_calendar.meetings.series_changes import SeriesChange, change_series
from atagande_calendar.meetings.series_people import call_off_series
from atagande_calendar.meetings.series_scope import Scope
from atagande_plugin.mail.inbox import inbox_job
from atagande_plugin.outbox.delivery import deliver
from support import series
from support.booking import booked, published
from support.itip_chain import answered, cancel, change, told
from support.itip_judge import calendar_of, event_lines, parsed_mail
from support.mail_server import MailServer, connected
from support.thunderbird import Bar, Event, OpenThunderbird, Thunderbird
from support.world import CLINIC_CHIEF, CONVENER, World

pytestmark = pytest.mark.usefixtures("smtp_allowed")

NAME = "Signe Hallman"
TITLE = "Nätverksmöte: åtgärder, ärenden & överenskommelser för Sollentuna, Upplands Väsby"
PLACE = "Mötesrum Ån, Storgatan 1; plan 3"
ACCEPT, DECLINE = "imipAcceptButton", "imipDeclineButton"
UPDATE, DELETE = "imipUpdateButton", "imipDeleteButton"
RECONFIRM = "imipReconfirmButton"
ACCEPT_ALL = "imipAcceptRecurrencesButton"
ANSWERS = {ACCEPT, DECLINE}


class Chief:
    """A unit chief: a mailbox, a Thunderbird, and what came to and went from them."""

    def __init__(self, world: World, server: MailServer, thunderbird: Thunderbird) -> None:
        self.world = world
        self.inbox = server.mailbox(CLINIC_CHIEF)
        self.ours = server.mailbox(world.settings.mail_from)
        self.thunderbird = thunderbird
        # Another test's mail may lie there already.
        self.before = self.received = len(self.inbox.messages())
        world.services.settings = connected(world.settings, server)

    def opens_the_next_mail(self) -> Bar:
        """Let the outbox deliver, and open the mail that comes of it."""
        summary = deliver(self.world.services, self.world.now)
        assert summary.sent
        assert not summary.failed + summary.later
        self.received += 1
        raw = self.inbox.wait_count(self.received)[-1]
        return self.thunderbird.show(str(parsed_mail(raw)["Message-ID"]))

    def opens_mail(self, number: int) -> Bar:
        """Open a mail that came earlier; the first is 1."""
        raw = self.inbox.messages()[self.before + number - 1]
        return self.thunderbird.show(str(parsed_mail(raw)["Message-ID"]))

    def presses(self, button: str) -> None:
        self.thunderbird.press(button)

    def has(self, **facts: object) -> Event:
        """Wait until the calendar holds one event, and that is as `facts` say; return it."""

        def wanted(events: list[Event]) -> bool:
            return len(events) == 1 and all(
                getattr(events[0], name) == value for name, value in facts.items()
            )

        (event,) = self.thunderbird.wait_for_events(wanted, f"one event with {facts}")
        return event

    def has_nothing(self) -> None:
        self.thunderbird.wait_for_events(lambda events: not events, "an empty calendar")

    def our_service_takes_the_answer(self) -> bytes:
        """Wait for the answer in the organiser's mailbox and let the service read it there."""
        (raw,) = self.ours.wait_count(1)
        assert inbox_job(self.world.services) == {"taken": 1, "quarantined": 0}
        assert self.ours.messages() == [], "put away once it is taken"
        return raw


@pytest.fixture
def chief(sqlite_world: World, mail_server: MailServer, open_thunderbird: OpenThunderbird) -> Chief:
    return Chief(sqlite_world, mail_server, open_thunderbird(mail_server, NAME, CLINIC_CHIEF))


def clock(day: date, hour: int) -> datetime:
    """An hour as the clock in Stockholm shows it."""
    return datetime.combine(day, time(hour))


def test_thunderbird_shows_accepts_moves_declines_and_loses_a_meeting(chief: Chief) -> None:
    world = chief.world
    # The clocks change between the two days: 9.00 is 8.00 UTC on the first, 7.00 on the second.
    winter, summer = date(2026, 3, 24), date(2026, 3, 31)
    number = published(
        world,
        people=[CLINIC_CHIEF],
        title=TITLE,
        place=PLACE,
        starts_at=local_time(winter, time(9)),
    )
    uid, _sequence, _start = told(world, number, CLINIC_CHIEF)

    bar = chief.opens_the_next_mail()
    assert bar.buttons >= ANSWERS
    assert TITLE in bar.details
    assert PLACE in bar.details
    chief.presses(ACCEPT)
    event = chief.has(uid=uid, sequence=0, answers={CLINIC_CHIEF: "ACCEPTED"})
    assert (event.title, event.place, event.status) == (TITLE, PLACE, "CONFIRMED")
    assert (event.start, event.end) == (clock(winter, 9), clock(winter, 11))

    reply = chief.our_service_takes_the_answer()
    assert "+" in str(parsed_mail(reply)["To"]), "the secret address, not the sender's"
    assert answered(world, number, CLINIC_CHIEF) is Partstat.ACCEPTED

    world.now += timedelta(hours=1)
    change(world, number, starts_at=local_time(summer, time(9)))
    assert answered(world, number, CLINIC_CHIEF) is Partstat.NEEDS_ACTION
    bar = chief.opens_the_next_mail()
    assert bar.buttons >= ANSWERS, "a new time is asked about anew"
    chief.presses(DECLINE)
    event = chief.has(uid=uid, sequence=1, answers={CLINIC_CHIEF: "DECLINED"})
    assert (event.start, event.end) == (clock(summer, 9), clock(summer, 11))
    chief.our_service_takes_the_answer()
    assert answered(world, number, CLINIC_CHIEF) is Partstat.DECLINED

    bar = chief.opens_mail(1)
    assert not bar.buttons & {*ANSWERS, UPDATE, RECONFIRM}, "the old time is over and done with"
    assert chief.has(uid=uid, sequence=1).start == clock(summer, 9)

    world.now += timedelta(hours=1)
    cancel(world, number)
    bar = chief.opens_the_next_mail()
    assert DELETE in bar.buttons
    chief.presses(DELETE)
    chief.has_nothing()


def test_thunderbird_takes_new_words_without_asking_anew_and_answers_a_sip(chief: Chief) -> None:
    world = chief.world
    number = published(world, people=[CLINIC_CHIEF], agenda="Läget")
    chief.opens_the_next_mail()
    chief.presses(ACCEPT)
    chief.has(sequence=0, answers={CLINIC_CHIEF: "ACCEPTED"})
    chief.our_service_takes_the_answer()

    world.now += timedelta(hours=1)
    change(world, number, agenda="Läget\nNy punkt: budget")
    bar = chief.opens_the_next_mail()
    assert UPDATE in bar.buttons
    assert not bar.buttons & ANSWERS
    assert "Ny punkt: budget" in bar.details
    chief.presses(UPDATE)
    chief.has(sequence=0, answers={CLINIC_CHIEF: "ACCEPTED"})
    assert answered(world, number, CLINIC_CHIEF) is Partstat.ACCEPTED
    cancel(world, number)
    chief.opens_the_next_mail()
    chief.presses(DELETE)
    chief.has_nothing()

    booked(world, people=[CLINIC_CHIEF, CONVENER])
    bar = chief.opens_the_next_mail()
    assert bar.buttons >= ANSWERS
    chief.presses(ACCEPT)
    event = chief.has(answers={CLINIC_CHIEF: "ACCEPTED"})
    assert event.end - event.start == timedelta(minutes=60)
    (title,) = event_lines(calendar_of(chief.our_service_takes_the_answer()), "SUMMARY")
    assert title.value == event.title
    assert "SIP" not in event.title


def test_thunderbird_takes_a_series_one_of_it_that_moves_and_one_that_is_called_off(
    chief: Chief,
) -> None:
    world = chief.world

    def act(verb: Callable[..., object], index: int, scope: Scope, **facts: Any) -> None:
        world.now += timedelta(hours=1)
        with world.writer() as session:
            one, meetings = series.found(session, number)
            facts |= series.act(world, session, one, at=meetings[index], scope=scope)
            verb(session, **facts)
            session.commit()

    def partstats() -> list[str]:
        with world.services.reader() as session:
            _series, meetings = series.found(session, number)
            return [answered(world, one.id, CLINIC_CHIEF).value for one in meetings]

    number = series.published(world, people=[CLINIC_CHIEF], rule=series.RULE)
    # The second Tuesday of six months; it is winter on the first.
    days = [
        date(2026, month, day)
        for month, day in ((3, 10), (4, 14), (5, 12), (6, 9), (7, 14), (8, 11))
    ]
    clocks = [clock(day, 9) for day in days]
    chief.opens_the_next_mail()
    chief.presses(ACCEPT_ALL)
    chief.has(occurrences=clocks, answers={CLINIC_CHIEF: "ACCEPTED"})
    chief.our_service_takes_the_answer()
    assert partstats() == ["ACCEPTED"] * 6

    later = SeriesChange(clock=time(13))
    act(change_series, 1, Scope.ONE, change=later, domain="atagande.example")
    assert partstats() == ["ACCEPTED", "NEEDS-ACTION", *["ACCEPTED"] * 4]
    chief.opens_the_next_mail()
    chief.presses(DECLINE)
    clocks[1] = clock(days[1], 13)
    chief.has(occurrences=clocks)
    chief.our_service_takes_the_answer()
    assert partstats() == ["ACCEPTED", "DECLINED", *["ACCEPTED"] * 4]

    act(call_off_series, 2, Scope.ONE)
    chief.opens_the_next_mail()
    chief.presses(DELETE)
    chief.has(occurrences=[one for one in clocks if one.date() != days[2]])

    act(call_off_series, 0, Scope.ALL)
    chief.opens_the_next_mail()
    chief.presses(DELETE)
    chief.has_nothing()
