"""The month beside the list: the same meetings for the same people, day by day."""

import re
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from atagande_agreements.civil_time import local_time
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.sip.models import Sip, SipStanding
from support.booking import book, booked, plan, published
from support.queries import count_queries
from support.rivals import SLOT
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

if TYPE_CHECKING:
    from support.browser import Axe, NewPage
    from support.live import Live

MARCH = "/moten/manad?ar=2026&manad=3"


def squares(page: Any) -> dict[str, str]:
    """Return the words of each day of the month that a page shows, by date."""
    assert page.status_code == 200
    found = {}
    for square in re.findall(r"<td class=.*?</td>", page.text, flags=re.DOTALL):
        day = re.search(r'datetime="([\d-]+)"', square)
        if day:
            words = unescape(re.sub(r"<[^>]+>", " ", square))
            found[day[1]] = re.sub(r"\s+", " ", words).strip()
    return found


def weeks(page: Any) -> list[str]:
    return re.findall(r'<th scope="row">.*?</span>(\d+)</th>', page.text)


def test_a_meeting_stands_on_its_day_with_time_name_and_state(world: World) -> None:
    meeting = published(world)
    page = world.client(READER).get(MARCH)
    days = squares(page)
    assert len(days) == 31
    assert days["2026-03-24"].endswith("09.00–11.00 Nätverksmöte SGI=0 Publicerat")
    assert f'href="/moten/{meeting}"' in page.text
    assert "1 möte den här månaden." in page.text
    assert weeks(page) == ["9", "10", "11", "12", "13", "14"]
    assert [day for day, words in days.items() if "Nätverks" in words] == ["2026-03-24"]


def test_each_state_is_a_word_with_a_shape(sqlite_world: World) -> None:
    world = sqlite_world
    meeting = published(world)
    reader = world.client(ADMINISTRATOR)
    for state, word, shape in (
        (MeetingState.PUBLISHED, "Publicerat", "meetings"),
        (MeetingState.HELD, "Genomfört", "success"),
        (MeetingState.CLOSED, "Avslutat", "success"),
        (MeetingState.CANCELLED, "Inställt", "close"),
        (MeetingState.DRAFT, "Utkast", "edit"),
    ):
        with world.writer() as session:
            session.execute(update(Meeting).where(Meeting.id == meeting).values(state=state))
            session.commit()
        text = reader.get(MARCH).text
        assert re.search(rf'#{shape}"/></svg>{word}', text), state
        assert ('class="month-off"' in text) is (state is MeetingState.CANCELLED)


def test_a_published_meeting_that_has_been_waits_for_attendance(sqlite_world: World) -> None:
    world = sqlite_world
    published(world)
    world.now = local_time(date(2026, 3, 24), time(12))
    assert "Väntar på närvaro" in squares(world.client(READER).get(MARCH))["2026-03-24"]


def test_drafts_are_the_administrators_own(world: World) -> None:
    with world.writer() as session:
        plan(world, session)
        session.commit()
    assert "Utkast" in squares(world.client(ADMINISTRATOR).get(MARCH))["2026-03-24"]
    for email in (READER, STEERING, CONVENER, CLINIC_CHIEF):
        page = world.client(email).get(MARCH)
        assert "Inga möten den här månaden." in page.text, email


def test_a_sip_is_a_word_for_those_who_may_see_it_and_nothing_for_others(world: World) -> None:
    with world.writer() as session:
        sip = book(world, session)
        session.commit()
        number, reference = sip.id, sip.reference
    day = SLOT.date().isoformat()
    for email in (CONVENER, CLINIC_CHIEF):
        page = world.client(email).get(MARCH)
        assert "SIP Bokad" in squares(page)[day]
        assert f'href="/sip/{number}"' in page.text
        assert reference not in page.text
    for email in (ADMINISTRATOR, STEERING, READER, OTHER_CONVENER, OTHER_CLINIC_CHIEF):
        page = world.client(email).get(MARCH)
        assert "Inga möten den här månaden." in page.text, email
        assert f"/sip/{number}" not in page.text


def test_a_sip_says_how_it_stands(sqlite_world: World) -> None:
    world = sqlite_world
    number = booked(world)
    day = SLOT.date().isoformat()

    def stands() -> str:
        return squares(world.client(CONVENER).get(MARCH))[day].partition("SIP ")[2]

    assert stands() == "Bokad"
    with world.writer() as session:
        session.execute(update(Sip).where(Sip.id == number).values(standing=SipStanding.PROPOSED))
        session.commit()
    assert stands() == "Föreslagen"
    with world.writer() as session:
        session.execute(update(Sip).values(standing=SipStanding.BOOKED))
        session.commit()
    world.now = SLOT + timedelta(hours=2)
    assert stands() == "Har varit"
    with world.writer() as session:
        session.execute(update(Meeting).values(state=MeetingState.CANCELLED))
        session.commit()
    assert stands() == "Inställt"


