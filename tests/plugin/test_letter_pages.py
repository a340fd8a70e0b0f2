"""Letters to print, the library behind them, and what more can be told of an enquiry."""

import re
from datetime import UTC, date, datetime

import pytest

from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CONVENER,
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


@pytest.fixture
def easter(world: World) -> World:
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 4, 16, 8, 0, tzinfo=UTC)
    return world


def asked(world: World) -> str:
    path: str = world.client(CONVENER).post("/forfragningar", FORM).headers["Location"]
    return path


def test_a_letter_goes_to_the_clinic_with_the_reference_and_lines_to_write_on(
    easter: World,
) -> None:
    path = asked(easter)
    page = easter.client(CONVENER).get(path).text
    links = re.findall(rf'href="({path}/brev/[a-z]+)"', page)
    assert len(links) == 3
    for link in links:
        letter = easter.client(CONVENER).get(link)
        assert letter.status_code == 200
        assert "Sollentuna psykiatriska mottagning" in letter.text
        assert "A7K2-MQ9X" in letter.text
        assert "16 april 2026" in letter.text
        assert "Upplands Väsby" in letter.text
        assert '<div class="letter-line"></div>' in letter.text
        assert "{" not in re.sub(r"(?s).*<article|</article>.*", "", letter.text)


def test_only_who_asked_prints_letters(easter: World) -> None:
    enquiry = asked(easter)
    path = f"{enquiry}/brev/paminnelse"
    assert easter.client(CLINIC_CHIEF).get(path).status_code == 403
    assert easter.client(OTHER_CONVENER).get(path).status_code == 404
    assert easter.client(ADMINISTRATOR).get(path).status_code == 403
    assert easter.client(CONVENER).get(path.replace("paminnelse", "x")).status_code == 404
    assert "Brev till mottagningen" not in easter.client(CLINIC_CHIEF).get(enquiry).text


def test_the_administrator_changes_a_letter_and_its_history_is_kept(easter: World) -> None:
    visitor = easter.client(ADMINISTRATOR)
    assert "Påminnelse om svar" in visitor.get("/brevmallar").text
    change = {"name": "Påminnelse", "body": "Svara, {mottagning}.", "in_use": "1", "version": "0"}
    assert visitor.post("/brevmallar/paminnelse", change).status_code == 303
    page = visitor.get("/brevmallar/paminnelse").text
    assert "Version 1" in page
    assert "Kom med tjänsten" in page
    assert "Svara, Sollentuna psykiatriska mottagning." in page
    letter = easter.client(CONVENER).get(f"{asked(easter)}/brev/paminnelse").text
    assert "Svara, Sollentuna psykiatriska mottagning." in letter
    stale = visitor.post("/brevmallar/paminnelse", change | {"body": "Nu!"})
    assert stale.status_code == 409
    assert "Det här har hänt sedan du öppnade sidan" in stale.text


def test_a_letter_taken_out_of_use_can_not_be_chosen(easter: World) -> None:
    easter.client(ADMINISTRATOR).post(
        "/brevmallar/paminnelse", {"name": "Påminnelse", "body": "Svara.", "version": "0"}
    )
    path = asked(easter)
    assert "brev/paminnelse" not in easter.client(CONVENER).get(path).text
    assert easter.client(CONVENER).get(f"{path}/brev/paminnelse").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": "Till {doktorn}"}, "Platshållaren {doktorn} finns inte."),
        ({"body": "Till {mottagning"}, "saknar sin andra halva"),
        ({"body": ""}, "Fyll i det här fältet"),
        ({"name": "Påminnelse"}, "Det finns redan"),
        ({"name": "!!!"}, "går inte att använda"),
        ({"body": "Gäller 850709-9805."}, "personnummer"),
    ],
)
def test_a_template_is_checked_when_it_is_saved(
    sqlite_world: World, changes: dict[str, str], words: str
) -> None:
    new = {"name": "Tack för svaret", "body": "Tack, {mottagning}."}
    visitor = sqlite_world.client(ADMINISTRATOR)
    answer = visitor.post("/brevmallar", new | changes)
    assert answer.status_code in {409, 422}
    assert words in answer.text
    assert "Tack för svaret" not in visitor.get("/brevmallar").text
    assert visitor.post("/brevmallar", new).headers["Location"] == "/brevmallar/tack-for-svaret"


