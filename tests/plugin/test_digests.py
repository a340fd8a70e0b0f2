"""Digests: at most one a person and day, nothing twice, nothing past, stopped by an answer."""

from collections import Counter
from datetime import date, time

from sqlalchemy import select

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry
from atagande_agreements.ladder import digests
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.verbs import decide_step
from atagande_agreements.outbox.models import OutboxState
from atagande_agreements.sweep import sweep
from atagande_plugin.outbox.delivery import deliver
from support.deviations import CLINIC, SENT, close, done, measure, miss, numbered, reply, use
from support.digests import DAY, OPENED, at, jobs, rows, run, sent, told
from support.followup import ask
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, STEERING, World


def remind(
    world: World, days: int = 14, body: str = "", valid_from: date = date(2026, 3, 2)
) -> None:
    """Let the group switch reminders on."""
    with world.writer() as session, session.begin():
        decide_step(
            session,
            agreement=world.agreement(session),
            rung=Rung.REMINDER,
            is_used=True,
            days=days,
            body=body,
            valid_from=valid_from,
            decided_on=valid_from,
            paragraph="9",
            person=world.person(session, STEERING),
            now=world.now,
        )


def live(world: World, first: date, last: date, clocks: tuple[time, ...] = (time(11),)) -> None:
    """Let days go by with the jobs run at some times of each."""
    day = first
    while day <= last:
        for clock in clocks:
            at(world, day, clock)
            run(world)
        day += DAY


# --- who is told what


def test_a_new_deviation_is_told_its_party_and_the_steering_group_the_same_day(
    world: World,
) -> None:
    miss(world, CLINIC, CLINIC)
    at(world, OPENED)
    run(world)
    [chief] = sent(world, CLINIC_CHIEF)
    assert chief.subject == "2 saker att göra i Åtagande"
    assert "A-1, P3 " in chief.text
    assert "senast 15 juni 2026." in chief.text
    assert "http://127.0.0.1:8080/avvikelser/1" in chief.text
    [group] = sent(world, STEERING)
    assert group.day == OPENED
    assert group.subject == "2 nyheter för styrgruppen"
    assert "NYA AVVIKELSER" in group.text
    assert "A-2, P3 " in group.text
    assert "Sollentuna psykiatriska mottagning" in group.text
    assert sent(world, ADMINISTRATOR) == [], "it is none of theirs"


def test_a_digest_has_one_button_and_a_link_for_each_thing(sqlite_world: World) -> None:
    miss(sqlite_world)
    run(sqlite_world)
    [mail] = sent(sqlite_world, CLINIC_CHIEF)
    assert mail.html.count("display:inline-block") == 1
    assert "Öppna Åtagande:\nhttp://127.0.0.1:8080/\n" in mail.text
    assert mail.html.count("<a href=") == 2


def test_nothing_of_a_single_case_is_said(sqlite_world: World) -> None:
    remind(sqlite_world)
    miss(sqlite_world, CLINIC)
    with sqlite_world.services.reader() as session:
        reference = session.scalars(select(Enquiry.reference)).one()
    at(sqlite_world, date(2026, 4, 10))
    run(sqlite_world)
    at(sqlite_world, OPENED)
    run(sqlite_world)
    for mail in sent(sqlite_world):
        assert reference not in mail.text
        assert "30 mars" not in mail.text
        assert "15 april" not in mail.text


def test_an_english_reader_gets_it_in_english(sqlite_world: World) -> None:
    with sqlite_world.writer() as session, session.begin():
        sqlite_world.person(session, STEERING).language = "en"
    miss(sqlite_world)
    run(sqlite_world)
    [mail] = sent(sqlite_world, STEERING)
    assert '<html lang="en">' in mail.html
    with sqlite_world.services.reader() as session:
        title = numbered(session).obligation.commitment.title_en
    assert title in mail.text