def test_holidays_are_named_and_today_is_marked(sqlite_world: World) -> None:
    reader = sqlite_world.client(READER)
    days = squares(reader.get("/moten/manad?ar=2026&manad=4"))
    assert days["2026-04-03"].endswith("Långfredagen")
    assert days["2026-04-06"].endswith("Annandag påsk")
    text = reader.get("/moten/manad").text
    assert text.count('aria-current="date"') == 1
    assert "I dag" in squares(reader.get("/moten/manad"))["2026-03-02"]
    reader.client.set_cookie("lang", "en")
    assert "Good Friday" in squares(reader.get("/moten/manad?ar=2026&manad=4"))["2026-04-03"]


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        ("ar=2026&manad=1", "ar=2025&manad=12", "ar=2026&manad=2"),
        ("ar=2026&manad=12", "ar=2026&manad=11", "ar=2027&manad=1"),
        ("ar=2028&manad=2", "ar=2028&manad=1", "ar=2028&manad=3"),
    ],
)
def test_the_months_follow_each_other(
    sqlite_world: World, asked: str, before: str, after: str
) -> None:
    text = unescape(sqlite_world.client(READER).get(f"/moten/manad?{asked}").text)
    assert f'rel="prev" href="/moten/manad?{before}"' in text
    assert f'rel="next" href="/moten/manad?{after}"' in text
    assert 'href="/moten/manad">I dag' in text


@pytest.mark.parametrize(
    "asked", ["", "ar=2026&manad=13", "ar=0&manad=0", "ar=99999&manad=3", "ar=x&manad=y"]
)
def test_an_address_without_a_month_shows_this_one(sqlite_world: World, asked: str) -> None:
    page = sqlite_world.client(READER).get(f"/moten/manad?{asked}")
    assert "Möten i mars 2026" in page.text
    assert ">I dag<" not in re.sub(r'<span class="month-name">I dag</span>', "", page.text)


@pytest.mark.parametrize("asked", ["ar=2000&manad=1", "ar=2199&manad=12"])
def test_the_ends_of_the_calendar_lead_nowhere(sqlite_world: World, asked: str) -> None:
    text = sqlite_world.client(READER).get(f"/moten/manad?{asked}").text
    assert ('rel="prev"' in text) is (asked != "ar=2000&manad=1")
    assert ('rel="next"' in text) is (asked != "ar=2199&manad=12")


def test_the_list_and_the_month_lead_to_each_other(sqlite_world: World) -> None:
    reader = sqlite_world.client(READER)
    assert 'href="/moten/manad"' in reader.get("/moten").text
    assert 'href="/moten"' in reader.get("/moten/manad").text


def test_a_month_takes_as_many_queries_whatever_stands_in_it(sqlite_world: World) -> None:
    world = sqlite_world
    visitor = world.client(CLINIC_CHIEF)
    visitor.get(MARCH)
    counts = []
    for days in ((), (3, 4, 5, 10, 11, 12)):
        for day in days:
            published(world, starts_at=local_time(date(2026, 3, day), time(9)))
        with count_queries(world.services.engine) as sent:
            visitor.get(MARCH)
        counts.append(len(sent))
        booked(world, slot=SLOT + timedelta(hours=len(counts) - 1))
    assert counts[0] == counts[1] <= 4


def shown(page: Any) -> list[str]:
    """Return the days that stand in sight."""
    found: list[str] = page.eval_on_selector_all(
        ".month td",
        "(all) => all.filter((one) => one.offsetHeight > 0).map((one) => one.innerText)",
    )
    return found


@pytest.mark.parametrize("width", [1280, 720, 390, 320])
def test_it_is_a_table_at_a_desk_and_a_list_of_days_on_a_phone(
    live: "Live", new_page: "NewPage", axe: "Axe", width: int
) -> None:
    live.world.now = datetime(2026, 3, 2, 8, tzinfo=live.world.now.tzinfo)
    published(live.world)
    booked(live.world)
    page = new_page(viewport={"width": width, "height": 900})
    live.sign_in(page, "Signe Hallman")
    page.goto(f"{live.address}{MARCH}")
    axe(page)
    days = shown(page)
    assert len(days) == (42 if width == 1280 else 2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width != 1280:
        assert days[1].startswith("tisdag 24 mars 2026")
    # Every way out is reached with the keyboard, in the order it is read.
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.getAttribute('href')"))
    links = [one for one in seen if one and ("manad?" in one or re.search(r"/(sip|moten)/\d", one))]
    assert links[:4] == [
        "/moten/manad?ar=2026&manad=2",
        "/moten/manad?ar=2026&manad=4",
        "/sip/1",
        "/moten/1",
    ]
