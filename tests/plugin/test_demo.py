"""The demo: whole, alive whatever day it is made, the same when it is made again."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.audit.queries import first_broken
from atagande_agreements.civil_time import is_working_day, local_date
from atagande_agreements.commitments.models import Occurrence, Status
from atagande_agreements.deviations.models import Deviation, DeviationState, StepKind
from atagande_agreements.deviations.rules import reply_due
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Association, Person
from atagande_agreements.privacy import find_personal_number
from atagande_agreements.sweep import sweep
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_plugin.cli.demo import settings_for
from atagande_plugin.demo.prepare import fill, prepare
from atagande_plugin.services import Services
from atagande_plugin.tables import metadata
from support.world import NOW, World, start_world


def everything(services: Services) -> dict[str, list[Any]]:
    with services.reader() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in metadata.sorted_tables
        }


def test_a_second_preparation_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATAGANDE_DATABASE_URL", "postgresql://production/real")
    monkeypatch.setenv("ATAGANDE_SMTP_URL", "smtp://real.example")
    settings = settings_for(str(tmp_path / "demo"), 8123)
    # The demo's people never get out of its own directory.
    assert settings.database_url == f"sqlite:///{tmp_path / 'demo' / 'atagande.db'}"
    assert (settings.smtp, settings.demo, settings.loopback) == (None, True, True)
    said: list[str] = []
    assert prepare(settings, said=said.append)
    assert len(said) == 1
    services = Services(settings)
    before = everything(services)
    files = sorted((tmp_path / "demo" / "mail").iterdir())
    assert not prepare(settings, said=said.append)
    assert not fill(services, services.now())
    assert everything(services) == before
    assert sorted((tmp_path / "demo" / "mail").iterdir()) == files
    assert len(said) == 1
    services.close()
    assert not [one for one in (tmp_path / "demo").iterdir() if one.name.startswith(".")]


DAYS = (
    NOW,  # a Monday
    datetime(2026, 4, 5, 3, tzinfo=UTC),  # Easter, at night
    datetime(2026, 7, 15, 20, tzinfo=UTC),  # in the middle of the summer
    datetime(2027, 1, 1, 12, tzinfo=UTC),  # New Year's Day
)


def demo_of(request: pytest.FixtureRequest, now: datetime) -> World:
    """Return the demo as it is made at a moment; the one that others copy, if it is theirs."""
    if now == NOW:
        made: World = request.getfixturevalue("sqlite_lived_world")
        return made
    url = request.getfixturevalue("sqlite_url")
    world = start_world(url, request.getfixturevalue("tmp_path") / "data")
    request.addfinalizer(world.close)
    world.now = now
    fill(world.services, now)
    return world


@pytest.mark.parametrize("now", DAYS)
def test_the_demo_is_alive_whatever_day_it_is_made(
    request: pytest.FixtureRequest, now: datetime
) -> None:
    world = demo_of(request, now)
    today = local_date(now)
    with world.services.reader() as session:
        enquiries = session.scalars(select(Enquiry)).all()
        assert 60 <= len(enquiries) <= 75
        assert len({one.unit_id for one in enquiries}) == 3
        assert len({one.organisation_id for one in enquiries}) == 3
        assert all(one.sent_on <= today and is_working_day(one.sent_on) for one in enquiries)
        assert sum(one.answered_on is None for one in enquiries) >= 4
        statuses = Counter(session.scalars(select(Occurrence.status)))
        assert statuses[Status.MET] > statuses[Status.NOT_MET] > 0
        assert statuses[Status.PENDING] > 0
        assert statuses[Status.NOT_ASSESSABLE] > 0
        deviations = session.scalars(select(Deviation)).all()
        states = Counter(one.state for one in deviations)
        for state in DeviationState:
            assert states[state] > 0, state
        kinds = {step.kind for one in deviations for step in one.steps}
        assert kinds >= {
            StepKind.CONTEST,
            StepKind.MEASURE_DONE,
            StepKind.MERGED,
            StepKind.ESCALATED,
            StepKind.REOPENED,
        }
        measures = [one.current for one in deviations if one.current is not None]
        assert any(one.done_on is not None for one in measures)
        assert any(one.done_on is None and one.due_on < today for one in measures)
        assert any(one.done_on is None and one.due_on >= today for one in measures)
        assert all(reply_due(one) is not None for one in deviations)
        for one in deviations:
            assert one.occurrence.due_on is not None
            if one.occurrence.origin.startswith("enquiry:"):
                # Opened the morning after the last day, not on the day the demo was made.
                assert (local_date(one.opened_at) - one.occurrence.due_on).days == 1
        meetings = session.scalars(select(Meeting)).all()
        network = [one for one in meetings if one.kind is MeetingKind.NETWORK]
        assert sum(one.starts_at < now for one in network) == 6
        coming = [one for one in network if one.starts_at > now]
        assert {one.state for one in coming} == {MeetingState.PUBLISHED, MeetingState.DRAFT}
        sips = [one for one in meetings if one.kind is MeetingKind.SIP]
        assert sum(one.starts_at < now for one in sips) >= 3
        assert sum(one.starts_at > now for one in sips) >= 2
        messages = session.scalars(select(OutboxMessage)).all()
        assert {one.state for one in messages} == {OutboxState.SENT}
        assert all(one.sent_at is not None and one.sent_at <= now for one in messages)
        association = session.scalars(select(Association.id)).one()
        assert first_broken(session, association) is None
    assert sweep(world.writer, now).settled == 0


def shape(services: Services) -> dict[str, list[Any]]:
    """Everything but what is random on purpose: secrets, and what is made of them."""
    hidden = {"uid", "nonce", "raw", "hash", "secret_hash", "payload", "digest", "unique_key"}
    found: dict[str, list[Any]] = {}
    outbox = metadata.tables["outbox_message"]
    with services.reader() as session:
        # PostgreSQL leaves out numbers that a message which was there already would have had.
        numbers = session.scalars(select(outbox.c.id).order_by(outbox.c.id)).all()
        place = {number: rank for rank, number in enumerate(numbers, 1)}
        for table in metadata.sorted_tables:
            # Counts are kept as changes on one database and as rows on the other.
            if table.name in {"audit_entry", "audit_head", "occurrence_count"}:
                continue
            columns = [column for column in table.columns if column.name not in hidden]
            if table.name in {"sip", "meeting"}:
                columns = [one for one in columns if one.name not in {"reference", "title"}]
            if table.name == "invitation":
                # A SIP's words hold its reference.
                columns = [one for one in columns if one.name != "wording"]
            rows = session.execute(select(*columns).order_by(*table.primary_key.columns))
            sent = [one is outbox.c.id or one.references(outbox.c.id) for one in columns]
            found[table.name] = [
                tuple(
                    place.get(value) if numbered else value
                    for value, numbered in zip(row, sent, strict=True)
                )
                for row in rows
            ]
    return found


def test_the_same_day_gives_the_same_demo_again(
    sqlite_lived_world: World, sqlite_template: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "again.sqlite"
    copy.write_bytes(sqlite_template.read_bytes())
    again = start_world(f"sqlite:///{copy}", tmp_path / "again")
    fill(again.services, again.now)
    assert shape(again.services) == shape(sqlite_lived_world.services)
    again.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_either_database_gives_the_same_demo(lived_world: World, sqlite_lived_world: World) -> None:
    assert shape(lived_world.services) == shape(sqlite_lived_world.services)


def test_the_demo_holds_nothing_like_a_person_who_is_helped(sqlite_lived_world: World) -> None:
    with sqlite_lived_world.services.reader() as session:
        assert all(
            address.endswith(".example") for address in session.scalars(select(Person.email))
        )
    for name, rows in everything(sqlite_lived_world.services).items():
        for row in rows:
            for value in row:
                if isinstance(value, str) and not re.fullmatch(r"[0-9a-f]{16,}", value):
                    assert find_personal_number(value) is None, (name, value)


def test_answers_were_given_before_the_meeting(sqlite_lived_world: World) -> None:
    with sqlite_lived_world.services.reader() as session:
        invitations = session.scalars(select(Invitation)).all()
        answered = [one for one in invitations if one.partstat is not Partstat.NEEDS_ACTION]
        assert len(answered) > len(invitations) / 2
        for one in answered:
            assert one.answered_at is not None
            assert one.answered_at < one.meeting.starts_at + timedelta(hours=1)
