"""The agenda's page, own items, decisions in place, and the minutes on screen and as PDF."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from atagande_calendar.meetings.models import Meeting
from support.deviations import CLINIC, miss, numbered, reply
from support.meetings import hold as hold_network
from support.queries import count_queries
from support.steering import FIRST, SECOND, begin, evening, fix, hold, meet
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, READER, STEERING, World

AGENDA = "/styrgruppen/moten/{}"
MINUTES = "/styrgruppen/moten/{}/protokoll"


def plain(page: str) -> str:
    """Return a page's main part without its markup."""
    main = page.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def lift(world: World, meeting: int, text: str) -> None:
    """Let the network lift an issue, by its held meeting."""
    form = {
        "texts": text,
        "raised_by": "",
        "lifted_on": world.now.date().isoformat(),
        "version": "1",
    }
    answer = world.client(ADMINISTRATOR).post(f"/moten/{meeting}/fragor", form)
    assert answer.status_code == 303, answer.text


@pytest.fixture
def met(sqlite_world: World) -> World:
    """A held network meeting with an issue, and the group's two meetings, the first one held."""
    world = sqlite_world
    network = date(2026, 3, 10)
    hold_network(world, [network])
    lift(world, 1, "Väntetiden till första SIP-tid är för lång.")
    meet(world, FIRST, SECOND)
    hold(world, 2)
    return world


def test_a_meeting_of_the_group_links_to_its_agenda_and_minutes(met: World) -> None:
    page = met.client(STEERING).get("/moten/2").text
    assert 'href="/styrgruppen/moten/2"' in page
    assert 'href="/styrgruppen/moten/2/protokoll"' in page


def test_the_agenda_has_what_waits_under_headings(met: World) -> None:
    page = plain(met.client(ADMINISTRATOR).get(AGENDA.format(3)).text)
    assert "Dagordning 16 juni 2026" in page
    assert "Väntetiden till första SIP-tid är för lång." in page
    assert "Mätvärden som inte är beslutade" in page
    assert "7 parter ska underteckna. Vilka som har gjort det följs inte upp här än." in page


def test_an_own_item_is_added_changed_moved_and_taken_away(met: World) -> None:
    admin = met.client(ADMINISTRATOR)
    base = AGENDA.format(3)
    for title in ("Budget", "Plan för nästa år"):
        assert admin.post(f"{base}/punkter", {"title": title}).status_code == 303
    page = plain(admin.get(base).text)
    assert page.index("Budget") < page.index("Plan för nästa år")
    assert admin.post(f"{base}/punkter/2/upp", {"version": "1"}).status_code == 303
    page = plain(admin.get(base).text)
    assert page.index("Plan för nästa år") < page.index("Budget")
    changed = {"title": "Ekonomi", "text": "Utfall", "version": "2"}
    assert admin.post(f"{base}/punkter/1", changed).status_code == 303
    stale = admin.post(f"{base}/punkter/1", {"title": "Annat", "version": "2"})
    assert stale.status_code == 409
    assert admin.post(f"{base}/punkter/1/ta-bort", {"version": "3"}).status_code == 303
    assert "Ekonomi" not in admin.get(base).text


def test_an_own_item_without_a_title_is_refused_with_words(met: World) -> None:
    answer = met.client(ADMINISTRATOR).post(f"{AGENDA.format(3)}/punkter", {"title": " "})
    assert answer.status_code == 422
    assert "Punkten saknar rubrik." in answer.text


def test_an_issue_is_decided_in_place_and_leaves_the_agenda(met: World) -> None:
    group = met.client(STEERING)
    page = group.get(AGENDA.format(2)).text
    assert "Besluta om punkten" in page
    form = {
        "about": "issue:1",
        "note": "Förbundet kallar mottagningarna till ett möte.",
        "paragraph": "21",
        "decided_on": FIRST.isoformat(),
        "next": AGENDA.format(2),
    }
    answer = group.post("/styrgruppen/beslut/nytt", form)
    assert answer.headers["Location"] == AGENDA.format(2)
    page = plain(group.get(AGENDA.format(2)).text)
    assert "Väntetiden" not in page
    assert "Beslutat på mötet § 21 Förbundet kallar mottagningarna till ett möte." in page
    again = group.post("/styrgruppen/beslut/nytt", form)
    assert again.status_code == 409
    assert "Det finns redan ett beslut om punkten." in again.text


