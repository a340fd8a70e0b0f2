"""A poll of proposed times: asked by mail, answered without an account, closed by a choice."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
)
from atagande_calendar.common_time.models import (
    PollAnswer,
    PollPerson,
    PollState,
    PollTime,
    TimePoll,
    Vote,
)
from atagande_plugin.outbox.delivery import deliver
from support.polls import (
    HERE,
    PEOPLE,
    TIMES,
    body,
    form,
    link,
    mails,
    numbers,
    opened,
    text_of,
    time_number,
    version,
    votes,
)
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)


def test_from_the_question_to_the_plan(world: World) -> None:
    poll = opened(world)
    assert [one.recipient for one in mails(world)] == list(PEOPLE)
    for email, said in ((FK, ("yes", "best", "no")), (AF, ("no", "yes", "no"))):
        answer = world.client().post(
            link(world, poll, email), {f"t{at}": vote for at, vote in enumerate(said)}
        )
        assert answer.status_code == 303
        thanks = text_of(world.client().get(answer.location))
        assert "Tack." in thanks
    shown = text_of(world.client(ADMINISTRATOR).get(f"{HERE}/{poll}"))
    assert "1 har inte svarat än." in shown
    assert "Helst" in shown
    assert "Inte svarat" in shown
    chosen = world.client(ADMINISTRATOR).post(
        f"{HERE}/{poll}/valj",
        {"time": str(time_number(world, poll, 1)), "version": str(version(world, poll))},
    )
    assert chosen.status_code == 303
    assert chosen.location.startswith("/moten/nytt?slag=natverk&day=2026-03-25&clock=13%3A00")
    plan = world.client(ADMINISTRATOR).get(chosen.location).get_data(as_text=True)
    assert 'value="2026-03-25"' in plan
    assert 'value="13:00"' in plan
    assert 'name="minutes" value="60"' in plan
    ticked = re.findall(r'name="people" value="(\d+)" checked', plan)
    assert sorted(map(int, ticked)) == sorted(numbers(world, *PEOPLE))


def test_a_mail_has_its_own_link_the_times_and_nobody_else(world: World) -> None:
    opened(world)
    texts = [body(one) for one in mails(world)]
    links = {match for text in texts for match in re.findall(r"/rosta/[a-z2-7]{32}", text)}
    assert len(links) == len(PEOPLE)
    assert "tisdag 24 mars 2026 kl. 09.00–10.00" in texts[0]
    assert "måndag 30 mars 2026 kl. 09.00–10.00" in texts[0], "summer time"
    assert "Svara senast tisdag 10 mars 2026." in texts[0]
    with world.services.reader() as session:
        names = {email: world.person(session, email).name for email in PEOPLE}
    for email, text in zip(PEOPLE, texts, strict=True):
        for other in set(PEOPLE) - {email}:
            assert names[other] not in text
            assert other not in text


def test_opening_the_link_changes_nothing_and_names_nobody(world: World) -> None:
    poll = opened(world)
    path = link(world, poll, FK)
    with world.services.reader() as session:
        names = [world.person(session, email).name for email in PEOPLE]
    for _ in range(20):
        page = world.client().get(path)
        assert page.status_code == 200
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert not [name for name in names if name in page.get_data(as_text=True)]
    assert world.client().get(f"{path}/tack").status_code == 302
    assert votes(world, poll) == []


def test_the_same_answer_again_changes_nothing_and_another_one_does(world: World) -> None:
    poll = opened(world)
    path = link(world, poll, FK)
    first = {"t0": "yes", "t1": "no", "t2": "best"}
    for _ in range(3):
        assert world.client().post(path, first).status_code == 303
    with world.services.reader() as session:
        answered = select(func.count()).where(AuditEntry.action == "poll.answered")
        assert session.scalar(answered) == 1
    assert votes(world, poll) == [Vote.YES, Vote.NO, Vote.BEST]
    world.client().post(path, first | {"t1": "yes"})
    assert votes(world, poll) == [Vote.YES, Vote.YES, Vote.BEST]


def test_every_time_needs_an_answer(world: World) -> None:
    poll = opened(world)
    answer = world.client().post(link(world, poll, FK), {"t0": "yes", "t2": "no"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'href="#f-t1"' in text
    assert re.search(r'name="t0" value="yes" checked', text)
    assert votes(world, poll) == []
    assert world.client().post(link(world, poll, FK), {"t0": "kanske"}).status_code == 422


@pytest.mark.parametrize("spoil", ["x" * 32, "", "a"])
def test_a_link_that_is_not_ours_says_so(world: World, spoil: str) -> None:
    poll = opened(world)
    path = link(world, poll, FK)
    wrong = f"{path[:-4]}aaaa" if not spoil else f"/rosta/{spoil}"
    assert world.client().get(wrong).status_code == 404
    assert world.client().post(wrong, {"t0": "yes"}).status_code == 404


def test_after_the_last_day_no_answer_is_taken(world: World) -> None:
    poll = opened(world)
    path = link(world, poll, FK)
    whole = {"t0": "yes", "t1": "no", "t2": "best"}
    world.now = local_time(date(2026, 3, 10), time(23, 59))
    assert world.client().post(path, whole).status_code == 303
    world.now += timedelta(minutes=2)
    answer = world.client().post(path, whole | {"t1": "yes"})
    assert answer.status_code == 410
    assert "Omröstningen är avslutad" in text_of(answer)
    assert world.client().get(path).status_code == 410
    assert "Svarstiden är ute" in text_of(world.client(ADMINISTRATOR).get(f"{HERE}/{poll}"))


def test_a_closed_poll_takes_no_answers_and_sends_no_mail(world: World) -> None:
    answer = world.client(ADMINISTRATOR).post(HERE, form(world))
    poll = int(answer.location.rpartition("/")[2])
    path = link(world, poll, FK)
    data = {"version": str(version(world, poll))}
    assert world.client(ADMINISTRATOR).post(f"{HERE}/{poll}/avsluta", data).status_code == 303
    deliver(world.services, world.now)
    assert {one.state for one in mails(world)} == {OutboxState.CANCELLED}
    assert world.client().get(path).status_code == 410
    assert world.client(ADMINISTRATOR).post(f"{HERE}/{poll}/paminn").status_code == 410
    again = world.client(ADMINISTRATOR).post(f"{HERE}/{poll}/avsluta", data)
    assert again.status_code == 409


def test_a_mail_that_was_written_before_the_poll_closed_is_not_sent_after(world: World) -> None:
    answer = world.client(ADMINISTRATOR).post(HERE, form(world))
    poll = int(answer.location.rpartition("/")[2])
    with world.writer() as session:
        for message in session.scalars(select(OutboxMessage)):
            message.raw = b"written by an earlier try"
        session.commit()
    data = {"version": str(version(world, poll))}
    world.client(ADMINISTRATOR).post(f"{HERE}/{poll}/avsluta", data)
    assert deliver(world.services, world.now).sent == 0


def test_a_reminder_goes_to_those_who_are_silent_once_a_day(world: World) -> None:
    poll = opened(world)
    world.client().post(link(world, poll, FK), {"t0": "yes", "t1": "no", "t2": "no"})
    for _ in range(2):
        assert world.client(ADMINISTRATOR).post(f"{HERE}/{poll}/paminn").status_code == 303
    deliver(world.services, world.now)
    assert [one.recipient for one in mails(world)] == [*PEOPLE, AF, CLINIC_CHIEF]
    world.now += timedelta(days=1)
    world.client(ADMINISTRATOR).post(f"{HERE}/{poll}/paminn")
    assert len(mails(world)) == 7


def test_two_who_choose_at_once(world: World) -> None:
    poll = opened(world)
    stale = str(version(world, poll))
    first, second = (str(time_number(world, poll, at)) for at in (0, 1))
    data = {"time": first, "version": stale}
    assert world.client(ADMINISTRATOR).post(f"{HERE}/{poll}/valj", data).status_code == 303
    other = world.client(ADMINISTRATOR).post(
        f"{HERE}/{poll}/valj", {"time": second, "version": stale}
    )
    assert other.status_code == 409
    with world.services.reader() as session:
        assert session.get_one(TimePoll, poll).state is PollState.CLOSED
        chosen = session.scalars(select(PollTime.id).where(PollTime.chosen)).all()
    assert [str(number) for number in chosen] == [first]


def test_the_database_keeps_one_chosen_time_and_answers_within_their_poll(world: World) -> None:
    first, second = opened(world), opened(world)
    with world.writer() as session:
        for one in session.scalars(select(PollTime).where(PollTime.poll_id == first)):
            one.chosen = True
        with pytest.raises(IntegrityError):
            session.flush()
    with world.writer() as session:
        asked = session.scalars(select(PollPerson).where(PollPerson.poll_id == first)).first()
        assert asked is not None
        session.add(
            PollAnswer(
                association_id=asked.association_id,
                poll_id=first,
                poll_person_id=asked.id,
                poll_time_id=time_number(world, second, 0),
                vote=Vote.YES,
            )
        )
        with pytest.raises(IntegrityError):
            session.flush()


@pytest.mark.parametrize(
    "changed",
    [
        {"times": [TIMES[0]]},
        {"times": []},
        {"times": [TIMES[0], TIMES[0]]},
        {"times": [f"2026-04-{day:02}T08:00Z" for day in range(1, 12)]},
        {"times": ["2026-03-01T08:00Z", TIMES[0]]},
        {"times": ["2026-03-24T08:00", TIMES[0]]},
        {"times": ["igår", TIMES[0]]},
        {"people": []},
        {"kind": "sip"},
        {"kind": ""},
        {"minutes": "7"},
        {"minutes": "600"},
        {"closes_on": "2026-03-01"},
        {"closes_on": "2026-03-24"},
        {"closes_on": "snart"},
        {"title": "Om en person"},
    ],
)
def test_what_can_not_be_asked_is_refused_and_nothing_is_sent(
    sqlite_world: World, changed: dict[str, Any]
) -> None:
    answer = sqlite_world.client(ADMINISTRATOR).post(HERE, form(sqlite_world, **changed))
    assert answer.status_code == 422
    assert "error-summary" in answer.get_data(as_text=True)
    assert answer.get_data(as_text=True).count('name="people"') in {0, len(PEOPLE)}
    assert mails(sqlite_world) == []


def test_a_convener_asks_about_what_is_on_the_list_and_nothing_else(world: World) -> None:
    assert world.client(CONVENER).post(HERE, form(world)).status_code == 403
    poll = opened(world, CONVENER, kind="planning")
    page = text_of(world.client(CONVENER).get(f"{HERE}/{poll}"))
    assert "Planeringsmöte" in page
    chosen = world.client(CONVENER).post(
        f"{HERE}/{poll}/valj",
        {"time": str(time_number(world, poll, 0)), "version": str(version(world, poll))},
    )
    assert chosen.location == f"{HERE}/{poll}"
    assert "Vald tid: tisdag 24 mars 2026" in text_of(world.client(CONVENER).get(chosen.location))


def test_only_the_own_organisation_sees_who_answered_what(world: World) -> None:
    poll = opened(world, CONVENER, kind="planning")
    for who in (ADMINISTRATOR, OTHER_CONVENER):
        assert world.client(who).get(f"{HERE}/{poll}").status_code == 404
        assert "Planeringsmöte" not in text_of(world.client(who).get(HERE))
        data = {"version": "1", "time": str(time_number(world, poll, 0))}
        assert world.client(who).post(f"{HERE}/{poll}/valj", data).status_code == 404
    for who in (STEERING, READER, FK):
        assert world.client(who).get(f"{HERE}/{poll}").status_code == 403
    assert "Planeringsmöte" in text_of(world.client(CONVENER).get(HERE))


def test_the_form_shows_what_will_be_sent_before_it_is(sqlite_world: World) -> None:
    people = "&".join(f"people={number}" for number in numbers(sqlite_world, *PEOPLE))
    times = "&".join(f"times={at}" for at in TIMES)
    visitor = sqlite_world.client(ADMINISTRATOR)
    page = text_of(visitor.get(f"{HERE}/ny?minutes=60&{people}&{times}"))
    assert "tisdag 24 mars 2026 kl. 09.00–10.00" in page
    assert "högst 3" in page
    few = text_of(visitor.get(f"{HERE}/ny?minutes=60&{people}&times={TIMES[0]}"))
    assert "Välj 2 till 10 tider" in few
    assert visitor.get(f"{HERE}/ny?minutes=x&people=y&times=z").status_code == 200
    assert visitor.get(f"{HERE}/ny").status_code == 200


def test_the_outbox_shows_the_mail_without_its_secret(sqlite_world: World) -> None:
    opened(sqlite_world)
    number = mails(sqlite_world)[0].id
    page = sqlite_world.client(ADMINISTRATOR).get(f"/utskick/{number}").get_data(as_text=True)
    assert "Fråga om tider" in page
    assert "/rosta/…" in page
    assert not re.search(r"/rosta/[a-z2-7]{32}", page)


def test_the_table_asks_the_database_few_questions(sqlite_world: World) -> None:
    world = sqlite_world
    poll = opened(world)
    for email in PEOPLE:
        world.client().post(link(world, poll, email), {"t0": "yes", "t1": "no", "t2": "no"})
    visitor = world.client(ADMINISTRATOR)
    for address in (HERE, f"{HERE}/{poll}", link(world, poll, FK)):
        visitor.get(address)
        with count_queries(world.services.engine) as sent:
            assert visitor.get(address).status_code == 200
        assert len(sent) <= 12, (address, sent)


def test_people_of_another_association_find_nothing(world: World) -> None:
    poll = opened(world)
    ours = numbers(world, FK)[0]
    with world.writer() as session:
        other = Association(key="other", name="Annat", short_name="Annat")
        session.add(other)
        session.flush()
        place = Organisation(
            association_id=other.id,
            key="kommun",
            name="En kommun",
            short_name="Kommun",
            kind=OrganisationKind.MUNICIPALITY,
        )
        session.add(place)
        session.flush()
        stranger = Person(
            association_id=other.id,
            organisation_id=place.id,
            name="Främmande",
            email="stranger@other.example",
            created_at=world.now,
            grants=[RoleGrant(role=Role.ADMINISTRATOR), RoleGrant(role=Role.CONVENER)],
        )
        session.add(stranger)
        session.commit()
    visitor = world.client("stranger@other.example")
    assert visitor.get(f"/gemensam-tid?people={ours}").status_code == 404
    assert visitor.get("/gemensam-tid?units=psykosmottagningen").status_code == 404
    assert visitor.get(f"{HERE}/{poll}").status_code == 404
    data = {"version": "1", "time": str(time_number(world, poll, 0))}
    assert visitor.post(f"{HERE}/{poll}/valj", data).status_code == 404
    assert visitor.post(f"{HERE}/{poll}/paminn").status_code == 404
    assert visitor.post(HERE, form(world)).status_code == 404
    assert "Nätverksmöte" not in text_of(visitor.get(HERE))


def test_times_at_the_ends_of_the_calendar_are_left_out_of_the_question(world: World) -> None:
    asked = "times=9999-12-31T23:59Z&times=0001-01-01T00:00Z&minutes=99999999999999"
    assert world.client(ADMINISTRATOR).get(f"{HERE}/ny?{asked}").status_code == 200
