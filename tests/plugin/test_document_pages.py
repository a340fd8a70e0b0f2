"""Documents on their pages: from the group's decision to the published version, and back."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from atagande_agreements.sweep import sweep
from support.queries import count_queries
from support.world import ADMINISTRATOR, CLINIC_CHIEF, READER, STEERING, World

MODEL = "/dokument/samre-modellen"
FIRST = "# SAMRE-modellen\n\nEtt möte hålls inom tio dagar.\n\n- Kommunen kallar.\n- Alla svarar."
SECOND = "# SAMRE-modellen\n\nEtt möte hålls inom femton dagar.\n\n- Kommunen kallar.\n\n## Slut"


def words(page: str) -> str:
    """Return a page without its markup, its white space as single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def publish(world: World, **changes: Any) -> Any:
    form = {"text": FIRST, "link": "", "published_on": "2026-03-02", "after": "0"}
    return world.client(ADMINISTRATOR).post(f"{MODEL}/ny", form | changes)


def decide(world: World, **changes: Any) -> Any:
    form = {"decided_on": "2026-05-04", "paragraph": "31", "note": "Längre tid till mötet."}
    return world.client(STEERING).post(f"{MODEL}/beslut", form | changes)


def published_late(world: World) -> None:
    """Live scenario 21: v2 decided 2026-05-04 with a limit of 14 days, published 05-19."""
    world.decide("publish_days", "14", date(2026, 2, 1))
    assert publish(world).status_code == 303
    world.now = datetime(2026, 5, 4, 15, 0, tzinfo=UTC)
    assert decide(world).status_code == 303
    world.now = datetime(2026, 5, 19, 6, 0, tzinfo=UTC)
    sweep(world.writer, world.now)
    answer = publish(
        world, text=SECOND, published_on="2026-05-19", after="1", updates="1", link="https://a.se/2"
    )
    assert answer.status_code == 303, words(answer.text)


def test_scenario_21_a_version_published_too_late_is_a_deviation_of_f3(world: World) -> None:
    published_late(world)
    reader = world.client(READER)
    page = words(reader.get(MODEL).text)
    assert "Version 2 gäller, publicerad 19 maj 2026." in page
    assert "Genomför § 31 den 4 maj 2026. Ej uppfyllt 1 arbetsdag för sent." in page
    deviations = words(reader.get("/avvikelser").text)
    assert "A-1" in deviations
    assert "F3" in deviations
    old = reader.get(f"{MODEL}/1")
    assert old.status_code == 200
    assert "Den gäller inte längre." in words(old.text)
    assert "<p>Ett möte hålls inom tio dagar.</p>" in old.text


def test_the_difference_says_in_signs_and_words_what_went_and_came(sqlite_world: World) -> None:
    published_late(sqlite_world)
    page = sqlite_world.client(READER).get(f"{MODEL}/1-2").text
    said = words(page)
    assert "1 ändrade, 2 tillagda och 1 borttagna rader." in said
    assert "± Ändrat Ett möte hålls inom [− borttaget: tio slut på borttaget −]" in said
    assert "[+ tillagt: femton slut på tillagt +] dagar." in said
    assert "− Borttaget - Alla svarar." in said
    assert "+ Tillagt ## Slut" in said
    assert sqlite_world.client(READER).get(f"{MODEL}/2-1").status_code == 200
    for address in ("1-1", "1-3", "0-1", "3"):
        assert sqlite_world.client(READER).get(f"{MODEL}/{address}").status_code == 404, address


def test_the_form_for_a_comparison_leads_to_its_address(sqlite_world: World) -> None:
    answer = sqlite_world.client(READER).get(f"{MODEL}/jamfor?fran=1&till=2")
    assert answer.headers["Location"] == f"{MODEL}/1-2"
    assert sqlite_world.client(READER).get(f"{MODEL}/jamfor?fran=x&till=²").status_code == 404


def test_what_waits_stands_first_with_its_last_day(sqlite_world: World) -> None:
    world = sqlite_world
    world.decide("publish_days", "14", date(2026, 2, 1))
    reader = world.client(READER)
    assert "Inget dokument är publicerat här än." in words(reader.get("/dokument").text)
    publish(world)
    assert "Allt som styrgruppen har beslutat att ändra är publicerat." in words(
        reader.get("/dokument").text
    )
    world.now = datetime(2026, 5, 4, 15, 0, tzinfo=UTC)
    decide(world)
    page = words(world.client(READER).get("/dokument").text)
    assert "1 beslutad ändring väntar på att publiceras. Publicera senast 18 maj 2026." in page
    assert "Publicera ny version" not in page
    assert "Publicera ny version" in words(world.client(ADMINISTRATOR).get("/dokument").text)
    assert "§ 31" in words(world.client(STEERING).get("/styrgruppen").text)
    register = world.client(STEERING).get("/styrgruppen/beslut").text
    assert f'<a href="{MODEL}">SAMRE-modellen</a> ändras. Inte publicerat än.' in register