def test_the_group_is_told_of_replies_and_of_time_that_ran_out(sqlite_world: World) -> None:
    miss(sqlite_world, CLINIC, "psykosmottagningen", reply_days="20")
    run(sqlite_world)
    at(sqlite_world, date(2026, 4, 20))
    with sqlite_world.writer() as session, session.begin():
        reply(sqlite_world, session)
    run(sqlite_world)
    at(sqlite_world, date(2026, 5, 7))
    run(sqlite_world)
    first, second, third = sent(sqlite_world, STEERING)
    assert "NYA AVVIKELSER" in first.text
    assert "PARTEN HAR YTTRAT SIG\n- A-1, P3" in second.text
    assert "NYA AVVIKELSER" not in second.text
    assert "TIDEN FÖR YTTRANDE HAR GÅTT UT\n- A-2, P3" in third.text
    assert "sista dagen" not in third.text


def test_a_measure_is_told_its_owner_and_its_end_the_group(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world)
    use(world, Rung.MEASURE)
    at(world, date(2026, 4, 20))
    with world.writer() as session, session.begin():
        reply(world, session)
        measure(world, session, due_on=date(2026, 6, 1))
    run(world)
    [mail] = sent(world, CLINIC_CHIEF)
    assert "GÖR ÅTGÄRDEN\nStyrgruppen har beslutat vad ni ska göra." in mail.text
    assert "senast 1 juni 2026." in mail.text
    assert "Utse en mottagare" not in mail.text, "what is to be done stands on the page"
    live(world, date(2026, 5, 20), date(2026, 6, 4))
    [_, near] = sent(world, CLINIC_CHIEF)
    assert (near.day, "SNART SKA ÅTGÄRDEN VARA GJORD" in near.text) == (date(2026, 5, 25), True)
    late = sent(world, STEERING)[-1]
    assert (late.day, "ÅTGÄRDEN ÄR INTE GJORD I TID" in late.text) == (date(2026, 6, 2), True)
    with world.writer() as session, session.begin():
        done(world, session)
    at(world, date(2026, 6, 5))
    run(world)
    assert "PARTEN HAR GJORT ÅTGÄRDEN" in sent(world, STEERING)[-1].text


# --- reminders


def test_reminders_come_only_when_the_group_has_switched_them_on(sqlite_world: World) -> None:
    world = sqlite_world
    world.decide("answer_days", "10", date(2026, 2, 1))
    at(world, SENT)
    ask(world, CLINIC, SENT)
    at(world, date(2026, 4, 9))
    run(world)
    assert sent(world) == []
    remind(world, 7, "Gör klart inom {dagar} dagar!")
    run(world)
    [mail] = sent(world, CLINIC_CHIEF)
    assert "SNART ÄR DET DAGS\nGör klart inom 7 dagar!\n- P3 " in mail.text
    assert ": 1 ärende." in mail.text
    live(world, date(2026, 4, 10), date(2026, 4, 15))
    assert len(sent(world, CLINIC_CHIEF)) == 1, "once"


def test_what_is_answered_is_not_reminded_of(sqlite_world: World) -> None:
    world = sqlite_world
    remind(world)
    world.decide("answer_days", "10", date(2026, 2, 1))
    at(world, SENT)
    ask(world, CLINIC, SENT)
    jobs(world)
    assert [row.state for row in rows(world)] == [], "more than fourteen days are left"
    at(world, date(2026, 4, 2), time(5))
    jobs(world)
    assert [row.state for row in rows(world)] == [OutboxState.QUEUED], "it waits for the morning"
    with world.writer() as session, session.begin():
        answer_enquiry(
            session,
            enquiry=session.scalars(select(Enquiry)).one(),
            answered_on=date(2026, 4, 2),
            person=world.person(session, CONVENER),
            now=world.now,
        )
    at(world, date(2026, 4, 2), time(8))
    assert deliver(world.services, world.now).cancelled == 1
    assert sent(world) == []
    assert told(world) == Counter()


def test_nothing_is_said_of_days_that_have_passed(sqlite_world: World) -> None:
    """The jobs stand still over the last day of an enquiry and the last day of a reply."""
    world = sqlite_world
    remind(world)
    miss(world, reply_days="10")
    at(world, date(2026, 5, 15))
    run(world)
    assert sent(world, CLINIC_CHIEF) == []
    [mail] = sent(world, STEERING)
    assert "sista dagen" not in mail.text


