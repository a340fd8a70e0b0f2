"""What goes on when a party is succeeded: its open cases, its meetings, and the year's count."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import correct_answer, forward_enquiry
from atagande_agreements.errors import Forbidden, NotFound
from atagande_agreements.parties.models import Organisation
from atagande_agreements.parties.succession import New, succeed_organisation
from atagande_agreements.referrals import verbs
from atagande_agreements.referrals.models import AttendedBy, Referral
from atagande_agreements.sweep import sweep
from support import referrals
from support.meetings import (
    DECIDED,
    FOUR,
    NEXT_YEAR,
    PARTIES,
    decide_network,
    deviations,
    evening,
    hold,
    meet,
    report,
    standing,
    steering,
)
from support.succession import JULY, NEW, OTHER, A, B, ask, at, change, merge
from support.world import (
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    STEERING,
    World,
)

HEIR = New("nya-kommunen", "Nya kommunen", "Nya")
OTHERS = tuple(key for key in PARTIES if key != "upplands-vasby")


def _succeed(world: World, key: str, day: date = JULY, by: New = HEIR) -> None:
    with world.writer() as session:
        old = session.scalars(select(Organisation).where(Organisation.key == key)).one()
        succeed_organisation(session, organisation=old, by=by, change=change(world, session, day))
        session.commit()


def _go_on(world: World, day: date = JULY) -> None:
    """Let the day come, with the people of the old party at the heir."""
    world.now = at(day)
    sweep(world.writer, world.now)


def test_the_heirs_people_hold_the_municipalitys_open_enquiries(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 1, 1))
    answered = ask(world, A, date(2026, 1, 12), date(2026, 1, 15))
    waiting = ask(world, B, date(2026, 1, 13))
    _succeed(world, "upplands-vasby")
    _go_on(world)
    for number in (answered, waiting):
        assert world.client(CONVENER).get(f"/forfragningar/{number}").status_code == 200
        assert world.client(OTHER_CONVENER).get(f"/forfragningar/{number}").status_code == 404
    with world.writer() as session:
        enquiry = session.get_one(Enquiry, answered)
        with pytest.raises(Forbidden):
            correct_answer(
                session,
                enquiry=enquiry,
                answered_on=date(2026, 1, 16),
                person=world.person(session, OTHER_CONVENER),
                version=enquiry.version,
                now=world.now,
            )
        person = world.person(session, CONVENER)
        correct_answer(
            session,
            enquiry=enquiry,
            answered_on=date(2026, 1, 16),
            person=person,
            version=enquiry.version,
            now=world.now,
        )
        forward_enquiry(
            session,
            enquiry=enquiry,
            forwarded_on=date(2026, 1, 14),
            person=person,
            version=enquiry.version,
            now=world.now,
        )
        session.commit()
        assert enquiry.organisation.key == "upplands-vasby", "it stands under the old name"
        assert person.organisation.key == HEIR.key


def _occurrences(world: World, key: str) -> dict[tuple[str, str], tuple[date, str, int, int]]:
    """Return (organisation, origin) -> (date, outcome, counted, unknown) of a commitment."""
    with world.services.reader() as session:
        rows = session.execute(
            select(
                Organisation.key,
                Occurrence.origin,
                Occurrence.event_on,
                Occurrence.outcome,
                Occurrence.counted,
                Occurrence.unknown,
            )
            .select_from(Occurrence)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .join(Organisation, Organisation.id == Obligation.organisation_id)
            .where(Commitment.key == key)
        ).all()
    return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in rows}


def test_the_heirs_people_go_on_with_the_municipalitys_referrals(world: World) -> None:
    referrals.decide_all(world)
    number = referrals.register(world)
    _succeed(world, "upplands-vasby")
    before, after = date(2026, 6, 25), date(2026, 7, 10)

    def act(verb: object, email: str = CONVENER, **said: object) -> None:
        with world.writer() as session:
            referral = session.get_one(Referral, number)
            verb(  # type: ignore[operator]  # one of the verbs, each with its own words
                session,
                referral=referral,
                person=world.person(session, email),
                version=referral.version,
                now=world.now,
                **said,
            )
            session.commit()

    act(verbs.confirm_consent)
    act(verbs.book_meeting, meeting_on=before)
    assert _occurrences(world, "K7")["upplands-vasby", f"referral:{number}"][:2] == (before, "")
    _go_on(world, before)
    # It is put off to the heir's days: the old one owes nothing, and the heir does.
    act(verbs.book_meeting, meeting_on=after)
    assert _occurrences(world, "K7") == {
        ("upplands-vasby", f"referral:{number}"): (before, "void", 0, 0),
        (HEIR.key, f"referral:{number}"): (after, "", 0, 0),
    }
    _go_on(world, after)
    assert world.client(CONVENER).get(f"/forsta-moten/{number}").status_code == 200
    with pytest.raises(NotFound):
        act(verbs.book_meeting, OTHER_CONVENER, meeting_on=None)
    about = verbs.AboutMeeting(material_on=after, attended_by=AttendedBy.COACH)
    act(verbs.report_meeting, about=about)
    counted = _occurrences(world, "K5")
    assert counted[HEIR.key, "period:2026-H2"][2:] == (1, 0)
    assert counted["upplands-vasby", "period:2026-H1"][2:] == (0, 0)


@pytest.mark.parametrize("planned", [True, False])
def test_the_conveners_year_goes_over_whole(world: World, planned: bool) -> None:  # noqa: FBT001 - a case
    decide_network(world, convener="upplands-vasby")
    if planned:
        _succeed(world, "upplands-vasby")
    hold(world, FOUR[:2])
    if not planned:
        _succeed(world, "upplands-vasby")
    for day in FOUR[2:]:
        world.now = evening(day - timedelta(days=1))
        sweep(world.writer, world.now)
        number = meet(world, day)
        world.now = evening(day)
        answer = report(world, number, parties=(*OTHERS, HEIR.key))
        assert answer.status_code == 200, answer.get_data(as_text=True)
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == []
    years = _occurrences(world, "A2")
    assert years[HEIR.key, "convened:2026"] == (date(2026, 12, 31), "convenes", 4, 0)
    assert years.get(("upplands-vasby", "convened:2026"), (None, "void"))[1] == "void"
    assert standing(world, "A2")[HEIR.key, "convened:2026"] == "met"


def test_a_convener_with_too_few_is_blamed_once_and_it_is_the_heir(world: World) -> None:
    decide_network(world, convener="forbundet")
    sweep(world.writer, world.now)
    hold(world, FOUR[:1])
    _succeed(world, "forbundet", by=New("nya-forbundet", "Nya förbundet", "Nya"))
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("A2", "nya-forbundet")]


def test_a_year_cut_short_asks_the_whole_years_number_of_nobody(world: World) -> None:
    decide_network(world)
    world.decide("seminars_per_year", "2", DECIDED)
    world.decide("seminar_attendance_share", "100", DECIDED)
    sweep(world.writer, world.now)
    hold(world, FOUR[:2], {FOUR[0]: ["upplands-vasby"]})
    _succeed(world, "upplands-vasby")
    _succeed(world, "forbundet", by=New("nya-forbundet", "Nya förbundet", "Nya"))
    sweep(world.writer, NEXT_YEAR)
    assert deviations(world) == [("A2", "nya-forbundet")], "two meetings only: the convener's"
    network = standing(world, "A2")
    assert network["upplands-vasby", "period:2026"] == "not_assessable"
    assert network[HEIR.key, "period:2026"] == "not_assessable"
    assert network["fk", "period:2026"] == "met"
    seminars = standing(world, "F2")
    assert seminars["forbundet", "period:2026"] == "not_assessable"
    assert seminars["nya-forbundet", "period:2026"] == "not_assessable"
    # The next year is a whole one.
    assert seminars["nya-forbundet", "period:2027"] == "pending"
    sweep(world.writer, at(date(2028, 1, 3)))
    assert standing(world, "F2")["nya-forbundet", "period:2027"] == "unreported"


def test_who_was_asked_for_the_old_party_was_there_for_its_heir(world: World) -> None:
    decide_network(world, attendance="1")
    number = meet(world, FOUR[2])
    _succeed(world, "upplands-vasby")
    world.now = evening(FOUR[2])
    refused = report(world, number)
    assert refused.status_code in {409, 422}, "the old one is no party then"
    answer = report(world, number, {HEIR.key: "absent"}, parties=(*OTHERS, HEIR.key))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    years = _occurrences(world, "A2")
    assert years[HEIR.key, "period:2026"][2:] == (0, 0), "it got its invitation, by the old name"
    came = report(world, number, parties=(*OTHERS, HEIR.key), version=1)
    assert came.status_code == 200
    assert _occurrences(world, "A2")[HEIR.key, "period:2026"][2:] == (1, 0)


def test_a_list_that_names_the_old_party_counts_for_its_heir(sqlite_world: World) -> None:
    """The change is recorded afterwards; nothing was decided, so nothing was judged."""
    world = sqlite_world
    hold(world, FOUR[2:3])
    _succeed(world, "upplands-vasby")
    decide_network(world, attendance="1")
    hold_on = FOUR[3]
    number = meet(world, hold_on)
    world.now = evening(hold_on)
    parties = (*OTHERS, HEIR.key)
    answer = report(world, number, parties=parties)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert _occurrences(world, "A2")[HEIR.key, "period:2026"][2:] == (2, 0)


def test_a_summons_to_two_clinics_that_merge_binds_the_new_one_once(world: World) -> None:
    world.decide("summons_notice_weeks", "3", DECIDED)
    world.decide("deputy_counts", "nej", DECIDED)
    number = steering(world, FOUR[2], [STEERING, CLINIC_CHIEF, OTHER_CLINIC_CHIEF])
    merge(world)
    world.now = evening(FOUR[2])
    clinics = tuple(f"psykiatri-nordvast/{key}" for key in (NEW.key, OTHER))
    answer = report(
        world,
        number,
        {clinics[1]: "absent"},
        parties=("forbundet", *clinics),
        target_group=True,
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    sweep(world.writer, evening(FOUR[2] + timedelta(days=2)))
    assert standing(world, "P1") == {
        (NEW.key, f"meeting:{number}"): "met",
        (OTHER, f"meeting:{number}"): "not_met",
    }
