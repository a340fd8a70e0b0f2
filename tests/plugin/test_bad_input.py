"""Input that nobody sends by mistake is refused in words, and never breaks a page."""

import pytest
from sqlalchemy import func, select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.sip.models import Sip
from atagande_plugin.auth import links
from support.world import ADMINISTRATOR, CONVENER, STEERING, World

LAST_MOMENTS = ("9999-12-31T23:59:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")


@pytest.mark.parametrize("target", ["//[", "//[x", "/\\evil.example", "//evil.example"])
def test_an_address_to_go_on_to_that_is_none_leads_to_the_start(
    sqlite_world: World, target: str
) -> None:
    visitor = sqlite_world.client(CONVENER)
    answer = visitor.post("/installningar", {"theme": "dark", "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_signing_in_keeps_the_whole_address(sqlite_world: World) -> None:
    visitor = sqlite_world.client()
    answer = visitor.get("/avvikelser?visa=stangda&part=å%26b")
    page = visitor.get(answer.headers["Location"]).get_data(as_text=True)
    assert 'value="/avvikelser?visa=stangda&amp;part=%C3%A5%26b"' in page


@pytest.mark.parametrize("year", ["9" * 5000, "20260", "-1", "٢٠٢٦"])
def test_a_year_that_is_none_is_not_found(sqlite_world: World, year: str) -> None:
    visitor = sqlite_world.client(STEERING)
    for path in ("/", "/matris", "/overenskommelsen"):
        assert visitor.get(f"{path}?period={year}").status_code == 404


@pytest.mark.parametrize("slot", LAST_MOMENTS)
def test_a_slot_at_the_end_of_the_calendar_is_refused(sqlite_world: World, slot: str) -> None:
    visitor = sqlite_world.client(CONVENER)
    form = {
        "unit": "sollentuna-mottagning",
        "slot": slot,
        "requested_on": "2026-03-01",
        "consent": "true",
        "purpose_ready": "true",
    }
    assert visitor.post("/sip/boka", form).status_code == 422
    assert visitor.get(f"/sip/boka?mottagning=sollentuna-mottagning&tid={slot}").status_code == 200
    with sqlite_world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Sip)) == 0


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_nested_beyond_reading_is_refused(sqlite_world: World, opening: str) -> None:
    for depth in (900, 50_000):
        body = opening * depth
        if depth == 900:
            body += "1" + {"[": "]", '{"a":': "}"}[opening] * depth
        answer = sqlite_world.app.test_client().post(
            "/api/v1/meetings",
            data=body,
            content_type="application/json",
            headers={
                "Authorization": f"Bearer {sqlite_world.token(ADMINISTRATOR)}",
                "Idempotency-Key": f"deep-{depth}",
            },
        )
        assert answer.status_code in {400, 422}


def test_nul_in_the_address_of_a_form_is_refused(world: World) -> None:
    answer = world.client(STEERING).post(
        "/overenskommelsen/parameter/%00/beslut",
        {"value": "10", "valid_from": "2026-03-02", "decided_on": "2026-03-02", "paragraph": "12"},
    )
    assert answer.status_code == 422


def test_no_spelling_of_an_address_evades_the_limit(sqlite_world: World) -> None:
    # Python reads these as white space, and the form's reader does not.
    endings = ["", "\x1c", "\x1d", "\x1e", "\x1f", "\x1c\x1c", "\x1d\x1d"]
    visitor = sqlite_world.client()
    codes = [
        visitor.post("/logga-in", {"email": f"{CONVENER}{end}"}).status_code for end in endings
    ]
    assert codes == [200] * links.PER_ADDRESS + [429, 429]
    with sqlite_world.services.reader() as session:
        sent = select(func.count()).select_from(OutboxMessage)
        assert session.scalar(sent) == links.PER_ADDRESS