def test_a_digest_that_is_late_is_written_for_the_day_it_leaves(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world, reply_days="10")
    assert len(rows(world)) == 2
    at(world, OPENED + DAY)
    assert deliver(world.services, world.now).cancelled == 2, "of yesterday"
    run(world)
    assert {mail.day for mail in sent(world)} == {OPENED + DAY}
    assert len(sent(world)) == 2


# --- at most one a day, nothing twice


def test_there_is_one_a_day_however_often_the_jobs_run(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.decide("deviation_reply_days", "60", date(2026, 2, 1), "13")
    remind(world)
    at(world, SENT + 3 * DAY)
    for number in range(4):
        ask(world, CLINIC, SENT + number * DAY)
    live(world, SENT + 3 * DAY, date(2026, 4, 24), (time(6), time(12), time(23, 30)))
    mails = sent(world)
    assert max(Counter((mail.to, mail.day) for mail in mails).values()) == 1
    assert set(told(world).values()) == {1}
    for number in range(1, 5):
        said = [mail for mail in sent(world, CLINIC_CHIEF) if f"A-{number}, " in mail.text]
        assert len(said) == 1


def test_what_comes_after_the_days_digest_waits_for_the_next(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world)
    run(world)
    at(world, OPENED, time(14))
    with world.writer() as session, session.begin():
        reply(world, session)
    assert run(world).sent == 0
    waiting = [row for row in rows(world) if row.state is OutboxState.QUEUED]
    assert [row.next_try_at for row in waiting] == [local_time(OPENED + DAY, time(7))]
    at(world, OPENED + DAY, time(7, 1))
    assert run(world).sent == 1
    assert [mail.day for mail in sent(world, STEERING)] == [OPENED, OPENED + DAY]


def test_a_day_whose_digest_had_nothing_left_to_tell_gets_one_when_it_has(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    miss(world)
    at(world, OPENED, time(10))
    with world.writer() as session, session.begin():
        reply(world, session)
    assert deliver(world.services, world.now).cancelled == 1, "the chief has replied"
    miss_again = date(2026, 4, 16)
    assert local_date(world.now) == miss_again
    use(world, Rung.MEASURE)
    with world.writer() as session, session.begin():
        measure(world, session)
    run(world)
    [mail] = sent(world, CLINIC_CHIEF)
    assert (mail.day, "GÖR ÅTGÄRDEN" in mail.text) == (OPENED, True)


def test_a_near_last_day_is_told_once_and_not_with_the_first_telling(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world, reply_days="20")
    live(world, OPENED, date(2026, 5, 10))
    first, near = sent(world, CLINIC_CHIEF)
    assert (first.day, near.day) == (OPENED, date(2026, 4, 29))
    assert "SNART ÄR SISTA DAGEN FÖR ERT YTTRANDE" in near.text


def test_a_short_time_for_a_reply_is_told_once(sqlite_world: World) -> None:
    miss(sqlite_world, reply_days="5")
    live(sqlite_world, OPENED, date(2026, 4, 25))
    assert len(sent(sqlite_world, CLINIC_CHIEF)) == 1


def test_a_time_decided_later_asks_anew_with_its_last_day(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world, reply_days=None)
    run(world)
    at(world, date(2026, 4, 20))
    world.decide("deviation_reply_days", "30", date(2026, 4, 20), "15")
    run(world)
    undated, dated = sent(world, CLINIC_CHIEF)
    assert "Ingen sista dag är beslutad." in undated.text
    assert "senast 20 maj 2026." in dated.text
    with world.services.reader() as session:
        assert numbered(session).asked_on == date(2026, 4, 20)


def test_what_is_closed_is_told_to_nobody(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world)
    at(world, date(2026, 4, 20))
    with world.writer() as session, session.begin():
        reply(world, session)
        close(world, session, note="Utrett.")
    assert run(world).sent == 0
    assert sent(world) == []


def test_the_sweep_alone_queues_what_the_job_would(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world)
    assert {row.recipient for row in rows(world)} == {CLINIC_CHIEF, STEERING}
    with world.writer() as session, session.begin():
        assert digests.queue(session, world.now).digests == 0
    assert sweep(world.writer, world.now).messages_queued == 0
