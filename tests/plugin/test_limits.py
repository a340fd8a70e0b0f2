"""What no database can look up or keep is answered in words, whatever page it is sent to."""

import pytest

from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, STEERING, World

HUGE = "99999999999999999999999"


@pytest.mark.parametrize(
    ("email", "path"),
    [
        (CLINIC_CHIEF, f"/avvikelser/{HUGE}"),
        (CONVENER, f"/forfragningar/{HUGE}"),
        (CONVENER, f"/sip/{HUGE}"),
        (ADMINISTRATOR, f"/moten/{HUGE}"),
        (ADMINISTRATOR, f"/utskick/{HUGE}"),
    ],
)
def test_a_number_that_no_row_can_have_is_not_found(world: World, email: str, path: str) -> None:
    assert world.client(email).get(path).status_code == 404


@pytest.mark.parametrize(
    ("email", "path"),
    [
        (STEERING, "/overenskommelsen/P3?sida="),
        (STEERING, "/styrgruppen?sida="),
        (CLINIC_CHIEF, "/avvikelser?sida="),
        (CONVENER, "/forfragningar?sida="),
        (ADMINISTRATOR, "/moten?sida="),
        (ADMINISTRATOR, "/utskick?fore="),
        (CONVENER, "/sip/boka?mottagning=sollentuna-mottagning&steg=2&people="),
    ],
)
def test_a_page_that_no_list_has_is_empty_and_no_error(world: World, email: str, path: str) -> None:
    assert world.client(email).get(f"{path}{HUGE}").status_code == 200


@pytest.mark.parametrize(
    ("email", "path", "form"),
    [
        (
            CONVENER,
            "/forfragningar",
            {
                "unit": "sollentuna-mottagning\x00",
                "reference": "AB12",
                "sent_on": "2026-03-02",
                "channel": "letter",
                "addressee": "clinic",
            },
        ),
        (None, "/logga-in", {"email": "a\x00@sollentuna.example"}),
    ],
)
def test_the_character_nul_is_refused_on_every_page(
    world: World, email: str | None, path: str, form: dict[str, str]
) -> None:
    answer = world.client(email).post(path, form)
    assert answer.status_code == 422
    assert "tecken som inte går att spara" in answer.text


@pytest.mark.parametrize("path", ["/overenskommelsen/P3%00", "/mottagningar/a%00b/tider"])
def test_the_character_nul_in_an_address_is_refused(world: World, path: str) -> None:
    assert world.client(CONVENER).get(path).status_code in {404, 422}