def test_a_decision_dated_before_its_meeting_is_refused_with_words(met: World) -> None:
    form = {
        "note": "Ja.",
        "paragraph": "21",
        "decided_on": (FIRST - timedelta(days=1)).isoformat(),
        "meeting": "2",
    }
    answer = met.client(STEERING).post("/styrgruppen/beslut/nytt", form)
    assert answer.status_code == 422
    assert "Beslutet är daterat 23 mars 2026, men mötet hölls 24 mars 2026." in answer.text
    assert "Inget beslut än" in met.client(STEERING).get("/styrgruppen/beslut").text


@pytest.mark.parametrize("left_out", ["paragraph", "note"])
def test_a_decision_without_paragraph_or_words_is_refused(met: World, left_out: str) -> None:
    form = {"note": "Ja.", "paragraph": "21", "decided_on": FIRST.isoformat()} | {left_out: ""}
    assert met.client(STEERING).post("/styrgruppen/beslut/nytt", form).status_code == 422


def test_a_parameter_decided_at_a_meeting_stands_in_its_minutes(met: World) -> None:
    group = met.client(STEERING)
    form = {
        "value": "15",
        "valid_from": FIRST.isoformat(),
        "decided_on": FIRST.isoformat(),
        "paragraph": "22",
        "meeting": "2",
    }
    address = "/overenskommelsen/parameter/answer_days/beslut"
    assert group.post(address, form).status_code == 303
    assert met.client(ADMINISTRATOR).post(MINUTES.format(2)).status_code == 303
    page = plain(group.get(MINUTES.format(2)).text)
    assert "§ 22" in page
    assert "§ 22 Visa beslutet 15 arbetsdagar. Gäller från 24 mars 2026." in page


def test_a_deviation_closed_at_a_meeting_stands_in_its_minutes(sqlite_world: World) -> None:
    world = sqlite_world
    meet(world, SECOND)
    miss(world, CLINIC)
    with world.writer() as session:
        reply(world, session)
        session.commit()
    world.now = evening(SECOND)
    group = world.client(STEERING)
    assert group.post(MINUTES.format(1)).status_code == 303
    with world.writer() as session:
        version = numbered(session).version
    form = {"paragraph": "", "decided_on": SECOND.isoformat(), "version": f"{version}"}
    assert group.post("/avvikelser/1/beslut", form).status_code == 422
    form |= {"paragraph": "21"}
    assert group.post("/avvikelser/1/beslut", form).status_code == 303
    page = plain(group.get(MINUTES.format(1)).text)
    assert page.count("§ 21") == 1
    assert "§ 21 Visa beslutet Stängs." in page


