"""Booking a SIP in three steps, and who sees it afterwards."""

import re
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_calendar.invitations.models import Attendance, Invitation
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip
from support.booking import booked
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

NUMBER = "850709-9805"
SLOT = "2026-03-03T08:00Z"
CLINIC = "sollentuna-mottagning"


def form(**changed: Any) -> dict[str, Any]:
    filled = {
        "unit": CLINIC,
        "slot": SLOT,
        "minutes": "60",
        "requested_on": "2026-02-20",
        "consent": "1",
        "purpose_ready": "1",
    } | changed
    return {name: value for name, value in filled.items() if value is not None}


def number_of(world: World, email: str) -> str:
    with world.services.reader() as session:
        return str(world.person(session, email).id)


def page_text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def nothing(world: World) -> bool:
    return not any(count(world, table) for table in (Sip, Meeting, Invitation, OutboxMessage))


def test_a_convener_books_in_three_steps(world: World) -> None:
    """Scenario 8."""
    convener = world.client(CONVENER)
    assert "Här kommer dina SIP-möten att stå" in page_text(convener.get("/sip"))
    first = convener.get(f"/sip/boka?mottagning={CLINIC}")
    assert "Första lediga tid om 1 dag." in page_text(first)
    assert "Vecka 10" in page_text(first)
    slots = re.findall(r'name="slot" value="([^"]+)"', first.get_data(as_text=True))
    step = convener.post("/sip/boka/tid", {"unit": CLINIC, "slot": slots[0]}).location
    second = convener.get(step)
    assert "Enhetschef, Sollentuna psykiatriska mottagning" in page_text(second)
    assert "(du)" in page_text(second)
    chosen = {"unit": CLINIC, "slot": slots[0], "people": [number_of(world, AF)]}
    third = convener.get(convener.post("/sip/boka/vilka", chosen).location)
    shown = page_text(third)
    for part in (
        "Tiden hålls för dig till kl. 09.15.",
        "Inga personuppgifter skickas",
        "Samverkansmöte 60 min",
        "När du bokar skickas 3 kallelser.",
        "Nordöstra Stockholm – inbjuden",
        "tisdag 3 mars 2026 kl. 09.00–10.00",
    ):
        assert part in shown
    done = convener.post("/sip/boka", form(people=[number_of(world, AF)]))
    assert done.status_code == 303
    page = page_text(convener.get(done.location))
    assert "Tiden är bokad och kallelserna skickas." in page
    assert "11 dagar från behov till möte." in page
    assert "0 av 3 har svarat." in page
    with world.services.reader() as session:
        asked = {one.email: one.attendance for one in session.scalars(select(Invitation))}
    assert asked[AF] is Attendance.INVITED
    assert asked[CLINIC_CHIEF] is Attendance.SUMMONED
    assert count(world, OutboxMessage) == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": "75"}, "Högst 60 minuter."),
        ({"consent": None}, "Samtycke är inte bekräftat, så inget skickas."),
        ({"purpose_ready": None}, "Syftet är inte förberett, så inget skickas."),
        ({"slot": "2026-03-03T05:00Z"}, "Mottagningen har ingen tid som börjar då."),
        ({"slot": "2026-03-07T08:00Z"}, "Mottagningen har ingen tid som börjar då."),
        ({"slot": "2026-03-03T09:00"}, "Tidpunkten saknar tidszon."),
        ({"slot": "i morgon"}, "Skriv tidpunkten"),
        ({"slot": None}, "Fyll i det här fältet."),
        ({"requested_on": "2026-03-09"}, "det datumet har inte varit än"),
        ({"requested_on": ""}, "Skriv datumet som ÅÅÅÅ-MM-DD."),
        ({"name": "Kim"}, "Fältet finns inte."),
    ],
)
def test_what_is_refused_says_why_and_sends_nothing(
    sqlite_world: World, wrong: dict[str, Any], said: str
) -> None:
    """Scenario 9, and the server's half of 12."""
    answer = sqlite_world.client(CONVENER).post("/sip/boka", form(**wrong))
    assert answer.status_code == 422
    assert said in page_text(answer)
    assert nothing(sqlite_world)


