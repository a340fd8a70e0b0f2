"""What stands in the calendar that a private address opens."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from atagande_agreements.civil_time import local_time
from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
)
from atagande_calendar.feeds.queries import CALLED_OFF_DAYS, DAYS_AHEAD, DAYS_BACK
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.models import Meeting, MeetingSeries, MeetingState
from atagande_calendar.method import Method
from atagande_calendar.sip.changes import call_off_sip, move_sip
from atagande_calendar.sip.models import Sip, SipCalledOff
from support.booking import book, booked, invitation, plan, published
from support.feeds import events, feed_path, fetch, fetched, utc
from support.rivals import SLOT
from support.world import (
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    World,
)

CLINIC = "sollentuna-mottagning"


def change(world: World, meeting: int, **values: object) -> None:
    """Set a meeting's columns, as whatever moves it does."""
    with world.writer() as session:
        session.execute(update(Meeting).where(Meeting.id == meeting).values(**values))
        session.commit()


def change_invitation(world: World, meeting: int, email: str, **values: object) -> None:
    with world.writer() as session:
        session.execute(
            update(Invitation)
            .where(Invitation.meeting_id == meeting, Invitation.email == email)
            .values(**values)
        )
        session.commit()


def call_off(world: World, meeting: int, *, told_at: datetime) -> None:
    change(world, meeting, state=MeetingState.CANCELLED)
    for email in (CLINIC_CHIEF, CONVENER):
        change_invitation(world, meeting, email, method=Method.CANCEL, sequence=1, told_at=told_at)


def reply(world: World, meeting: int, email: str, partstat: Partstat) -> None:
    with world.writer() as session:
        answer(
            session,
            invitation=invitation(session, meeting, email),
            partstat=partstat,
            way=AnswerWay.PAGE,
            now=world.now,
        )
        session.commit()


