"""Self-reports: what is refused, by the verbs and by the database, and who is told."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import (
    Status,
)
from atagande_agreements.errors import Forbidden, Refused, Stale
from atagande_agreements.standing import errors
from atagande_agreements.standing.models import SelfReport, Subject
from atagande_agreements.standing.verbs import Said
from support.standing import decided, give, standing
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    World,
)


@pytest.fixture
def spring(world: World) -> World:
    return decided(world)


@pytest.fixture
def sqlite_spring(sqlite_world: World) -> World:
    return decided(sqlite_world)


@pytest.mark.parametrize(
    ("subject", "who"),
    [
        (Subject.ACTIVE_WORK, CLINIC_CHIEF),
        (Subject.UNASKED, ADMINISTRATOR),
        (Subject.MEETINGS, CONVENER),
    ],
)
def test_only_the_party_that_owes_it_reports(spring: World, subject: Subject, who: str) -> None:
    with spring.writer() as session, pytest.raises(Forbidden):
        give(session, spring, subject, Said(works=True, number=1), who=who)


@pytest.mark.parametrize(
    ("said", "more", "refusal", "field"),
    [
        (
            Said(works=True),
            {"reported_on": date(2026, 5, 5)},
            errors.ReportedInFuture,
            "reported_on",
        ),
        (Said(works=True), {"reported_on": date(2019, 10, 24)}, BeforeAgreement, "reported_on"),
        (
            Said(works=True),
            {"reported_on": date(2025, 12, 31)},
            errors.ReportedBeforeTerm,
            "reported_on",
        ),
        (Said(works=True), {"term": "2026-H2"}, errors.NotToReport, "term"),
        (Said(works=True), {"term": "2025-H2"}, errors.NotToReport, "term"),
        (Said(works=True), {"term": "2026"}, errors.NotToReport, "term"),
        (Said(), {}, errors.AnswerMissing, "works"),
        (Said(), {"subject": Subject.UNASKED}, errors.AnswerMissing, "number"),
        (Said(works=True, women=3), {}, errors.WholeMissing, "people"),
        (Said(works=True, people=9, women=5, men=5), {}, errors.PartsExceed, "women"),
        (Said(works=True, people=9, rehabilitated=10), {}, errors.PartsExceed, "rehabilitated"),
    ],
)
def test_what_cannot_be_reported_is_refused_by_its_field(
    sqlite_spring: World, said: Said, more: dict[str, object], refusal: type[Refused], field: str
) -> None:
    with sqlite_spring.writer() as session:
        with pytest.raises(refusal) as caught:
            give(session, sqlite_spring, said=said, **more)  # type: ignore[arg-type]  # see give
        assert caught.value.field == field
        assert session.scalars(select(SelfReport)).all() == []


def test_half_the_target_group_may_be_neither_women_nor_men(sqlite_spring: World) -> None:
    with sqlite_spring.writer() as session:
        report = give(
            session,
            sqlite_spring,
            said=Said(works=True, people=9, women=4, men=4, rehabilitated=9),
        )
        assert report.people == 9


def test_a_revision_is_never_changed_or_removed(spring: World) -> None:
    with spring.writer() as session:
        give(session, spring)
        session.commit()
    for statement in ("UPDATE self_report SET comment = 'x'", "DELETE FROM self_report"):
        with spring.writer() as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))


def test_two_who_report_at_once_are_told_apart(spring: World) -> None:
    with spring.writer() as session:
        give(session, spring, revision=0)
        with pytest.raises(Stale):
            give(session, spring, said=Said(works=False), revision=0)
        assert standing(session, "K1").status is Status.MET


def test_the_database_lets_only_one_have_a_revision(spring: World) -> None:
    with spring.writer() as session:
        report = give(session, spring)
        twin = SelfReport(
            **{
                column.key: getattr(report, column.key)
                for column in SelfReport.__table__.columns
                if column.key != "id"
            }
        )
        session.add(twin)
        with pytest.raises(IntegrityError):
            session.flush()


@pytest.mark.parametrize(
    "values",
    [
        {"people": 4, "women": 3, "men": 2},
        {"people": 4, "rehabilitated": 5},
        {"people": None, "women": 1},
        {"people": -1},
        {"works": None},
        {"number": 2},
        {"revision": 0},
        {"reported_on": date(2025, 12, 31)},
    ],
)
def test_the_database_refuses_what_does_not_add_up(
    spring: World, values: dict[str, object]
) -> None:
    with spring.writer() as session:
        report = give(session, spring, said=Said(works=True, people=9))
        held = {
            column.key: getattr(report, column.key)
            for column in SelfReport.__table__.columns
            if column.key != "id"
        }
        session.add(SelfReport(**(held | {"revision": 2} | values)))
        with pytest.raises(IntegrityError):
            session.flush()