def test_exactly_sixty_minutes_are_accepted(sqlite_world: World) -> None:
    assert sqlite_world.client(CONVENER).post("/sip/boka", form(minutes="60")).status_code == 303
    later = form(slot="2026-03-03T09:00Z", minutes=None)
    assert sqlite_world.client(CONVENER).post("/sip/boka", later).status_code == 303


def test_who_loses_the_race_chooses_among_the_next_three(world: World) -> None:
    assert world.client(OTHER_CONVENER).post("/sip/boka", form()).status_code == 303
    convener = world.client(CONVENER)
    answer = convener.post("/sip/boka", form(people=[number_of(world, AF)]))
    assert answer.status_code == 409
    body = answer.get_data(as_text=True)
    assert "Någon annan hann boka den tiden." in page_text(answer)
    offered = re.findall(r'type="radio"[^>]*name="slot" value="([^"]+)"', body)
    assert offered == ["2026-03-03T09:00Z", "2026-03-03T10:00Z", "2026-03-05T12:00Z"]
    assert f'name="people" value="{number_of(world, AF)}"' in body
    assert count(world, Sip) == 1
    again = form(slot=offered[0], people=[number_of(world, AF)])
    assert convener.post("/sip/boka", again).status_code == 303


def test_a_slot_that_went_meanwhile_leads_back_to_the_free_ones(sqlite_world: World) -> None:
    booked(sqlite_world)
    answer = sqlite_world.client(OTHER_CONVENER).get(f"/sip/boka?mottagning={CLINIC}&tid={SLOT}")
    assert "Den tiden är inte ledig." in page_text(answer)
    for bad in ("x", "2026-03-03T08:00", "9999-12-31T23:59Z", "0001-01-01T00:00Z"):
        answer = sqlite_world.client(CONVENER).get(f"/sip/boka?mottagning={CLINIC}&tid={bad}")
        assert answer.status_code == 200
        assert "Den tiden är inte ledig." in page_text(answer)


def test_a_form_sent_twice_books_once(world: World) -> None:
    convener = world.client(CONVENER)
    first, second = (convener.post("/sip/boka", form(form_key="k" * 32)) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert count(world, Sip) == 1
    assert count(world, OutboxMessage) == 2


@pytest.mark.parametrize(
    "field", ["unit", "slot", "minutes", "people", "requested_on", "consent", "purpose_ready", "x"]
)
def test_a_personal_number_is_refused_in_every_field(world: World, field: str) -> None:
    """Scenario 10."""
    answer = world.client(CONVENER).post("/sip/boka", form(**{field: f"om {NUMBER}"}))
    assert answer.status_code == 422
    assert "personnummer" in page_text(answer)
    assert nothing(world)


def test_a_personal_number_in_an_address_is_refused(sqlite_world: World) -> None:
    for path in (f"/sip/boka?mottagning={NUMBER}", f"/mottagningar/{NUMBER}/tider"):
        assert sqlite_world.client(CONVENER).get(path).status_code == 422


def test_the_association_can_open_no_sip_whatever_it_tries(world: World) -> None:
    """Scenario 17."""
    number = booked(world)
    for email in (ADMINISTRATOR, STEERING, READER):
        visitor = world.client(email)
        for path in ("/sip", f"/sip/{number}", "/sip/boka", "/sip/999"):
            assert visitor.get(path).status_code == 403, (email, path)
        assert visitor.post("/sip/boka", form()).status_code == 403
        assert visitor.post(f"/sip/{number}/svar", {"answer": "yes"}).status_code == 403
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)
        person.grants.extend(RoleGrant(role=one) for one in (Role.CONVENER, Role.UNIT_CHIEF))
        session.commit()
    visitor = world.client(ADMINISTRATOR)
    for path in ("/sip", f"/sip/{number}", "/sip/boka"):
        assert visitor.get(path).status_code == 403, path
    assert visitor.post("/sip/boka", form()).status_code == 403