def test_a_meeting_stands_with_its_time_place_and_the_invitations_identity(world: World) -> None:
    meeting = published(world)
    (event,) = fetched(world, feed_path(world, CLINIC_CHIEF))
    with world.services.reader() as session:
        kept = session.get_one(Meeting, meeting)
        asked = invitation(session, meeting, CLINIC_CHIEF)
        assert event["UID"] == kept.uid
        assert event["SEQUENCE"] == asked.sequence
    assert utc(event["DTSTART"]) == local_time(date(2026, 3, 24), time(9))
    assert utc(event["DTEND"]) == local_time(date(2026, 3, 24), time(11))
    assert event["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert event["SUMMARY"] == "Nätverksmöte SGI=0"
    assert event["LOCATION"] == "Turebergshuset"
    assert event["STATUS"] == "CONFIRMED"
    assert event["URL"] == f"{world.settings.base_url}/moten/{meeting}"
    assert utc(event["LAST-MODIFIED"]) == utc(event["DTSTAMP"]) == world.now


def test_no_program_can_take_an_event_for_an_invitation(world: World) -> None:
    published(world)
    booked(world)
    text = fetch(world, feed_path(world, CLINIC_CHIEF)).get_data(as_text=True)
    assert text.count("BEGIN:VEVENT") == 2
    for name in ("METHOD", "ORGANIZER", "ATTENDEE", "RSVP", "DESCRIPTION", "mailto:"):
        assert name not in text
    assert "Läget i kommunerna" not in text, "the agenda is read on the page"


def test_the_calendar_says_its_name_and_how_often_to_fetch_it(world: World) -> None:
    text = fetch(world, feed_path(world, CONVENER)).get_data(as_text=True)
    lines = text.split("\r\n")
    for line in (
        "NAME:Mina möten i SUVS",
        "X-WR-CALNAME:Mina möten i SUVS",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "VERSION:2.0",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    ):
        assert line in lines
    assert events(text.encode()) == []


def test_a_sip_is_neutral_and_private(world: World) -> None:
    booked(world, people=[])
    (event,) = fetched(world, feed_path(world, CONVENER))
    assert event["SUMMARY"].startswith("Samverkansmöte 60 min – ref ")
    assert event["CLASS"] == "PRIVATE"
    assert "URL" not in event
    assert "DESCRIPTION" not in event


@pytest.mark.parametrize(
    ("partstat", "transp", "busy"),
    [
        (None, "OPAQUE", "TENTATIVE"),
        (Partstat.TENTATIVE, "OPAQUE", "TENTATIVE"),
        (Partstat.ACCEPTED, "OPAQUE", "BUSY"),
        (Partstat.DECLINED, "TRANSPARENT", "FREE"),
    ],
)
def test_ones_own_answer_says_whether_the_time_is_taken(
    sqlite_world: World, partstat: Partstat | None, transp: str, busy: str
) -> None:
    world = sqlite_world
    meeting = published(world)
    reply(world, meeting, FK, Partstat.DECLINED)
    if partstat is not None:
        reply(world, meeting, CLINIC_CHIEF, partstat)
    (event,) = fetched(world, feed_path(world, CLINIC_CHIEF))
    assert event["TRANSP"] == transp
    assert event["X-MICROSOFT-CDO-BUSYSTATUS"] == busy


def test_a_draft_a_removed_person_and_someone_not_asked_have_nothing(world: World) -> None:
    with world.writer() as session:
        plan(world, session, people=[CLINIC_CHIEF])
        session.commit()
    meeting = published(world, people=[CLINIC_CHIEF, CONVENER])
    own, other = feed_path(world, CLINIC_CHIEF), feed_path(world, AF)
    assert len(fetched(world, own)) == 1, "the draft is not there"
    assert fetched(world, other) == []
    change_invitation(world, meeting, CLINIC_CHIEF, removed_at=world.now)
    assert fetched(world, own) == []


def test_who_waits_for_a_clinics_yes_has_nothing_yet(world: World) -> None:
    meeting = published(world, people=[CLINIC_CHIEF, CONVENER])
    change_invitation(world, meeting, CLINIC_CHIEF, waiting=True)
    assert fetched(world, feed_path(world, CLINIC_CHIEF)) == []
    assert len(fetched(world, feed_path(world, CONVENER))) == 1


def test_what_is_moved_and_called_off_is_so_with_the_sequence_that_was_sent(world: World) -> None:
    with world.writer() as session:
        sip = book(world, session)
        session.commit()
        number = sip.id
    path = feed_path(world, CONVENER)
    stamps = []
    for step in (None, "moved", "off"):
        world.now += timedelta(hours=1)
        with world.writer() as session:
            sip = session.get_one(Sip, number)
            known: Any = {
                "sip": sip,
                "person": world.person(session, CONVENER),
                "version": sip.version,
                "now": world.now,
            }
            if step == "moved":
                move_sip(session, starts_at=SLOT + timedelta(hours=1), **known)
            elif step == "off":
                call_off_sip(session, because=SipCalledOff.OTHER, **known)
            session.commit()
            told = invitation(session, sip.meeting_id, CONVENER)
        (event,) = fetched(world, path)
        assert event["SEQUENCE"] == told.sequence
        assert utc(event["DTSTART"]) == SLOT + timedelta(hours=0 if step is None else 1)
        assert event["STATUS"] == ("CANCELLED" if step == "off" else "CONFIRMED")
        assert event["SUMMARY"].startswith("Inställt: " if step == "off" else "Samverkansmöte")
        stamps.append(utc(event["DTSTAMP"]))
    assert stamps == sorted(set(stamps)), "each change is later than the one before"


def test_a_meeting_called_off_stands_struck_out_for_thirty_days(world: World) -> None:
    meeting = published(world)
    path = feed_path(world, CLINIC_CHIEF)
    call_off(world, meeting, told_at=world.now)
    for passed in (0, CALLED_OFF_DAYS):
        world.now += timedelta(days=passed)
        (event,) = fetched(world, path)
        assert event["STATUS"] == "CANCELLED"
        assert event["SUMMARY"] == "Inställt: Nätverksmöte SGI=0"
        assert event["TRANSP"] == "TRANSPARENT"
        assert event["SEQUENCE"] == 1
    world.now += timedelta(days=1)
    assert fetched(world, path) == []


def test_it_reaches_ninety_days_back_and_four_hundred_ahead(sqlite_world: World) -> None:
    world = sqlite_world
    meeting = published(world)
    path = feed_path(world, CLINIC_CHIEF)
    today = date(2026, 3, 2)
    for days, stands in (
        (-DAYS_BACK - 1, False),
        (-DAYS_BACK, True),
        (DAYS_AHEAD, True),
        (DAYS_AHEAD + 1, False),
    ):
        for clock in (time(0), time(23, 59)):
            starts_at = local_time(today + timedelta(days=days), clock)
            change(world, meeting, starts_at=starts_at)
            assert bool(fetched(world, path)) is stands, (days, clock)


def test_an_occurrence_of_a_series_has_the_series_identity(world: World) -> None:
    meeting = published(world)
    with world.writer() as session:
        kept = session.get_one(Meeting, meeting)
        series = MeetingSeries(
            association_id=kept.association_id,
            agreement_id=kept.agreement_id,
            kind=kept.kind,
            title=kept.title,
            rrule="FREQ=MONTHLY;COUNT=4",
            starts_at=kept.starts_at,
            minutes=kept.minutes,
            uid="serie@atagande.example",
            created_by_id=kept.created_by_id,
            created_at=world.now,
        )
        session.add(series)
        session.flush()
        kept.series_id = series.id
        own_uid = kept.uid
        session.commit()
    path = feed_path(world, CLINIC_CHIEF)
    (event,) = fetched(world, path)
    assert event["UID"] == own_uid, "dates without a rule are events of their own"
    given = local_time(date(2026, 3, 17), time(9))
    change(world, meeting, recurrence_at=given)
    (event,) = fetched(world, path)
    assert event["UID"] == "serie@atagande.example"
    assert utc(event["RECURRENCE-ID"]) == given
    assert utc(event["DTSTART"]) == local_time(date(2026, 3, 24), time(9))


def test_a_units_calendar_shows_each_meeting_once_and_takes_nobodys_time(world: World) -> None:
    with world.writer() as session:
        chief = world.person(session, CLINIC_CHIEF)
        session.add(
            Person(
                association_id=chief.association_id,
                organisation_id=chief.organisation_id,
                unit_id=chief.unit_id,
                name="Prov Person",
                email="vardplanerare@psykiatri.example",
                created_at=world.now,
            )
        )
        session.commit()
    meeting = published(world, people=[CLINIC_CHIEF, "vardplanerare@psykiatri.example"])
    published(world, people=[AF])
    reply(world, meeting, CLINIC_CHIEF, Partstat.ACCEPTED)
    path = feed_path(world, CLINIC_CHIEF, unit=CLINIC)
    (event,) = fetched(world, path)
    assert event["SUMMARY"] == "Nätverksmöte SGI=0"
    assert event["TRANSP"] == "TRANSPARENT"
    text = fetch(world, path).get_data(as_text=True)
    with world.services.reader() as session:
        unit = world.unit(session, CLINIC)
        assert f"X-WR-CALNAME:Möten för {unit.name}" in text.replace("\r\n ", "")


def test_a_units_calendar_shows_a_sip_it_is_called_to_and_none_of_its_own_convener(
    world: World,
) -> None:
    booked(world)
    with world.writer() as session:
        convener = world.person(session, CONVENER)
        assert convener.unit is not None
        own_unit = convener.unit.key
        convener.grants.append(RoleGrant(role=Role.UNIT_CHIEF))
        session.commit()
    (event,) = fetched(world, feed_path(world, CLINIC_CHIEF, unit=CLINIC))
    assert event["CLASS"] == "PRIVATE"
    assert event["SUMMARY"].startswith("Samverkansmöte 60 min")
    assert fetched(world, feed_path(world, CONVENER, unit=own_unit)) == []


def test_the_associations_own_people_never_have_a_sip_in_their_calendar(world: World) -> None:
    booked(world, people=[AF])
    path = feed_path(world, AF)
    assert len(fetched(world, path)) == 1
    with world.writer() as session:
        association = session.scalars(
            select(Organisation).where(Organisation.kind == OrganisationKind.ASSOCIATION)
        ).one()
        world.person(session, AF).organisation_id = association.id
        session.commit()
    assert fetched(world, path) == []