def test_no_markup_of_a_text_gets_through(sqlite_world: World) -> None:
    publish(sqlite_world, text="# <script>alert(1)</script>\n\n<b>Fet</b> & [länk](javascript:1)")
    page = sqlite_world.client(READER).get(MODEL).text
    assert "<h2>&lt;script&gt;alert(1)&lt;/script&gt;</h2>" in page
    assert "<p>&lt;b&gt;Fet&lt;/b&gt; &amp; [länk](javascript:1)</p>" in page


def test_two_who_publish_at_once_get_one_version_and_the_other_sees_it(sqlite_world: World) -> None:
    publish(sqlite_world)
    answer = publish(sqlite_world, text="Min text.")
    assert answer.status_code == 409
    page = words(answer.text)
    assert "Det här har hänt sedan du öppnade sidan:" in page
    assert "Version 1 publicerades 2 mars 2026." in page


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"published_on": "2026-03-03"}, 422, "det datumet har inte varit än"),
        ({"published_on": "2019-10-24"}, 422, "före överenskommelsens första dag"),
        ({"published_on": "i dag"}, 422, "Skriv datumet som ÅÅÅÅ-MM-DD."),
        ({"link": "http://a.se"}, 422, "Den börjar med https://."),
        ({"text": ""}, 422, "Fyll i det här fältet."),
        ({"text": "Anna 19121212-1212"}, 422, "ser ut som ett personnummer"),
    ],
)
def test_what_is_refused_is_said_and_the_text_is_kept(
    sqlite_world: World, changes: dict[str, str], status: int, said: str
) -> None:
    answer = publish(sqlite_world, **changes)
    assert answer.status_code == status
    assert said in words(answer.text)
    kept = FIRST if "text" not in changes else ""
    assert kept in answer.text.replace("\r\n", "\n")


def test_only_the_group_decides_and_only_the_administrator_publishes(sqlite_world: World) -> None:
    form = {"text": FIRST, "published_on": "2026-03-02", "after": "0"}
    decision = {"decided_on": "2026-03-02", "paragraph": "31", "note": "Nytt."}
    for email, publishes, decides in (
        (ADMINISTRATOR, 303, 403),
        (STEERING, 403, 303),
        (READER, 403, 403),
        (CLINIC_CHIEF, 403, 403),
    ):
        visitor = sqlite_world.client(email)
        assert visitor.post("/dokument/bilaga/ny", form).status_code == publishes, email
        assert visitor.post("/dokument/bilaga/beslut", decision).status_code == decides, email


def test_a_document_that_is_not_there_is_not_found(sqlite_world: World) -> None:
    visitor = sqlite_world.client(STEERING)
    for path in ("/dokument/annat", "/dokument/annat/1-2", f"{MODEL}/1", "/dokument/annat/beslut"):
        assert visitor.get(path).status_code == 404, path
    form = {"decided_on": "2026-03-02", "paragraph": "31", "note": "Nytt."}
    assert visitor.post("/dokument/annat/beslut", form).status_code == 404


def test_the_agreement_leads_to_its_documents(sqlite_world: World) -> None:
    page = sqlite_world.client(READER).get("/overenskommelsen").text
    for key in ("overenskommelsen", "bilaga", "samre-modellen", "samre-bilaga"):
        assert f'href="/dokument/{key}"' in page


def test_a_governing_document_is_entered_changed_and_removed(sqlite_world: World) -> None:
    visitor = sqlite_world.client(ADMINISTRATOR)
    form: dict[str, Any] = {
        "title": "Riktlinjer för ekonomiskt bistånd",
        "issuer": "Sollentuna kommun",
        "link": "https://www.example.org/riktlinjer.pdf",
        "commitments": ["K1", "K5"],
    }
    path = "/dokument/styrdokument"
    assert "Inget styrdokument än" in visitor.get(path).text
    assert visitor.post(path, form).status_code == 303
    page = sqlite_world.client(READER).get(path)
    assert "Riktlinjer för ekonomiskt bistånd" in page.text
    assert 'href="/overenskommelsen/K5"' in page.text
    assert "Lägg till" not in page.text
    again = visitor.post(path, form)
    assert again.status_code == 409
    assert "Ett styrdokument med den adressen finns redan." in again.text
    changed = form | {"commitments": ["K3"], "version": "1"}
    assert visitor.post(f"{path}/1", changed).status_code == 303
    stale = visitor.post(f"{path}/1", changed)
    assert stale.status_code == 409
    assert "Så står det nu:" in stale.text
    assert visitor.get(f"{path}/1").status_code == 200
    assert visitor.post(f"{path}/1/ta-bort", {"version": "2"}).status_code == 303
    assert visitor.get(f"{path}/1").status_code == 404
    assert sqlite_world.client(READER).post(path, form).status_code == 403
    assert visitor.post(path, form | {"link": "javascript:alert(1)"}).status_code == 422


@pytest.mark.parametrize(
    "path", ["/dokument", MODEL, f"{MODEL}/1", f"{MODEL}/1-2", "/dokument/styrdokument"]
)
def test_a_page_costs_few_queries(sqlite_world: World, path: str) -> None:
    published_late(sqlite_world)
    visitor = sqlite_world.client(READER)
    with count_queries(sqlite_world.services.engine) as sent:
        assert visitor.get(path).status_code == 200
    assert len(sent) <= 12, sent
