"""The pages of a series: dates, drafts, publishing, changing, calling off, people."""

import re
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Partstat
from atagande_calendar.meetings.models import Meeting, MeetingSeries, MeetingState
from support.booking import answer_path, invitation
from support.queries import count_queries
from support.series import DATES, PEOPLE, RULE, found, plan, published, starts_in
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, STEERING, World

NEW = "/moten/serier/ny"


def page(world: World, path: str, email: str = ADMINISTRATOR) -> str:
    answer = world.client(email).get(path)
    assert answer.status_code == 200, answer.status_code
    text: str = answer.get_data(as_text=True)
    return text


def sent(world: World) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def numbers(world: World, *emails: str) -> list[str]:
    with world.services.reader() as session:
        return [str(world.person(session, email).id) for email in emails]


def drafted(world: World, **facts: Any) -> int:
    with world.writer() as session:
        series = plan(world, session, **facts)
        session.commit()
        return series.id


def test_four_dates_are_proposed_for_a_year_with_holidays_and_breaks(world: World) -> None:
    text = page(world, f"{NEW}?ar=2027")
    assert "Förslaget är 4 datum, jämnt över året." in text
    for day in ("2027-02-15", "2027-05-17", "2027-08-16", "2027-11-16"):
        assert f'value="{day}"' in text
    assert 'title="Sportlov"' in text
    assert 'title="Långfredagen"' in text
    assert "Påsklov mån 29 mars–fre 2 apr" in text


def test_a_date_moves_a_working_day_at_a_time_and_stands_in_the_address(world: World) -> None:
    text = page(world, f"{NEW}?slag=natverk&dag=2027-03-25&dag=2027-05-17")
    # Past Good Friday and Easter Monday.
    assert "dag=2027-03-30&amp;dag=2027-05-17#day-2027-03-30" in text
    assert "Dagen före en helgdag." in text
    assert "1 av datumen behöver du titta på." in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ar=2027&antal=2&veckodag=3&slag=lunch", "torsdag"),
        ("ar=99999&antal=0", "1 datum"),
        ("ar=x&antal=y&veckodag=9&lov=q&dag=inte-en-dag&dag=9999-12-31", "4 datum"),
        ("ar=2026&lov=0", "2026"),
        ("dag=2026-01-02", "Dagen har redan varit."),
        ("dag=2027-06-25", "Ingen arbetsdag."),
        ("dag=2027-05-07", "Klämdag."),
        ("dag=2027-03-02", "Sportlov"),
    ],
)
def test_whatever_the_address_asks_for_there_is_a_page(
    sqlite_world: World, query: str, expected: str
) -> None:
    assert expected in page(sqlite_world, f"{NEW}?{query}")


def test_dates_become_drafts_and_then_invitations_to_a_number_that_was_said(world: World) -> None:
    query = "&".join(f"dag={local_date(one)}" for one in DATES)
    text = page(world, f"{NEW}/motena?slag=natverk&{query}")
    assert text.count('type="hidden" name="days"') == 4
    assert "tisdag 17 november 2026" in text
    admin = world.client(ADMINISTRATOR)
    form = {
        "kind": "network",
        "title": "Nätverksmöte SGI=0",
        "days": [str(local_date(one)) for one in DATES],
        "clock": "09:00",
        "minutes": "120",
        "place": "Turebergshuset",
        "people": numbers(world, *PEOPLE),
    }
    answer = admin.post(f"{NEW}/motena", form)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    text = page(world, path)
    assert "När du publicerar skickas 16 kallelser." in text
    assert "4 möten är utkast." in text
    assert sent(world) == 0
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None
    answer = admin.post(f"{path}/publicera", {"version": version[1]})
    assert answer.status_code == 303
    assert sent(world) == 16
    assert "4 möten är kvar." in page(world, path, STEERING)
    assert starts_in(world, AF) == list(DATES)
    assert path in page(world, "/moten")


