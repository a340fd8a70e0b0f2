"""The pages of enquiries, as a municipality and a clinic meet them."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.commitments.models import Evidence
from atagande_agreements.enquiries.models import Enquiry
from support.followup import of_enquiries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

FORM = {
    "unit": "sollentuna-mottagning",
    "reference": "A7K2-MQ9X",
    "sent_on": "2026-03-30",
    "channel": "letter",
    "addressee": "clinic",
}


def register(world: World, who: str = CONVENER, **changes: str) -> Any:
    return world.client(who).post("/forfragningar", FORM | changes)


@pytest.fixture
def monday(world: World) -> World:
    """Monday 30 March 2026, with ten working days to answer."""
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    world.decide("answer_days", "10", date(2026, 2, 1))
    return world


def test_the_page_says_when_the_answer_is_due(monday: World) -> None:
    answer = register(monday)
    assert answer.status_code == 303
    page = monday.client(CONVENER).get(answer.headers["Location"]).text
    assert "Svar senast onsdag 15 april 2026." in page
    assert "A7K2-MQ9X" in page
    assert "10 arbetsdagar" in page
    assert "§ 12" in page


def test_without_a_decision_the_page_says_that_there_is_no_last_day(sqlite_world: World) -> None:
    sqlite_world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    page = sqlite_world.client(CONVENER).get(register(sqlite_world).headers["Location"]).text
    assert "Svarstiden är inte beslutad" in page
    assert "Ej bedömbart" in page


def test_the_form_offers_the_three_clinics_and_a_reference_of_its_own(monday: World) -> None:
    page = monday.client(CONVENER).get("/forfragningar/ny").text
    assert len(re.findall(r'type="radio"[^>]*name="unit"', page)) == 3
    assert re.search(r'name="reference" value="[A-Z][A-Z0-9]{3}-[A-Z0-9]{4}"', page)
    assert 'name="sent_on" value="2026-03-30"' in page
    assert "bara i ert eget system" in page


@pytest.mark.parametrize("who", [CLINIC_CHIEF, FK])
def test_only_a_municipality_registers(monday: World, who: str) -> None:
    visitor = monday.client(who)
    assert visitor.get("/forfragningar/ny").status_code == 403
    assert visitor.post("/forfragningar", FORM).status_code == 403
    assert "Registrera förfrågan" not in visitor.get("/forfragningar").text


@pytest.mark.parametrize("who", [ADMINISTRATOR, STEERING, READER])
def test_the_associations_people_reach_nothing(monday: World, who: str) -> None:
    path = register(monday).headers["Location"]
    visitor = monday.client(who)
    for address in ("/forfragningar", "/forfragningar/ny", path):
        assert visitor.get(address).status_code == 403
    refused = visitor.post(f"{path}/svar", {"answered_on": "2026-03-30", "version": "1"})
    assert refused.status_code == 403
    assert "A7K2" not in refused.text


@pytest.mark.parametrize("who", [OTHER_CONVENER, OTHER_CLINIC_CHIEF, FK])
def test_another_party_does_not_find_it(monday: World, who: str) -> None:
    path = register(monday).headers["Location"]
    visitor = monday.client(who)
    assert visitor.get(path).status_code == 404
    answer = visitor.post(f"{path}/svar", {"answered_on": "2026-03-30", "version": "1"})
    assert answer.status_code == 404
    assert "A7K2-MQ9X" not in visitor.get("/forfragningar").text


def test_the_asked_clinic_finds_it_and_registers_the_answer(monday: World) -> None:
    path = register(monday).headers["Location"]
    listed = monday.client(CLINIC_CHIEF).get("/forfragningar").text
    assert "1 förfrågan till er väntar på svar." in listed
    monday.now = datetime(2026, 4, 15, 20, 0, tzinfo=UTC)
    answer = monday.client(CLINIC_CHIEF).post(
        f"{path}/svar", {"answered_on": "2026-04-15", "version": "1"}
    )
    assert answer.status_code == 303
    page = monday.client(CONVENER).get(path).text
    assert "Svaret kom i tid, onsdag 15 april 2026." in page
    assert "av Psykiatri Nordväst." in page


def test_an_answer_a_day_late_is_told_in_working_days(monday: World) -> None:
    path = register(monday).headers["Location"]
    monday.now = datetime(2026, 4, 16, 20, 0, tzinfo=UTC)
    monday.client(CONVENER).post(f"{path}/svar", {"answered_on": "2026-04-16", "version": "1"})
    assert "1 arbetsdag för sent." in monday.client(CONVENER).get(path).text


def test_a_stale_answer_shows_what_came_meanwhile(monday: World) -> None:
    path = register(monday).headers["Location"]
    monday.now = datetime(2026, 4, 9, 8, 0, tzinfo=UTC)
    monday.client(CLINIC_CHIEF).post(f"{path}/svar", {"answered_on": "2026-04-08", "version": "1"})
    stale = monday.client(CONVENER).post(
        f"{path}/svar", {"answered_on": "2026-04-09", "version": "1"}
    )
    assert stale.status_code == 409
    assert "Det här har hänt sedan du öppnade sidan" in stale.text
    assert "Svaret kom onsdag 8 april 2026." in stale.text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"sent_on": "2026-04-01"}, 422, "har inte varit än"),
        ({"sent_on": "i går"}, 422, "ÅÅÅÅ-MM-DD"),
        ({"sent_on": "2019-10-24"}, 422, "överenskommelsens första dag"),
        ({"reference": "a b"}, 422, "går inte att använda"),
        ({"unit": "sollentuna-ek"}, 422, "ingen mottagning"),
        ({"unit": ""}, 422, "Fyll i det här fältet"),
        ({"channel": "pigeon"}, 422, "Välj ett av alternativen"),
    ],
)
def test_bad_input_is_said_by_its_field_and_the_rest_is_kept(
    monday: World, changes: dict[str, str], status: int, words: str
) -> None:
    answer = register(monday, **changes)
    assert answer.status_code == status
    assert words in answer.text
    if "reference" not in changes:
        assert 'value="A7K2-MQ9X"' in answer.text
    with monday.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Enquiry)) == 0


def test_a_taken_reference_is_a_conflict_and_the_form_stays(monday: World) -> None:
    register(monday)
    again = register(monday, sent_on="2026-03-27")
    assert again.status_code == 409
    assert "redan registrerad" in again.text
    assert 'value="2026-03-27"' in again.text


def test_a_replayed_form_changes_nothing_and_answers_the_same(monday: World) -> None:
    visitor = monday.client(CONVENER)
    first, second = (visitor.post("/forfragningar", FORM | {"form_key": "k-1"}) for _ in range(2))
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    path = first.headers["Location"]
    reply = {"answered_on": "2026-03-30", "version": "1", "form_key": "k-2"}
    statuses = [visitor.post(f"{path}/svar", reply).status_code for _ in range(2)]
    assert statuses == [303, 303]
    with monday.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Enquiry)) == 1
        assert len(session.scalars(of_enquiries()).all()) == 1
        answers = select(Evidence).where(Evidence.source.like("enquiry-answer:%"))
        assert len(session.scalars(answers).all()) == 1


def test_the_list_filters_by_its_address_and_pages(monday: World) -> None:
    monday.client(CONVENER).post(
        register(monday).headers["Location"] + "/svar",
        {"answered_on": "2026-03-30", "version": "1"},
    )
    register(monday, reference="B7K2-MQ9X")
    visitor = monday.client(CONVENER)
    everything = visitor.get("/forfragningar").text
    waiting = visitor.get("/forfragningar?visa=vantar").text
    assert ("A7K2-MQ9X" in everything, "B7K2-MQ9X" in everything) == (True, True)
    assert ("A7K2-MQ9X" in waiting, "B7K2-MQ9X" in waiting) == (False, True)
    assert visitor.get("/forfragningar?sida=-4").status_code == 200


def test_an_empty_list_teaches(sqlite_world: World) -> None:
    page = sqlite_world.client(CONVENER).get("/forfragningar").text
    assert "Ingen förfrågan är registrerad än" in page
    assert "varken skickar eller får" in sqlite_world.client(FK).get("/forfragningar").text
