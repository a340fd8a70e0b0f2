"""A slot is held from the step where it is chosen, and taken again when the hold ran out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_calendar.slots.models import SlotClaim
from support.booking import booked
from support.queries import count_queries
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, OTHER_CONVENER, World

CLINIC = "sollentuna-mottagning"
SLOT = "2026-03-03T08:00Z"
CHOICE = {"unit": CLINIC, "slot": SLOT}
STEP = f"/sip/boka?mottagning={CLINIC}&tid={SLOT}"
BOOKING = CHOICE | {
    "minutes": "60",
    "requested_on": "2026-02-20",
    "consent": "1",
    "purpose_ready": "1",
}
HELD = "Tiden hålls för dig till kl. {}."
NEXT = ["2026-03-03T09:00Z", "2026-03-03T10:00Z", "2026-03-05T12:00Z"]


def page_text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def slots(answer: Any) -> list[str]:
    return re.findall(r'name="slot" value="([^"]+)"', answer.get_data(as_text=True))


def held(world: World) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count(SlotClaim.held_by_id))) or 0


def test_the_chosen_slot_is_held_and_says_until_when_in_both_steps(world: World) -> None:
    convener = world.client(CONVENER)
    chosen = convener.post("/sip/boka/tid", CHOICE)
    assert chosen.status_code == 303
    for path in (chosen.location, f"{chosen.location}&steg=3"):
        assert HELD.format("09.15") in page_text(convener.get(path))
    other = world.client(OTHER_CONVENER)
    assert SLOT not in slots(other.get(f"/sip/boka?mottagning={CLINIC}"))
    assert SLOT in slots(convener.get(f"/sip/boka?mottagning={CLINIC}"))
    times = f"/mottagningar/{CLINIC}/tider"
    assert "tis 3 mars 10.00–11.00" in page_text(other.get(times))
    assert "tis 3 mars 09.00–10.00" in page_text(convener.get(times))


def test_who_chooses_a_held_slot_is_told_and_shown_the_next_three(world: World) -> None:
    world.client(CONVENER).post("/sip/boka/tid", CHOICE)
    answer = world.client(OTHER_CONVENER).post("/sip/boka/tid", CHOICE)
    assert answer.status_code == 409
    assert "Någon annan håller på att boka den tiden." in page_text(answer)
    assert slots(answer)[:3] == NEXT
    again = world.client(OTHER_CONVENER).post("/sip/boka/tid", CHOICE | {"slot": NEXT[0]})
    assert again.status_code == 303
    assert held(world) == 8


def test_an_address_to_a_slot_that_is_gone_shows_the_next_three(sqlite_world: World) -> None:
    booked(sqlite_world)
    for step in (STEP, f"{STEP}&steg=3"):
        answer = sqlite_world.client(OTHER_CONVENER).get(step)
        assert "Den tiden är inte ledig." in page_text(answer)
        assert slots(answer)[:3] == NEXT


def test_a_hold_that_ran_out_is_taken_again_without_a_word(world: World) -> None:
    convener = world.client(CONVENER)
    convener.post("/sip/boka/tid", CHOICE)
    world.now += timedelta(minutes=20)
    waiting = page_text(convener.get(STEP))
    assert "Tiden hålls inte för dig just nu, men den är ledig." in waiting
    third = convener.post("/sip/boka/vilka", CHOICE)
    assert third.status_code == 303
    assert HELD.format("09.35") in page_text(convener.get(third.location))
    world.now += timedelta(minutes=20)
    assert convener.post("/sip/boka", BOOKING).status_code == 303
    assert held(world) == 0


def test_going_on_does_not_make_a_running_hold_longer(sqlite_world: World) -> None:
    convener = sqlite_world.client(CONVENER)
    convener.post("/sip/boka/tid", CHOICE)
    sqlite_world.now += timedelta(minutes=10)
    third = convener.post("/sip/boka/vilka", CHOICE)
    assert HELD.format("09.15") in page_text(convener.get(third.location))


@pytest.mark.parametrize(("path", "form"), [("/sip/boka/vilka", CHOICE), ("/sip/boka", BOOKING)])
def test_a_hold_that_ran_out_and_went_to_another_gives_three_others_with_the_choices_kept(
    world: World, path: str, form: dict[str, str]
) -> None:
    convener = world.client(CONVENER)
    convener.post("/sip/boka/tid", CHOICE)
    world.now += timedelta(minutes=20)
    assert world.client(OTHER_CONVENER).post("/sip/boka/tid", CHOICE).status_code == 303
    with world.services.reader() as session:
        person = str(world.person(session, AF).id)
    answer = convener.post(path, form | {"people": [person]})
    assert answer.status_code == 409
    shown = page_text(answer)
    assert "Någon annan håller på att boka den tiden." in shown
    assert "Tiden gick inte att få. Inget har skickats." in shown
    assert "Tiden hålls" not in shown
    assert slots(answer) == NEXT
    assert f'name="people" value="{person}"' in answer.get_data(as_text=True)
    done = convener.post("/sip/boka", BOOKING | {"slot": NEXT[0], "people": [person]})
    assert done.status_code == 303


def test_who_comes_second_to_a_booked_slot_is_told_that_it_is_booked(sqlite_world: World) -> None:
    booked(sqlite_world)
    answer = sqlite_world.client(OTHER_CONVENER).post("/sip/boka/tid", CHOICE)
    assert answer.status_code == 409
    assert "Någon annan hann boka den tiden." in page_text(answer)
    assert slots(answer)[:3] == NEXT


def test_leaving_gives_the_slot_back(world: World) -> None:
    convener = world.client(CONVENER)
    convener.post("/sip/boka/tid", CHOICE)
    left = convener.post("/sip/boka/slapp", {"unit": CLINIC})
    assert left.status_code == 303
    assert "Du har lämnat tillbaka tiden." in page_text(convener.get(left.location))
    assert held(world) == 0
    again = convener.post("/sip/boka/slapp", {"unit": CLINIC})
    assert "lämnat tillbaka" not in page_text(convener.get(again.location))


def test_two_slots_from_the_same_page_are_two_choices(sqlite_world: World) -> None:
    """Going back and choosing another must not answer with the first one again."""
    convener = sqlite_world.client(CONVENER)
    page = convener.get(f"/sip/boka?mottagning={CLINIC}").get_data(as_text=True)
    form = page[page.index('action="/sip/boka/tid"') :]
    assert "form_key" not in form[: form.index("</form>")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"slot": "2026-03-03T05:00Z"},
        {"slot": "2026-03-03T09:00"},
        {"slot": ""},
        {"unit": ""},
        {"name": "Kim"},
    ],
)
def test_what_cannot_be_held_is_refused(sqlite_world: World, wrong: dict[str, str]) -> None:
    for path in ("/sip/boka/tid", "/sip/boka/vilka"):
        answer = sqlite_world.client(CONVENER).post(path, CHOICE | wrong)
        assert answer.status_code == 422, path
    assert held(sqlite_world) == 0


def test_only_conveners_hold_and_never_the_association(sqlite_world: World) -> None:
    for path in ("/sip/boka/tid", "/sip/boka/vilka", "/sip/boka/slapp"):
        for email in (ADMINISTRATOR, CLINIC_CHIEF):
            form = {"unit": CLINIC} if path.endswith("slapp") else CHOICE
            assert sqlite_world.client(email).post(path, form).status_code == 403
        unknown = sqlite_world.client(CONVENER).post(path, CHOICE | {"unit": "finns-inte"})
        assert unknown.status_code in {404, 422}
    assert held(sqlite_world) == 0


def test_the_steps_cost_at_most_twelve_queries(world: World) -> None:
    convener = world.client(CONVENER)
    convener.post("/sip/boka/tid", CHOICE)
    for path in (STEP, f"{STEP}&steg=3"):
        with count_queries(world.services.engine) as sent:
            assert HELD.format("09.15") in page_text(convener.get(path))
        assert len(sent) <= 12