@pytest.mark.parametrize("who", [CONVENER, STEERING, CLINIC_CHIEF])
def test_only_the_administrator_keeps_the_library(sqlite_world: World, who: str) -> None:
    visitor = sqlite_world.client(who)
    for path in ("/brevmallar", "/brevmallar/ny", "/brevmallar/paminnelse"):
        assert visitor.get(path).status_code == 403
    assert visitor.post("/brevmallar", {"name": "x", "body": "y"}).status_code == 403


def test_a_wrong_date_is_corrected_and_both_dates_are_told(easter: World) -> None:
    path = asked(easter)
    visitor = easter.client(CONVENER)
    visitor.post(f"{path}/svar", {"answered_on": "2026-04-16", "version": "1"})
    assert "1 arbetsdag för sent" in visitor.get(path).text
    answer = visitor.post(f"{path}/svar/rattelse", {"answered_on": "2026-04-14", "version": "2"})
    assert answer.status_code == 303
    page = visitor.get(path).text
    assert "Svaret kom i tid, tisdag 14 april 2026." in page
    assert "Då stod det att svaret kom 16 april 2026." in page
    assert "Datumet rättat till 14 april 2026 av Upplands Väsby kommun" in page
    assert "Från 16 april 2026 till 14 april 2026." in page


@pytest.mark.parametrize(
    ("who", "day", "version", "status"),
    [
        (CLINIC_CHIEF, "2026-04-14", "2", 403),
        (OTHER_CONVENER, "2026-04-14", "2", 404),
        (CONVENER, "2026-03-29", "2", 422),
        (CONVENER, "2026-04-17", "2", 422),
        (CONVENER, "2026-04-14", "1", 409),
        (CONVENER, "i går", "2", 422),
    ],
)
def test_a_correction_keeps_to_what_can_be(
    easter: World, who: str, day: str, version: str, status: int
) -> None:
    path = asked(easter)
    easter.client(CONVENER).post(f"{path}/svar", {"answered_on": "2026-04-15", "version": "1"})
    sent = {"answered_on": day, "version": version}
    answer = easter.client(who).post(f"{path}/svar/rattelse", sent)
    assert answer.status_code == status
    assert "Svaret kom i tid, onsdag 15 april 2026." in easter.client(CONVENER).get(path).text


def test_passing_on_is_told_without_a_name_and_stops_no_clock(easter: World) -> None:
    path = asked(easter)
    visitor = easter.client(CLINIC_CHIEF)
    assert "svarstiden löper som förut" in visitor.get(path).text
    answer = visitor.post(
        f"{path}/vidareformedling", {"forwarded_on": "2026-04-01", "version": "1"}
    )
    assert answer.status_code == 303
    page = easter.client(CONVENER).get(path).text
    assert "onsdag 1 april 2026, av annan behandlare" in page
    assert "Svar skulle ha kommit senast onsdag 15 april 2026." in page
    listed = easter.client(CONVENER).get("/forfragningar").text
    assert "1 förfrågan har förmedlats vidare av annan behandlare." in listed
    again = visitor.post(f"{path}/vidareformedling", {"forwarded_on": "2026-04-02", "version": "2"})
    assert again.status_code == 409


def test_the_api_corrects_and_passes_on(easter: World) -> None:
    number = asked(easter).rpartition("/")[2]
    ours = easter.api(CONVENER)
    ours("POST", f"/enquiries/{number}/answer", json={"answered_on": "2026-04-16", "version": 1})
    fixed = ours(
        "POST",
        f"/enquiries/{number}/answer/correction",
        json={"answered_on": "2026-04-15", "version": 2},
    )
    assert (fixed.status_code, fixed.json["status"], fixed.json["version"]) == (200, "met", 3)
    passed = ours(
        "POST",
        f"/enquiries/{number}/forwarding",
        json={"forwarded_on": "2026-04-01", "version": 3},
    )
    assert (passed.status_code, passed.json["forwarded_on"]) == (200, "2026-04-01")
    refused = easter.api(CLINIC_CHIEF)(
        "POST",
        f"/enquiries/{number}/answer/correction",
        json={"answered_on": "2026-04-14", "version": 4},
    )
    assert refused.status_code == 403
