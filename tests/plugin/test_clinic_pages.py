"""The pages of the clinics' times."""

import re
from datetime import date
from typing import Any

from atagande_agreements.parties.models import Unit, UnitKind
from atagande_calendar.slots.models import ClinicClosure
from support.booking import booked
from support.queries import count_queries
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, STEERING, World

CLINIC = "sollentuna-mottagning"


def page_text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_the_clinics_stand_with_their_hours_and_first_free_time(world: World) -> None:
    shown = page_text(world.client(CONVENER).get("/mottagningar"))
    assert "Tisdagar 09.00–12.00 · Torsdagar 13.00–16.00" in shown
    assert "Första lediga tid om 1 dag. Tisdag 3 mars 2026 kl. 09.00" in shown
    assert "Psykosmottagningen Sollentuna/Upplands Väsby/Sigtuna" in shown


def test_a_clinics_free_times_stand_by_week_and_taken_ones_are_just_not_there(
    world: World,
) -> None:
    booked(world)
    visitor = world.client(CLINIC_CHIEF)
    shown = page_text(visitor.get(f"/mottagningar/{CLINIC}/tider"))
    assert "10 tis 3 mars 10.00–11.00 , 11.00–12.00 10 tors 5 mars" in shown
    assert "Boka SIP här" not in shown, "a chief does not book"
    assert "Boka SIP här" in page_text(world.client(CONVENER).get(f"/mottagningar/{CLINIC}/tider"))
    assert "27 aug" not in shown
    everything = page_text(visitor.get(f"/mottagningar/{CLINIC}/tider?visa=alla"))
    assert "27 aug" in everything


def test_a_clinic_without_free_times_says_so(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        session.add(
            ClinicClosure(
                unit_id=sqlite_world.unit(session, CLINIC).id,
                first_on=date(2026, 3, 1),
                last_on=date(2026, 12, 31),
            )
        )
        session.commit()
    for path in (f"/mottagningar/{CLINIC}/tider", f"/sip/boka?mottagning={CLINIC}"):
        shown = page_text(sqlite_world.client(CONVENER).get(path))
        assert "Ingen ledig tid det närmaste halvåret." in shown
        assert "Inga lediga tider" in shown


def test_what_is_no_clinic_of_ours_is_not_found(sqlite_world: World) -> None:
    visitor = sqlite_world.client(CONVENER)
    for key in ("upplands-vasby-ek", "finns-inte"):
        assert visitor.get(f"/mottagningar/{key}/tider").status_code == 404
        assert visitor.get(f"/sip/boka?mottagning={key}").status_code == 404


def test_the_association_does_not_see_the_times(sqlite_world: World) -> None:
    for email in (ADMINISTRATOR, STEERING):
        visitor = sqlite_world.client(email)
        assert visitor.get("/mottagningar").status_code == 403
        assert visitor.get(f"/mottagningar/{CLINIC}/tider").status_code == 403


def test_a_clinic_that_has_been_merged_away_is_not_offered(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        sqlite_world.unit(session, CLINIC).valid_to = date(2026, 3, 1)
        session.commit()
    visitor = sqlite_world.client(CONVENER)
    assert "Sollentuna psykiatriska" not in page_text(visitor.get("/mottagningar"))
    assert visitor.get(f"/sip/boka?mottagning={CLINIC}").status_code == 404


def test_the_pages_cost_the_same_with_more_clinics(world: World) -> None:
    visitor = world.client(CONVENER)

    def costs() -> list[int]:
        found = []
        for path in ("/mottagningar", f"/mottagningar/{CLINIC}/tider"):
            with count_queries(world.services.engine) as sent:
                assert visitor.get(path).status_code == 200
            found.append(len(sent))
        return found

    few = costs()
    with world.writer() as session:
        like = world.unit(session, CLINIC)
        session.add_all(
            Unit(
                association_id=like.association_id,
                organisation_id=like.organisation_id,
                key=f"mottagning-{number}",
                name=f"Mottagning {number}",
                short_name=f"M{number}",
                kind=UnitKind.CLINIC,
                position=10 + number,
            )
            for number in range(8)
        )
        session.commit()
    assert costs() == few
    assert max(few) <= 12
