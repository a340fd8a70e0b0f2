"""The answer page: from the mail, without an account."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from atagande_agreements.audit.models import AuditEntry
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationAnswer,
    Partstat,
)
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.sip.models import Sip
from support.answers import answers, page_text, state
from support.booking import answer_path, booked, plan, published
from support.queries import count_queries
from support.world import (
    CLINIC_CHIEF,
    CONVENER,
    FK,
    World,
)

if TYPE_CHECKING:
    from support.browser import Axe, NewPage


def test_a_chief_without_an_account_answers_from_the_mail(world: World) -> None:
    """Scenario 15."""
    meeting = published(world)
    path = answer_path(world, meeting, CLINIC_CHIEF)
    visitor = world.client()
    shown = page_text(visitor.get(path))
    for fact in ("Nätverksmöte SGI=0", "tisdag 24 mars 2026 kl. 09.00–11.00", "Turebergshuset"):
        assert fact in shown
    done = visitor.post(path, {"answer": "yes"})
    assert done.status_code == 303
    thanks = visitor.get(done.location)
    assert "Du kan ändra ditt svar till och med tisdag 24 mars 2026 kl. 11.00." in page_text(thanks)
    assert f"{path}/kalender.ics" in thanks.get_data(as_text=True)
    assert state(world, meeting) == (Partstat.ACCEPTED, "")
    visitor.post(path, {"answer": "yes"})
    assert answers(world) == 1, "a second click changes nothing"
    with world.services.reader() as session:
        assert session.scalars(select(InvitationAnswer.way)).all() == [AnswerWay.LINK]


def test_opening_the_link_a_hundred_times_changes_nothing(world: World) -> None:
    meeting = published(world)
    path = answer_path(world, meeting, CLINIC_CHIEF)
    visitor = world.client()
    for _ in range(100):
        assert visitor.get(path).status_code == 200
    assert visitor.get(f"{path}/tack").status_code == 302
    assert visitor.get(f"{path}/kalender.ics").status_code == 200
    assert state(world, meeting) == (Partstat.NEEDS_ACTION, "")
    assert answers(world) == 0


def test_an_answer_can_be_changed_and_a_no_can_name_a_stand_in(world: World) -> None:
    meeting = published(world)
    path = answer_path(world, meeting, CLINIC_CHIEF)
    visitor = world.client()
    visitor.post(path, {"answer": "maybe", "stand_in": "Glöms"})
    assert state(world, meeting) == (Partstat.TENTATIVE, "")
    visitor.post(path, {"answer": "no", "stand_in": "Biträdande enhetschef"})
    assert state(world, meeting) == (Partstat.DECLINED, "Biträdande enhetschef")
    shown = visitor.get(path).get_data(as_text=True)
    assert "Du har svarat:" in shown
    assert 'value="Biträdande enhetschef"' in shown
    assert answers(world) == 2


def test_nobody_else_is_named(world: World) -> None:
    meeting = published(world)
    path = answer_path(world, meeting, CLINIC_CHIEF)
    visitor = world.client()
    visitor.post(path, {"answer": "yes"})
    with world.services.reader() as session:
        others = [
            one.person.name
            for one in session.scalars(
                select(Invitation).where(
                    Invitation.meeting_id == meeting, Invitation.email != CLINIC_CHIEF
                )
            )
        ]
    for part in ("", "/tack", "/kalender.ics"):
        shown = visitor.get(path + part).get_data(as_text=True)
        assert [name for name in others if name in shown] == []


def test_the_calendar_file_is_the_one_in_the_mail(world: World) -> None:
    meeting = published(world)
    file = world.client().get(f"{answer_path(world, meeting, CLINIC_CHIEF)}/kalender.ics")
    assert file.content_type.startswith("text/calendar; charset=utf-8")
    assert "attachment" in file.headers["Content-Disposition"]
    body = file.get_data(as_text=True).replace("\r\n ", "")
    assert "METHOD:REQUEST" in body
    assert f"mailto:{CLINIC_CHIEF}" in body
    with world.services.reader() as session:
        assert session.get_one(Meeting, meeting).uid in body


@pytest.mark.parametrize("token", ["x", "a" * 32, "a" * 31 + "å", "2" * 32])
def test_a_bad_link_says_so(sqlite_world: World, token: str) -> None:
    published(sqlite_world)
    visitor = sqlite_world.client()
    for path in (f"/svara/{token}", f"/svara/{token}/tack", f"/svara/{token}/kalender.ics"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "Länken går inte att använda." in page_text(answer)
    assert visitor.post(f"/svara/{token}", {"answer": "yes"}).status_code == 404


def test_a_draft_has_no_answer_page(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        meeting = plan(sqlite_world, session).id
        session.commit()
    path = answer_path(sqlite_world, meeting, CLINIC_CHIEF)
    assert sqlite_world.client().get(path).status_code == 404


@pytest.mark.parametrize("over", [True, False])
def test_what_is_over_or_called_off_is_gone(sqlite_world: World, *, over: bool) -> None:
    meeting = published(sqlite_world)
    path = answer_path(sqlite_world, meeting, CLINIC_CHIEF)
    with sqlite_world.writer() as session:
        found = session.get_one(Meeting, meeting)
        if over:
            sqlite_world.now = found.ends_at
        else:
            found.state = MeetingState.CANCELLED
        session.commit()
    visitor = sqlite_world.client()
    for answer in (
        visitor.get(path),
        visitor.get(f"{path}/tack"),
        visitor.post(path, {"answer": "yes"}),
    ):
        assert answer.status_code == 410
        assert ("Mötet har redan varit" if over else "Mötet är inställt") in page_text(answer)
        assert "Du behöver inte göra något." in page_text(answer)
        assert 'name="answer"' not in answer.get_data(as_text=True)
    assert visitor.get(f"{path}/kalender.ics").status_code == 410
    assert answers(sqlite_world) == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Välj ja, nej eller kanske."),
        ({"answer": "perhaps"}, "Välj ja, nej eller kanske."),
        ({"answer": "no", "stand_in": "x" * 121}, "Texten är för lång."),
        ({"answer": "no", "stand_in": "Anna 850709-9805"}, "personnummer"),
        ({"answer": "no", "stand_in": "a\x00b"}, "ett tecken som inte går att spara"),
    ],
)
def test_a_wrong_answer_is_refused_and_says_how(
    world: World, data: dict[str, str], said: str
) -> None:
    meeting = published(world)
    answer = world.client().post(answer_path(world, meeting, CLINIC_CHIEF), data)
    assert answer.status_code == 422
    assert said in page_text(answer)
    assert answers(world) == 0
    with world.services.reader() as session:
        kept = session.scalars(select(AuditEntry.changes)).all()
    assert "850709" not in "".join(kept)


def test_a_form_from_another_site_is_refused(sqlite_world: World) -> None:
    path = answer_path(sqlite_world, published(sqlite_world), CLINIC_CHIEF)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = sqlite_world.client().post(path, {"answer": "yes"}, headers=headers)
        assert answer.status_code == 400
    assert answers(sqlite_world) == 0


def test_no_search_engine_keeps_the_page_and_no_other_site_hears_of_it(
    sqlite_world: World,
) -> None:
    path = answer_path(sqlite_world, published(sqlite_world), CLINIC_CHIEF)
    answer = sqlite_world.client().get(path)
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_sip_is_answered_the_same_way_with_nothing_more_said(world: World) -> None:
    booked(world, people=[FK])
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting)).one()
    path = answer_path(world, meeting.id, CLINIC_CHIEF)
    shown = page_text(world.client().get(path))
    assert meeting.title in shown
    assert "Skriv inga uppgifter om någon person i ditt svar." in shown
    assert world.client().post(path, {"answer": "yes"}).status_code == 303
    assert state(world, meeting.id) == (Partstat.ACCEPTED, "")
    assert "Du är inbjuden till mötet." in page_text(
        world.client().get(answer_path(world, meeting.id, FK))
    )


def test_the_page_costs_few_queries(world: World) -> None:
    path = answer_path(world, published(world), CLINIC_CHIEF)
    for part in ("", "/kalender.ics"):
        with count_queries(world.services.engine) as sent:
            world.client().get(path + part)
        assert len(sent) <= 6


@pytest.fixture
def address(sqlite_world: World) -> Iterator[str]:
    """A real server of the world, for the browser."""
    server = make_server("127.0.0.1", 0, sqlite_world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_keyboard_alone_answers_on_a_phone(
    sqlite_world: World, address: str, new_page: "NewPage", axe: "Axe"
) -> None:
    """Scenario 25, for scenario 15."""
    meeting = published(sqlite_world)
    page = new_page(viewport={"width": 390, "height": 844}, java_script_enabled=True)
    page.goto(address + answer_path(sqlite_world, meeting, CLINIC_CHIEF))
    axe(page)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide)
    page.locator("#main").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "yes"
    page.keyboard.press("Enter")
    page.wait_for_url("**/tack")
    axe(page)
    assert state(sqlite_world, meeting) == (Partstat.ACCEPTED, "")


def test_enter_in_the_stand_ins_field_answers_no(
    sqlite_world: World, address: str, new_page: "NewPage"
) -> None:
    meeting = published(sqlite_world)
    page = new_page(java_script_enabled=False)
    page.goto(address + answer_path(sqlite_world, meeting, CONVENER))
    page.locator("#f-stand_in").fill("Kollega på enheten")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tack")
    assert state(sqlite_world, meeting, CONVENER) == (Partstat.DECLINED, "Kollega på enheten")


@pytest.mark.parametrize("day", ["0001-01-01", "2199-12-31", "9999-12-31"])
def test_a_wish_at_the_end_of_the_calendar_is_refused_and_stops_no_page(
    world: World, day: str
) -> None:
    number = booked(world)
    with world.services.reader() as session:
        meeting = session.get_one(Sip, number).meeting_id
    path = answer_path(world, meeting, CLINIC_CHIEF)
    wish = {"answer": "propose", "day": day, "clock": "00:00"}
    assert world.client().post(path, wish).status_code == 422
    assert world.client(CONVENER).get(f"/sip/{number}").status_code == 200


def test_who_is_no_longer_asked_is_not_told_where_the_meeting_has_moved(world: World) -> None:
    number = booked(world, people=[FK])
    with world.services.reader() as session:
        meeting = session.get_one(Sip, number).meeting_id
    path = answer_path(world, meeting, FK)
    client = world.client(CONVENER)
    assert client.post(f"/sip/{number}/vilka", {"version": "1"}).status_code == 303
    said = {"version": "2", "slot": "2026-03-10T08:00Z"}
    assert client.post(f"/sip/{number}/flytta", said).status_code == 303
    gone = world.client().get(path)
    assert gone.status_code == 410
    assert "Du är inte längre kallad" in page_text(gone)
    assert "10 mars" not in page_text(gone)


@pytest.mark.parametrize("clock", ["10:00:30", "10:00:00.5", "36000.5", "10:00+05:00"])
def test_a_wish_for_no_whole_minute_of_our_clocks_is_refused(world: World, clock: str) -> None:
    path = answer_path(world, published(world), CLINIC_CHIEF)
    wish = {"answer": "propose", "day": "2026-03-10", "clock": clock}
    assert world.client().post(path, wish).status_code == 422
    assert world.client().post(path, wish | {"clock": "10.00"}).status_code == 303


def test_a_yes_to_a_time_that_has_moved_since_the_page_was_opened_is_not_taken(
    world: World,
) -> None:
    number = booked(world)
    with world.services.reader() as session:
        meeting = session.get_one(Sip, number).meeting_id
    path = answer_path(world, meeting, CLINIC_CHIEF)
    opened = world.client().get(path).get_data(as_text=True)
    assert opened.count('name="sequence" value="0"') == 3
    said = {"version": "1", "slot": "2026-03-10T08:00Z"}
    assert world.client(CONVENER).post(f"/sip/{number}/flytta", said).status_code == 303
    late = world.client().post(path, {"answer": "yes", "sequence": "0"})
    assert late.status_code == 409
    assert "10 mars" in page_text(late), "the new time is shown"
    assert 'name="sequence" value="1"' in late.get_data(as_text=True)
    assert state(world, meeting) == (Partstat.NEEDS_ACTION, "")
    assert world.client().post(path, {"answer": "yes", "sequence": "1"}).status_code == 303
