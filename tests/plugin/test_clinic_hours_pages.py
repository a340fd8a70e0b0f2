"""The editor of a clinic's hours: who reaches it, what it says, and that booked meetings stand."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.civil_time import local_time
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.slots.models import ClinicClosure, ClinicHours, ClinicSchedule
from support.booking import booked
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    STEERING,
    World,
)

CLINIC = "sollentuna-mottagning"
PAGE = f"/mottagningar/{CLINIC}/oppettider"
HOURS = {
    "version": "0",
    "weekday": "0",
    "opens": "9.00",
    "closes": "12:00",
    "valid_from": "2026-03-09",
    "valid_to": "",
}
JULY = {"version": "0", "first_on": "2026-07-01", "last_on": "2026-07-31"}
MARCH = {"version": "0", "first_on": "2026-03-03", "last_on": "2026-03-31"}


def page_text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def number_of(world: World, weekday: int) -> int:
    with world.services.reader() as session:
        return session.scalars(
            select(ClinicHours.id)
            .where(
                ClinicHours.unit_id == world.unit(session, CLINIC).id,
                ClinicHours.weekday == weekday,
            )
            .order_by(ClinicHours.id.desc())
        ).first()  # type: ignore[return-value]  # the clinic has them


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def hidden(answer: Any) -> dict[str, str]:
    """Return the hidden fields of the first form in the main part."""
    body = answer.get_data(as_text=True)
    main = body[body.index("<main") :].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return {name: value for name, value in found if name not in {"csrf_token", "form_key"}}


@pytest.mark.parametrize("by", [CLINIC_CHIEF, ADMINISTRATOR])
def test_the_page_shows_hours_closures_and_two_weeks(world: World, by: str) -> None:
    world.now = datetime.fromisoformat("2026-03-30T08:00:00+00:00")
    visitor = world.client(by)
    added = visitor.post(f"{PAGE}/ny-stangning", JULY | {"version": "0"})
    assert added.status_code == 303
    page = visitor.get(added.location)
    shown = page_text(page)
    assert "Mottagningen tar emot SIP: tisdagar 09.00–12.00, torsdagar 13.00–16.00." in shown
    assert "Tisdagar 09.00–12.00 1 januari 2025 Tills vidare Ändra" in shown
    assert "1 juli 2026 – 31 juli 2026 Ändra" in shown
    assert "tis 31 mars 09.00–10.00 , 10.00–11.00 , 11.00–12.00" in shown
    assert "fre 3 apr. Helgdag" in shown
    assert "mån 6 apr. Helgdag" in shown
    assert page.get_data(as_text=True).count('class="is-closed"') == 2
    assert "En stängning lades till" in shown
    assert "1 juli 2026–31 juli 2026" in shown


def test_hours_are_added_changed_ended_and_removed(world: World) -> None:
    chief = world.client(CLINIC_CHIEF)
    assert 'name="version" value="0"' in chief.get(f"{PAGE}/nya-tider").get_data(as_text=True)
    done = chief.post(f"{PAGE}/nya-tider", HOURS)
    assert done.status_code == 303
    assert "Tiderna är tillagda och kan bokas." in page_text(chief.get(done.location))
    times = world.client(CONVENER).get(f"/mottagningar/{CLINIC}/tider")
    assert "mån 9 mars 09.00–10.00" in page_text(times)

    monday = number_of(world, 0)
    form = chief.get(f"{PAGE}/tider/{monday}")
    assert "Ta bort tiderna" in page_text(form)
    change = HOURS | {"version": "1", "weekday": "2", "valid_to": "2026-06-30"}
    assert chief.post(f"{PAGE}/tider/{monday}", change).status_code == 303
    shown = page_text(chief.get(PAGE))
    assert "Onsdagar 09.00–12.00 9 mars 2026 30 juni 2026" in shown
    assert "Måndagar 09.00–12.00, från 9 mars 2026 → Onsdagar" in shown
    assert chief.post(f"{PAGE}/tider/{monday}/ta-bort", {"version": "2"}).status_code == 303

    tuesday = number_of(world, 1)
    form = chief.get(f"{PAGE}/tider/{tuesday}")
    assert "Avsluta tiderna" in page_text(form)
    assert "Ta bort tiderna" not in page_text(form)
    last = {"version": "3", "last_on": "2026-03-20"}
    assert chief.post(f"{PAGE}/tider/{tuesday}/avsluta", last).status_code == 303
    shown = page_text(chief.get(PAGE))
    assert "Tisdagar 09.00–12.00 1 januari 2025 20 mars 2026" in shown
    for line in (
        "Tider lades till",
        "Tider ändrades",
        "Tider togs bort",
        "Tider fick en sista dag",
    ):
        assert line in shown
    assert count(world, ClinicSchedule) == 1


def test_a_closure_is_changed_and_removed(world: World) -> None:
    chief = world.client(CLINIC_CHIEF)
    chief.post(f"{PAGE}/ny-stangning", JULY)
    with world.services.reader() as session:
        number = session.scalars(select(ClinicClosure.id)).one()
    path = f"{PAGE}/stangt/{number}"
    assert 'value="2026-07-31"' in chief.get(path).get_data(as_text=True)
    longer = JULY | {"version": "1", "last_on": "2026-08-07"}
    assert chief.post(path, longer).status_code == 303
    assert "1 juli 2026 – 7 augusti 2026" in page_text(chief.get(PAGE))
    assert chief.post(f"{path}/ta-bort", {"version": "2"}).status_code == 303
    assert "Ingen stängning är inlagd." in page_text(chief.get(PAGE))


def test_a_closure_that_has_begun_keeps_its_first_day(sqlite_world: World) -> None:
    world = sqlite_world
    chief = world.client(CLINIC_CHIEF)
    chief.post(f"{PAGE}/ny-stangning", JULY)
    world.now = datetime.fromisoformat("2026-07-10T08:00:00+00:00")
    with world.services.reader() as session:
        number = session.scalars(select(ClinicClosure.id)).one()
    chief = world.client(CLINIC_CHIEF)
    form = chief.get(f"{PAGE}/stangt/{number}")
    assert "Välj gårdagen om mottagningen öppnar i dag." in page_text(form)
    assert "Ta bort stängningen" not in page_text(form)
    early = hidden(form) | {"last_on": "2026-07-09"}
    assert chief.post(f"{PAGE}/stangt/{number}", early).status_code == 303


@pytest.mark.parametrize(
    ("path", "form", "wrong", "said"),
    [
        ("nya-tider", HOURS, {"weekday": ""}, "Skriv ett heltal."),
        ("nya-tider", HOURS, {"weekday": "5"}, "Värdet är för stort."),
        ("nya-tider", HOURS, {"opens": "nio"}, "Skriv klockslaget som TT:MM."),
        ("nya-tider", HOURS, {"opens": "09:00+02:00"}, "Värdet går inte att använda."),
        ("nya-tider", HOURS, {"opens": "9.10"}, "Tider anges på hel kvart."),
        ("nya-tider", HOURS, {"closes": "9.45"}, "ryms inget möte om 60 minuter"),
        ("nya-tider", HOURS, {"valid_from": "2026-03-01"}, "har redan varit"),
        ("nya-tider", HOURS, {"valid_to": "2026-03-08"}, "är före den första dagen"),
        ("nya-tider", HOURS, {"valid_to": "9999-12-31"}, "är för långt fram"),
        ("nya-tider", HOURS, {"weekday": "1"}, "Tiden krockar med 09.00–12.00"),
        ("nya-tider", HOURS, {"note": "x"}, "Fältet finns inte."),
        ("ny-stangning", JULY, {"last_on": "2026-06-30"}, "är före den första dagen"),
        ("ny-stangning", JULY, {"first_on": "i juli"}, "Skriv datumet som ÅÅÅÅ-MM-DD."),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_written(
    sqlite_world: World, path: str, form: dict[str, str], wrong: dict[str, str], said: str
) -> None:
    before = count(sqlite_world, ClinicHours), count(sqlite_world, ClinicClosure)
    answer = sqlite_world.client(CLINIC_CHIEF).post(f"{PAGE}/{path}", form | wrong)
    assert answer.status_code in {409, 422}
    assert said in page_text(answer)
    for value in set((form | wrong).values()) - {"", "x", "5"}:
        assert f'value="{value}"' in answer.get_data(as_text=True)
    assert (count(sqlite_world, ClinicHours), count(sqlite_world, ClinicClosure)) == before


@pytest.mark.parametrize(
    ("by", "weeks", "said"),
    [
        (CLINIC_CHIEF, 3, "Bokade möten som hamnar utanför öppettiderna: 3."),
        (ADMINISTRATOR, 3, "Färre än 5 bokade möten hamnar utanför öppettiderna."),
        (ADMINISTRATOR, 5, "5 eller fler bokade möten hamnar utanför öppettiderna."),
    ],
)
def test_before_it_is_saved_the_page_says_how_many_booked_meetings_stand(
    world: World, by: str, weeks: int, said: str
) -> None:
    for week in range(weeks):
        booked(world, slot=local_time(date(2026, 3, 3), time(9)) + timedelta(weeks=week))
    visitor = world.client(by)
    april = MARCH | {"last_on": "2026-04-30"}
    asked = visitor.post(f"{PAGE}/ny-stangning", april)
    assert asked.status_code == 409
    shown = page_text(asked)
    assert said in shown
    assert "De ligger kvar som de är" in shown
    assert "Inget är sparat än." in shown
    if by == ADMINISTRATOR:
        main = asked.get_data(as_text=True).partition("<main")[2].replace("2026", "")
        assert f": {weeks}" not in main
    assert count(world, ClinicClosure) == 0
    fields = hidden(asked)
    assert fields == april | {"sure": "1"}
    assert visitor.post(f"{PAGE}/ny-stangning", fields).status_code == 303
    assert count(world, ClinicClosure) == 1
    assert count(world, Meeting) == weeks, "they stand"
    answer = world.client(CONVENER).get("/sip")
    assert "tisdag 3 mars 2026" in page_text(answer)


def test_ending_and_shortening_hours_ask_too(sqlite_world: World) -> None:
    world = sqlite_world
    booked(world, slot=local_time(date(2026, 3, 24), time(9)))
    chief, tuesday = world.client(CLINIC_CHIEF), number_of(world, 1)
    end = {"version": "0", "last_on": "2026-03-20"}
    asked = chief.post(f"{PAGE}/tider/{tuesday}/avsluta", end)
    assert asked.status_code == 409
    assert f'action="{PAGE}/tider/{tuesday}/avsluta"' in asked.get_data(as_text=True)
    shorter = HOURS | {"weekday": "1", "opens": "10.00", "valid_from": "2026-03-17"}
    asked = chief.post(f"{PAGE}/tider/{tuesday}", shorter)
    assert "Bokade möten som hamnar utanför öppettiderna: 1." in page_text(asked)
    assert chief.post(f"{PAGE}/tider/{tuesday}", hidden(asked)).status_code == 303
    assert "Tisdagar 10.00–12.00 17 mars 2026" in page_text(chief.get(PAGE))


def test_who_edits_an_older_edition_sees_what_stands(world: World) -> None:
    chief, administrator = world.client(CLINIC_CHIEF), world.client(ADMINISTRATOR)
    assert administrator.post(f"{PAGE}/nya-tider", HOURS).status_code == 303
    late = chief.post(f"{PAGE}/ny-stangning", JULY)
    assert late.status_code == 409
    shown = page_text(late)
    assert "Någon annan hann ändra det här" in shown
    assert "Så står det nu:" in shown
    assert "Måndagar 09.00–12.00, från 9 mars 2026" in shown
    fields = hidden(late) | {"first_on": "2026-07-01", "last_on": "2026-07-31"}
    assert fields["version"] == "1", "sent again, it is saved"
    assert chief.post(f"{PAGE}/ny-stangning", fields).status_code == 303


def test_others_do_not_reach_it(sqlite_world: World) -> None:
    tuesday = number_of(sqlite_world, 1)
    paths = (PAGE, f"{PAGE}/nya-tider", f"{PAGE}/ny-stangning", f"{PAGE}/tider/{tuesday}")
    for path in paths:
        for email in (OTHER_CLINIC_CHIEF, AF):
            assert sqlite_world.client(email).get(path).status_code == 404, (email, path)
        for email in (CONVENER, STEERING):
            assert sqlite_world.client(email).get(path).status_code == 403, (email, path)
    for path, form in (
        ("nya-tider", HOURS),
        ("ny-stangning", JULY),
        (f"tider/{tuesday}/ta-bort", {"version": "0"}),
    ):
        answer = sqlite_world.client(OTHER_CLINIC_CHIEF).post(f"{PAGE}/{path}", form)
        assert answer.status_code == 404, path
    other = "/mottagningar/psykosmottagningen/oppettider"
    chief = sqlite_world.client(OTHER_CLINIC_CHIEF)
    assert chief.get(f"{other}/tider/{tuesday}").status_code == 404
    assert chief.get("/mottagningar/upplands-vasby-ek/oppettider").status_code == 404
    answer = chief.post(
        f"{other}/tider/{tuesday}/avsluta", {"version": "0", "last_on": "2026-03-20"}
    )
    assert answer.status_code == 404


def test_the_administrator_never_sees_what_is_booked(sqlite_world: World) -> None:
    free = page_text(sqlite_world.client(ADMINISTRATOR).get(PAGE))
    booked(sqlite_world)
    assert page_text(sqlite_world.client(ADMINISTRATOR).get(PAGE)) == free
    assert sqlite_world.client(ADMINISTRATOR).get("/mottagningar").status_code == 403


def test_the_ways_there(sqlite_world: World) -> None:
    chief = sqlite_world.client(CLINIC_CHIEF)
    assert PAGE in chief.get("/mottagningar").get_data(as_text=True)
    assert PAGE in chief.get(f"/mottagningar/{CLINIC}/tider").get_data(as_text=True)
    assert chief.get("/mottagningar/oppettider").location == PAGE
    convener = sqlite_world.client(CONVENER)
    assert "oppettider" not in convener.get("/mottagningar").get_data(as_text=True)
    administrator = sqlite_world.client(ADMINISTRATOR)
    assert "/mottagningar/oppettider" in administrator.get("/").get_data(as_text=True)
    listed = page_text(administrator.get("/mottagningar/oppettider"))
    assert "Psykosmottagningen" in listed
    assert "Ingen mottagning att ändra" in page_text(
        sqlite_world.client(AF).get("/mottagningar/oppettider")
    )


def test_the_pages_cost_the_same_with_more_in_them(world: World) -> None:
    chief = world.client(CLINIC_CHIEF)
    tuesday = number_of(world, 1)
    paths = (PAGE, f"{PAGE}/nya-tider", f"{PAGE}/ny-stangning", f"{PAGE}/tider/{tuesday}")

    def costs() -> list[int]:
        found = []
        for path in paths:
            with count_queries(world.services.engine) as sent:
                assert chief.get(path).status_code == 200
            found.append(len(sent))
        return found

    few = costs()
    for number in range(12):
        booked(world, slot=local_time(date(2026, 3, 3) + timedelta(weeks=number), time(9)))
        form = JULY | {
            "version": str(number),
            "first_on": f"2026-07-{number + 1:02}",
            "last_on": f"2026-07-{number + 1:02}",
        }
        assert chief.post(f"{PAGE}/ny-stangning", form).status_code == 303
    assert costs() == few
    assert max(few) <= 12
    assert "Sida 1 av 2" in page_text(chief.get(PAGE))
    assert "En stängning lades till" in page_text(chief.get(f"{PAGE}?sida=2"))