def test_a_booking_is_seen_by_its_convener_and_those_who_are_called(world: World) -> None:
    number = booked(world, people=[AF])
    for email in (CONVENER, CLINIC_CHIEF, AF):
        assert world.client(email).get(f"/sip/{number}").status_code == 200, email
        assert "Ref " in page_text(world.client(email).get("/sip")), email
    others = (OTHER_CONVENER, OTHER_CLINIC_CHIEF, "enhetschef@upplandsvasby.example")
    for email in others:
        visitor = world.client(email)
        assert visitor.get(f"/sip/{number}").status_code == 404, email
        assert visitor.post(f"/sip/{number}/svar", {"answer": "yes"}).status_code == 404, email
        assert "Ref " not in page_text(visitor.get("/sip")), email


def test_only_a_convener_books(sqlite_world: World) -> None:
    chief = sqlite_world.client(CLINIC_CHIEF)
    assert chief.get("/sip/boka").status_code == 403
    assert chief.post("/sip/boka", form()).status_code == 403
    assert "Boka SIP" not in page_text(chief.get("/sip"))


def test_the_clinics_chief_answers_on_the_page(world: World) -> None:
    number = booked(world)
    chief = world.client(CLINIC_CHIEF)
    assert "1 kallelse väntar på ditt svar." in page_text(chief.get("/sip"))
    assert chief.post(f"/sip/{number}/svar", {"answer": "yes"}).status_code == 303
    assert "1 av 2 har svarat." in page_text(world.client(CONVENER).get(f"/sip/{number}"))


def test_people_are_shown_by_function(world: World) -> None:
    number = booked(world, people=[AF])
    with world.services.reader() as session:
        names = [one.person.name for one in session.scalars(select(Invitation))]
    # The name of the reader's own account stands at the top of every page.
    shown = page_text(world.client(CONVENER).get(f"/sip/{number}"))
    assert [name for name in names if name in shown] == ["Alva Renström"]


def test_the_pages_cost_at_most_twelve_queries(world: World) -> None:
    number = booked(world, people=[AF])
    convener = world.client(CONVENER)
    slot = "2026-03-03T09:00Z"
    paths = (
        "/sip",
        "/sip/boka",
        f"/sip/boka?mottagning={CLINIC}",
        f"/sip/boka?mottagning={CLINIC}&tid={slot}",
        f"/sip/boka?mottagning={CLINIC}&tid={slot}&steg=3&people={number_of(world, AF)}",
        f"/sip/{number}",
    )

    def costs() -> list[int]:
        found = []
        for path in paths:
            with count_queries(world.services.engine) as sent:
                assert convener.get(path).status_code == 200
            found.append(len(sent))
        return found

    few = costs()
    for week in (10, 17, 24):
        booked(world, people=[AF], slot=local_time(date(2026, 3, week), time(9)))
    assert costs() == few
    assert max(few) <= 12


def test_a_booker_sees_that_an_invitation_failed_and_sends_it_again(world: World) -> None:
    number = booked(world)
    with world.writer() as session:
        message = session.scalars(select(OutboxMessage)).first()
        assert message is not None
        message.state = OutboxState.FAILED
        session.commit()
    path = f"/sip/{number}/skicka-igen"
    assert "1 kallelse gick inte fram" in page_text(world.client(CONVENER).get(f"/sip/{number}"))
    drift = page_text(world.client(ADMINISTRATOR).get("/drift"))
    assert "Någon kallelse till SIP gick inte fram" in drift
    assert world.client(OTHER_CONVENER).post(path).status_code == 404
    assert world.client(ADMINISTRATOR).post(path).status_code == 403
    assert world.client(CONVENER).post(path).status_code == 303
    with world.services.reader() as session:
        assert set(session.scalars(select(OutboxMessage.state))) == {OutboxState.QUEUED}
