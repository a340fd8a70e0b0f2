"""SIP at another place, and what its convener says afterwards: pages and API."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip, SipVenue, VenueReason
from support.booking import booked
from support.queries import count_queries
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, OTHER_CONVENER, STEERING, World

CLINIC = "sollentuna-mottagning"
STEP = f"/sip/boka?mottagning={CLINIC}&tid=2026-03-03T08:00Z"
LATER = datetime(2026, 3, 20, 12, tzinfo=UTC)
FORM = {
    "unit": CLINIC,
    "slot": "2026-03-03T08:00Z",
    "minutes": "60",
    "requested_on": "2026-02-20",
    "consent": "1",
    "purpose_ready": "1",
}


def page_text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_another_place_is_chosen_from_a_list_with_a_reason(world: World) -> None:
    """Scenario 11, on the page."""
    convener = world.client(CONVENER)
    assert "Var mötet hålls" in page_text(convener.get(STEP))
    missing = page_text(convener.get(f"{STEP}&steg=3&plats=convener"))
    assert "Mötet är inte på mottagningen, och skälet saknas." in missing
    assert "Samtycke och syfte är" not in missing
    needless = page_text(convener.get(f"{STEP}&steg=3&plats=clinic&skal=other"))
    assert "Mötet är på mottagningen, så inget skäl behövs." in needless
    third = convener.get(f"{STEP}&steg=3&plats=convener&skal=client_cannot_come")
    shown = page_text(third)
    assert "Det blir en iakttagelse för er, inte en avvikelse." in shown
    assert "Var: Enheten för ekonomiskt bistånd, Upplands Väsby" in shown
    assert 'name="venue" value="convener"' in third.get_data(as_text=True)
    refused = convener.post("/sip/boka", FORM | {"venue": "convener"})
    assert refused.status_code == 422
    assert "Mötet är inte på mottagningen, och skälet saknas." in page_text(refused)
    with world.services.reader() as session:
        assert session.scalars(select(Sip)).all() == []
    given = {"venue": "convener", "venue_reason": "client_cannot_come"}
    done = convener.post("/sip/boka", FORM | given)
    assert done.status_code == 303
    page = page_text(convener.get(done.location))
    assert "Skäl till platsen Klienten kan inte ta sig till mottagningen" in page
    with world.services.reader() as session:
        sip = session.scalars(select(Sip)).one()
        assert (sip.venue, sip.venue_reason) == (
            SipVenue.CONVENER,
            VenueReason.CLIENT_CANNOT_COME,
        )
        place = session.scalars(select(Meeting.place)).one()
        assert place.startswith("Enheten för ekonomiskt bistånd")


@pytest.mark.parametrize("field", ["venue", "venue_reason"])
def test_a_place_nobody_knows_is_refused(sqlite_world: World, field: str) -> None:
    answer = sqlite_world.client(CONVENER).post("/sip/boka", FORM | {field: "Storgatan 1"})
    assert answer.status_code == 422
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(Sip)).all() == []


def test_the_convener_says_how_it_went(world: World) -> None:
    number = booked(world)
    path = f"/sip/{number}/efterat"
    assert "Mötet har inte börjat än." in page_text(world.client(CONVENER).get(path))
    world.now = LATER
    convener = world.client(CONVENER)
    assert "Berätta hur det gick" in page_text(convener.get(f"/sip/{number}"))
    form = {
        "result": "held",
        "actual_minutes": "55",
        "minutes_sent_on": "2026-03-04",
        "followup_sent_on": "",
        "version": "1",
    }
    assert convener.post(path, form).status_code == 303
    page = page_text(convener.get(f"/sip/{number}"))
    assert "Mötet hölls" in page
    assert "55 minuter" in page
    assert "Protokoll skickat onsdag 4 mars 2026" in page
    stale = convener.post(path, form | {"actual_minutes": "70"})
    assert stale.status_code == 409
    assert "Det här gäller nu:" in page_text(stale)
    wrong = convener.post(path, form | {"minutes_sent_on": "2026-03-01", "version": "2"})
    assert wrong.status_code == 422
    assert "2026-03-01 är före mötet" in page_text(wrong) or "före mötet" in page_text(wrong)


def test_nobody_else_says_it(world: World) -> None:
    number = booked(world)
    world.now = LATER
    form = {"result": "held", "version": "1"}
    for email, status in (
        (CLINIC_CHIEF, 404),
        (OTHER_CONVENER, 404),
        (ADMINISTRATOR, 403),
        (STEERING, 403),
    ):
        visitor, api = world.client(email), world.api(email)
        assert visitor.get(f"/sip/{number}/efterat").status_code == status, email
        assert visitor.post(f"/sip/{number}/efterat", form).status_code == status, email
        assert api("GET", f"/sips/{number}/afterwards").status_code == status, email
        body = {"result": "held", "version": 1}
        assert api("POST", f"/sips/{number}/afterwards", json=body).status_code == status, email


def test_the_unit_chief_reports_after_a_convener_who_has_left(world: World) -> None:
    number = booked(world)
    world.now = LATER
    with world.writer() as session:
        world.person(session, CONVENER).active = False
        session.commit()
    chief = world.client("enhetschef@upplandsvasby.example")
    assert f"/sip/{number}/efterat" in chief.get("/sip").get_data(as_text=True)
    assert "Berätta hur det gick" in page_text(chief.get(f"/sip/{number}"))
    form = {"result": "held", "actual_minutes": "50", "version": "1"}
    assert chief.post(f"/sip/{number}/efterat", form).status_code == 303
    assert "50 minuter" in page_text(chief.get(f"/sip/{number}"))
    stranger = world.client(OTHER_CONVENER)
    assert stranger.get(f"/sip/{number}/efterat").status_code == 404


def test_the_api_says_the_same(world: World) -> None:
    api = world.api(CONVENER)
    slot = "2026-03-03T09:00:00+01:00"
    body = {
        "unit": CLINIC,
        "slot": slot,
        "requested_on": "2026-02-20",
        "consent": True,
        "purpose_ready": True,
    }
    refused = api("POST", "/sips", json=body | {"venue": "online"})
    assert (refused.status_code, refused.json["code"]) == (422, "sip_no_reason")
    given = {"venue": "online", "venue_reason": "online_meeting"}
    made = api("POST", "/sips", json=body | given)
    assert made.json["place"].startswith("Digitalt möte")
    path = f"/sips/{made.json['id']}/afterwards"
    assert api("GET", path).json["venue_reason"] == "online_meeting"
    world.now = LATER
    told = api("POST", path, json={"result": "held", "actual_minutes": 75, "version": 1})
    assert told.json == {
        "id": made.json["id"],
        **given,
        "result": "held",
        "actual_minutes": 75,
        "minutes_sent_on": None,
        "followup_sent_on": None,
        "version": 2,
    }


def test_the_page_costs_at_most_twelve_queries(sqlite_world: World) -> None:
    number = booked(sqlite_world)
    sqlite_world.now = LATER
    convener = sqlite_world.client(CONVENER)
    with count_queries(sqlite_world.services.engine) as sent:
        assert convener.get(f"/sip/{number}/efterat").status_code == 200
    assert len(sent) <= 12