def test_a_regular_rule_is_said_in_words_and_holidays_are_left_out(world: World) -> None:
    query = "slag=styrgrupp&dag=2026-04-09&ofta=month&ganger=3"
    text = page(world, f"{NEW}/motena?{query}")
    assert "Varje månad, den andra torsdagen, 3 gånger." in text
    assert "torsdag 14 maj 2026 <span" in text
    answer = world.client(ADMINISTRATOR).post(
        f"{NEW}/motena",
        {
            "kind": "steering",
            "title": "Styrgruppsmöte",
            "days": ["2026-04-09"],
            "every": "month",
            "times": "3",
            "clock": "13.00",
            "minutes": "120",
            "place": "Turebergshuset",
            "people": numbers(world, STEERING, CLINIC_CHIEF),
        },
    )
    assert answer.status_code == 303
    text = page(world, answer.headers["Location"])
    assert "När du publicerar skickas 2 kallelser." in text
    assert "Ett återkommande möte" in text
    with world.services.reader() as session:
        days = [
            local_date(one)
            for one in session.scalars(select(Meeting.starts_at).order_by(Meeting.starts_at))
        ]
    assert days == [date(2026, 4, 9), date(2026, 6, 11)]


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ({"place": ""}, 422, "Något behöver rättas"),
        ({"days": ["2026-03-17", "2026-03-17"]}, 422, "Två av mötena ligger på samma dag."),
        ({"days": ["2026-04-03"]}, 422, "är ingen arbetsdag."),
        ({"people": []}, 422, "Ingen är vald"),
        ({"people": ["999999"]}, 404, ""),
        ({"days": []}, 422, ""),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_and_nothing_is_kept(
    sqlite_world: World, wrong: dict[str, Any], status: int, words: str
) -> None:
    world = sqlite_world
    form: dict[str, Any] = {
        "kind": "network",
        "title": "Nätverksmöte",
        "days": ["2026-03-17"],
        "clock": "09:00",
        "minutes": "120",
        "place": "Väsby",
        "people": numbers(world, AF),
    }
    answer = world.client(ADMINISTRATOR).post(f"{NEW}/motena", form | wrong)
    assert answer.status_code in {status, 404}
    assert words in answer.get_data(as_text=True)
    with world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(MeetingSeries)) == 0


def _version(world: World, number: int) -> str:
    with world.services.reader() as session:
        return str(session.get_one(MeetingSeries, number).version)


def test_a_change_is_said_with_its_number_of_mails_before_it_is_made(world: World) -> None:
    number = published(world, rule=RULE)
    before = sent(world)
    with world.services.reader() as session:
        third = found(session, number)[1][2].id
    path = f"/moten/serier/{number}/andra"
    text = page(world, f"{path}?mote={third}")
    assert "tisdag 12 maj 2026 kl. 09.00–11.00" in text
    form = {
        "version": _version(world, number),
        "meeting": str(third),
        "scope": "later",
        "title": "Nätverksmöte SGI=0",
        "clock": "13:00",
        "minutes": "120",
        "place": "Turebergshuset",
        "agenda": "Läget i kommunerna",
    }
    admin = world.client(ADMINISTRATOR)
    shown = admin.post(path, form)
    assert shown.status_code == 200
    text = shown.get_data(as_text=True)
    assert "När du sparar skickas 4 ändrade kallelser och 4 nya kallelser." in text
    assert "Det här och alla senare: tisdag 12 maj 2026" in text
    assert 'name="sure" value="1"' in text
    assert sent(world) == before
    assert admin.post(path, form | {"sure": "1"}).status_code == 303
    assert sent(world) == before + 8
    starts = starts_in(world, AF)
    assert starts[2] == local_time(date(2026, 5, 12), time(13))
    assert starts[1] == local_time(date(2026, 4, 14), time(9))
    assert admin.post(path, form | {"sure": "1"}).status_code in {404, 409}


def test_calling_off_is_said_with_its_number_of_mails_before_it_is_done(world: World) -> None:
    number = published(world)
    before = sent(world)
    with world.services.reader() as session:
        first = found(session, number)[1][0].id
    path = f"/moten/serier/{number}/stall-in"
    assert "Vilka möten ställs in?" in page(world, f"{path}?mote={first}")
    form = {"version": _version(world, number), "meeting": str(first), "scope": "all"}
    admin = world.client(ADMINISTRATOR)
    text = admin.post(path, form).get_data(as_text=True)
    assert "När du sparar skickas 16 avbokningar." in text
    assert sent(world) == before
    assert admin.post(path, form | {"sure": "1"}).status_code == 303
    assert starts_in(world, AF) == []
    assert "Inga möten är kvar i serien." in page(world, f"/moten/serier/{number}")
    assert admin.get(f"{path}?mote={first}").status_code == 404


