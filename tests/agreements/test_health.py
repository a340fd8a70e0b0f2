"""The health check: a finding is there while something is missing, and gone when it is mended."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments import queries
from atagande_agreements.commitments.models import Commitment
from atagande_agreements.contacts.models import ContactConfirmation, ContactEntry
from atagande_agreements.health.finding import Finding, Level
from atagande_agreements.parties.models import Organisation, Person, Role, RoleGrant
from atagande_agreements.register.models import Section
from atagande_calendar.meetings.models import MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting
from atagande_calendar.slots.models import ClinicHours
from atagande_plugin.health import examine
from support.world import ADMINISTRATOR, World

Change = Callable[[Session], Any]


def found(world: World) -> list[Finding]:
    with world.services.reader() as session:
        agreement = world.agreement(session)
        today = local_date(world.now)
        one = queries.agreements(session, agreement.association_id, today)[0]
        return examine(session, one, today)


def said(world: World) -> set[tuple[str, str, str]]:
    return {(one.level.value, one.code, one.key) for one in found(world)}


def change(world: World, *statements: Any) -> None:
    with world.writer() as session:
        for statement in statements:
            session.execute(statement)
        session.commit()


def of_body(key: str) -> Any:
    return select(Organisation.id).where(Organisation.key == key).scalar_subquery()


def test_the_shipped_agreement_has_no_errors(world: World) -> None:
    assert not [one for one in found(world) if one.level is Level.ERROR]


def test_the_worst_stand_first(sqlite_world: World) -> None:
    change(sqlite_world, update(Commitment).where(Commitment.key == "P3").values(rule="okand"))
    levels = [list(Level).index(one.level) for one in found(sqlite_world)]
    assert levels == sorted(levels)
    assert levels[0] == 0


@pytest.mark.parametrize(
    ("broken", "mended", "finding"),
    [
        (
            update(Commitment).where(Commitment.key == "P3").values(rule="okand"),
            update(Commitment).where(Commitment.key == "P3").values(rule="answers_within"),
            ("error", "no_rule", "P3"),
        ),
        (
            update(Commitment).where(Commitment.key == "P3").values(rule="competence"),
            update(Commitment).where(Commitment.key == "P3").values(rule="answers_within"),
            ("error", "no_unit", "P3"),
        ),
        (
            update(Person).where(Person.organisation_id == of_body("fk")).values(active=False),
            update(Person).where(Person.organisation_id == of_body("fk")).values(active=True),
            ("error", "nobody", "fk"),
        ),
        (
            update(RoleGrant)
            .where(
                RoleGrant.role == Role.UNIT_CHIEF,
                RoleGrant.person_id.in_(
                    select(Person.id).where(Person.organisation_id == of_body("fk"))
                ),
            )
            .values(role=Role.READER),
            update(RoleGrant)
            .where(
                RoleGrant.role == Role.READER,
                RoleGrant.person_id.in_(
                    select(Person.id).where(Person.organisation_id == of_body("fk"))
                ),
            )
            .values(role=Role.UNIT_CHIEF),
            ("warning", "no_chief", "fk"),
        ),
        (
            update(Person)
            .where(Person.email == "enhetschef.psykos@psykiatri.example")
            .values(active=False),
            update(Person)
            .where(Person.email == "enhetschef.psykos@psykiatri.example")
            .values(active=True),
            ("error", "clinic_without_chief", "psykosmottagningen"),
        ),
        (
            update(ClinicHours).values(valid_to=date(2026, 3, 1)),
            update(ClinicHours).values(valid_to=None),
            ("warning", "no_hours", "psykosmottagningen"),
        ),
        (
            update(Section).where(Section.key == "kommunerna").values(missing="Saknas"),
            update(Section).where(Section.key == "kommunerna").values(missing=None),
            ("hint", "section_missing", "kommunerna"),
        ),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_finding_comes_and_goes_with_what_is_missing(
    world: World, broken: Any, mended: Any, finding: tuple[str, str, str]
) -> None:
    if finding[1] == "no_hours":
        change(world, update(ClinicHours).values(valid_from=date(2026, 1, 1)))
    assert finding not in said(world)
    change(world, broken)
    assert finding in said(world)
    change(world, mended)
    assert finding not in said(world)


@pytest.mark.parametrize(
    ("parameter", "value", "finding"),
    [
        ("answer_days", "10", ("warning", "undecided", "answer_days")),
        ("network_convener", "forbundet", ("warning", "no_convener", "network_convener")),
        ("deviation_reply_days", "60", ("warning", "no_reply_time", "deviation_reply_days")),
        ("deciding_body", "Styrgruppen", ("hint", "guidance_undecided", "deciding_body")),
        ("small_number_limit", "5", ("hint", "service_undecided", "small_number_limit")),
    ],
)
def test_what_is_undecided_is_found_until_the_group_decides(
    sqlite_world: World, parameter: str, value: str, finding: tuple[str, str, str]
) -> None:
    assert finding in said(sqlite_world)
    sqlite_world.decide(parameter, value, date(2026, 3, 1))
    assert finding not in said(sqlite_world)


@pytest.mark.parametrize("kind", [MeetingKind.NETWORK, MeetingKind.SEMINAR, MeetingKind.STEERING])
def test_a_year_without_meetings_is_found_until_one_is_planned(
    world: World, kind: MeetingKind
) -> None:
    finding = ("warning", "nothing_planned", kind.value)
    assert finding in said(world)
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)
        plan_meeting(
            session,
            agreement=world.agreement(session),
            kind=kind,
            title="Möte",
            starts_at=world.now.replace(month=9, day=7),
            minutes=60,
            place="Demogatan 4",
            agenda="",
            convener=person.organisation,
            people=[person],
            person=person,
            domain="suvs.example",
            now=world.now,
        )
        session.commit()
    assert finding not in said(world)


def test_contact_points_are_missed_until_they_are_published(sqlite_world: World) -> None:
    world, finding = sqlite_world, ("warning", "no_contacts", "fk")
    assert finding in said(world)
    assert ("warning", "no_contacts", "forbundet") not in said(world)
    publish_contacts(world, "fk")
    assert finding not in said(world)


def publish_contacts(world: World, key: str) -> None:
    with world.writer() as session:
        body = session.scalars(select(Organisation).where(Organisation.key == key)).one()
        person = world.person(session, ADMINISTRATOR)
        session.add(
            ContactEntry(
                association_id=body.association_id,
                organisation_id=body.id,
                function="Växel",
                phone="010-000 00 00",
                changed_at=world.now,
                changed_by_id=person.id,
            )
        )
        session.add(
            ContactConfirmation(
                association_id=body.association_id,
                organisation_id=body.id,
                confirmed_on=local_date(world.now),
                confirmed_at=world.now,
                person_id=person.id,
                entries=1,
            )
        )
        session.commit()