def test_minutes_are_begun_noted_fixed_and_corrected_on_screen(met: World) -> None:
    admin, group = met.client(ADMINISTRATOR), met.client(STEERING)
    base = MINUTES.format(2)
    assert "Protokollet är inte påbörjat." in admin.get(base).text
    assert admin.post(base).status_code == 303
    note = {"number": "1", "version": "1", "item": "issue:1", "note": "Frågan bordläggs."}
    assert admin.post(f"{base}/anteckningar", note).status_code == 303
    stale = admin.post(f"{base}/anteckningar", note | {"note": "Något annat."})
    assert stale.status_code == 409
    assert "Frågan bordläggs." in stale.text, "what the other saved is shown"
    assert "Något annat." in stale.text, "what was written is kept"
    fixing = {"number": "1", "version": "2", "function": "Ordföranden", "fixed_on": "2026-03-24"}
    assert admin.post(f"{base}/justera", fixing).status_code == 403
    assert group.post(f"{base}/justera", fixing).status_code == 303
    page = plain(group.get(base).text)
    assert "Justerat 24 mars 2026 av Ordföranden." in page
    assert "Kontrollsumma (SHA-256):" in page
    assert group.post(f"{base}/justera", fixing).status_code == 409
    late = group.post(f"{base}/anteckningar", note | {"version": "3"})
    assert late.status_code == 409
    assert "Protokollet är justerat och ändras inte mer." in late.text
    assert admin.post(f"{base}/rattelse", {"reason": ""}).status_code == 422
    assert admin.post(f"{base}/rattelse", {"reason": "Fel datum."}).status_code == 303
    assert "Rättelse 1 av protokoll 24 mars 2026" in plain(admin.get(base).text)
    assert "Protokoll 24 mars 2026" in plain(admin.get(f"{base}/1").text)


@pytest.mark.parametrize("who", [CLINIC_CHIEF, CONVENER, READER])
def test_others_read_the_minutes_when_they_are_fixed_and_never_the_agenda(
    met: World, who: str
) -> None:
    visitor = met.client(who)
    assert visitor.get(AGENDA.format(2)).status_code == 403
    assert visitor.get(MINUTES.format(2)).status_code == 404
    with met.writer() as session:
        begin(met, session, 2)
        session.commit()
    assert visitor.get(MINUTES.format(2)).status_code == 404, "a draft"
    with met.writer() as session:
        fix(met, session, 2)
        session.commit()
    assert visitor.get(MINUTES.format(2)).status_code == 200
    assert visitor.get(f"{MINUTES.format(2)}/1.pdf").status_code == 200
    assert 'href="/styrgruppen/moten/2/protokoll"' in visitor.get("/moten/2").text
    assert visitor.post(f"{MINUTES.format(2)}/rattelse", {"reason": "x"}).status_code == 403


def test_the_pdf_says_what_the_screen_says_and_is_tagged(met: World) -> None:
    with met.writer() as session:
        begin(met, session, 2)
        fix(met, session, 2)
        session.commit()
    answer = met.client(READER).get(f"{MINUTES.format(2)}/1.pdf")
    assert answer.content_type == "application/pdf"
    again = met.client(READER).get(f"{MINUTES.format(2)}/1.pdf")
    assert answer.data == again.data, "the same minutes give the same bytes"
    pdf = PdfReader(io.BytesIO(answer.data))
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv-SE"
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert "Protokoll 24 mars 2026" in text
    assert "SUVS 2026/14" in text
    assert "Väntetiden till första SIP-tid är för lång." in text
    assert "Justerat 24 mars 2026 av Ordföranden." in text


def test_no_person_is_named_in_the_minutes(met: World) -> None:
    with met.writer() as session:
        begin(met, session, 2)
        minutes = fix(met, session, 2)
        people = [met.person(session, who).name for who in (STEERING, CLINIC_CHIEF, ADMINISTRATOR)]
        assert not any(name in minutes.content for name in people)
        session.commit()


def test_a_meeting_that_is_not_the_groups_has_no_agenda(met: World) -> None:
    assert met.client(STEERING).get(AGENDA.format(1)).status_code == 404
    assert met.client(STEERING).get(AGENDA.format(99)).status_code == 404


def test_no_page_asks_more_than_twelve_questions(met: World) -> None:
    with met.writer() as session:
        assert session.get_one(Meeting, 2)
        begin(met, session, 2)
        session.commit()
    group = met.client(STEERING)
    paths = ("/styrgruppen", "/styrgruppen/trend", AGENDA.format(2), AGENDA.format(3))
    for path in (*paths, MINUTES.format(2), "/styrgruppen/beslut"):
        group.get(path)
        with count_queries(met.services.engine) as sent:
            assert group.get(path).status_code == 200
        assert len(sent) <= 12, (path, len(sent), sent)