def test_someone_is_added_to_and_removed_from_all_that_are_to_come(world: World) -> None:
    number = published(world, people=(AF, CLINIC_CHIEF))
    admin = world.client(ADMINISTRATOR)
    path = f"/moten/serier/{number}/personer"
    for action, words in (("add", "4 nya kallelser"), ("remove", "4 avbokningar")):
        form = {
            "version": _version(world, number),
            "person": numbers(world, CONVENER)[0],
            "action": action,
        }
        assert words in admin.post(path, form).get_data(as_text=True)
        assert admin.post(path, form | {"sure": "1"}).status_code == 303
        assert len(starts_in(world, CONVENER)) == (4 if action == "add" else 0)
    gone = {"version": _version(world, number), "person": "999999", "action": "add"}
    assert admin.post(path, gone).status_code == 404


def test_only_the_administrator_plans_and_nobody_else_sees_a_draft(world: World) -> None:
    number = drafted(world)
    for path in (NEW, f"{NEW}/motena?dag=2026-05-19"):
        assert world.client(STEERING).get(path).status_code == 403
    assert world.client(STEERING).get(f"/moten/serier/{number}").status_code == 404
    assert world.client(ADMINISTRATOR).get(f"/moten/serier/{number}").status_code == 200
    assert world.client(ADMINISTRATOR).get(f"/moten/serier/{number + 1}").status_code == 404
    assert world.client(ADMINISTRATOR).get(f"{NEW}/motena").status_code == 404
    shared = published(world)
    text = page(world, f"/moten/serier/{shared}", STEERING)
    assert "Ställ in" not in text
    assert "/publicera" not in text


def test_the_pages_need_few_queries(world: World) -> None:
    number = published(world, rule=RULE)
    with world.services.reader() as session:
        first = found(session, number)[1][0].id
    admin = world.client(ADMINISTRATOR)
    for path in (
        NEW,
        f"{NEW}/motena?dag=2026-05-19",
        f"/moten/serier/{number}",
        f"/moten/serier/{number}/andra?mote={first}",
    ):
        with count_queries(world.services.engine) as queries:
            assert admin.get(path).status_code == 200
        assert len(queries) <= 12, (path, len(queries))


def test_a_published_series_has_its_states_in_words(sqlite_world: World) -> None:
    number = published(sqlite_world)
    with sqlite_world.writer() as session:
        found(session, number)[1][0].state = MeetingState.HELD
        session.commit()
    text = page(sqlite_world, f"/moten/serier/{number}")
    assert "Genomfört" in text
    assert "Publicerat" in text


def test_the_link_in_the_mail_answers_the_whole_series(world: World) -> None:
    number = published(world, rule=RULE)
    with world.services.reader() as session:
        meetings = [one.id for one in found(session, number)[1]]
    path = answer_path(world, meetings[0], AF)
    visitor = world.client()
    assert visitor.get(path).get_data(as_text=True).count("/svara/") > 5
    assert visitor.post(f"{path}/serien").status_code == 303
    assert said(world, meetings, AF) == [Partstat.NEEDS_ACTION] * 6
    assert visitor.post(path, {"answer": "yes"}).status_code == 303
    text = visitor.get(f"{path}/tack").get_data(as_text=True)
    assert "Samma svar för 5 möten till" in text
    other = answer_path(world, meetings[2], AF)
    visitor.post(other, {"answer": "maybe"})
    assert visitor.post(f"{path}/serien").status_code == 303
    expected = [Partstat.ACCEPTED] * 6
    expected[2] = Partstat.TENTATIVE
    assert said(world, meetings, AF) == expected
    assert said(world, meetings, CONVENER) == [Partstat.NEEDS_ACTION] * 6


def said(world: World, meetings: list[int], email: str) -> list[Partstat]:
    with world.services.reader() as session:
        return [invitation(session, one, email).partstat for one in meetings]
