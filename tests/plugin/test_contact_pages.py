"""The pages and the API by which a party keeps its contact points."""

from datetime import date

import pytest
from sqlalchemy import select

from atagande_agreements.deviations.models import Deviation
from atagande_agreements.parties.models import Person
from atagande_agreements.sweep import sweep
from support.contact_pages import FORM, PARTY, add, confirm, counts, morning, read_of
from support.followup import NEIGHBOUR, add_neighbours
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    READER,
    STEERING,
    World,
)


@pytest.fixture
def decided(sqlite_world: World) -> World:
    """Six months are decided from 2 March 2026, and the sweep has run."""
    world = sqlite_world
    world.decide("contact_reconfirm_months", "6", date(2026, 3, 2))
    sweep(world.writer, world.now)
    return world


def test_the_page_teaches_then_adds_confirms_and_publishes(decided: World) -> None:
    page = decided.client(AF).get(PARTY).text
    assert "Här ska partens kontaktvägar stå" in page
    assert add(decided).status_code == 303
    page = decided.client(AF).get(PARTY).text
    assert "Inte bekräftad än." in page
    assert "De publiceras då i den öppna listan." in page
    assert "SGI-handläggare" not in decided.client().get("/kontakter/suvs").text
    assert confirm(decided).status_code == 303
    page = decided.client(AF).get(PARTY).text
    assert "Uppgifterna är bekräftade." not in page, "another browser's message"
    assert "Bekräftad 2 mars 2026." in page
    assert "Bekräfta senast onsdag 2 september 2026." in page
    assert "SGI-handläggare" in decided.client().get("/kontakter/suvs").text


def test_the_list_says_who_is_fresh_and_who_is_not(decided: World) -> None:
    add(decided)
    confirm(decided)
    decided.now = morning("2026-10-05")
    sweep(decided.writer, decided.now)
    page = decided.client(STEERING).get("/kontaktvagar").text
    assert "1 part har uppgifter som kan vara gamla." in page
    assert page.count("Kan vara gamla") == 1
    assert "minst var 6:e månad" in page
    assert "Ej uppfyllt" in page
    assert "Era uppgifter är gamla" in decided.client(AF).get("/kontaktvagar").text


def test_scenario_22_flagged_missed_and_no_names(decided: World) -> None:
    add(decided)
    confirm(decided)
    decided.now = morning("2026-10-05")
    sweep(decided.writer, decided.now)
    with decided.services.reader() as session:
        deviation = session.scalars(select(Deviation)).one()
        assert deviation.obligation.commitment.key == "A4"
        people = session.scalars(select(Person)).all()
        private = {text for one in people for text in (one.name, one.email)}
    for path in ("", "/inbaddad", ".json", ".csv"):
        text = decided.client().get(f"/kontakter/suvs{path}").text
        assert "SGI-handläggare" in text
        assert not [one for one in private if one in text], path
    page = decided.client().get("/kontakter/suvs").text
    assert "Bekräftades senast 2 mars 2026." in page
    assert "uppgifterna kan vara gamla" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"function": ""}, "Fyll i det här fältet"),
        ({"function": "Maja Forslund"}, "nämner en person"),
        ({"email": ADMINISTRATOR}, "en persons adress"),
        ({"email": "anna.berg@af.example"}, "ser ut som en persons adress"),
        ({"email": "inte en adress"}, "ingen e-postadress"),
        ({"phone": "ring"}, "inget telefonnummer"),
        ({"unit": "psykosmottagningen"}, "hör inte till parten"),
        ({"phone": "", "email": "", "address": ""}, "inte att nå någon"),
        ({"hours": "850709-9805"}, "personnummer"),
    ],
)
def test_bad_input_is_said_by_its_field_and_the_rest_is_kept(
    decided: World, changes: dict[str, str], words: str
) -> None:
    answer = add(decided, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Frågor om sjukskrivna utan SGI"' in answer.text
    assert counts(decided) == (0, 0, 0)


def test_an_address_that_looks_personal_is_asked_about_once(decided: World) -> None:
    refused = add(decided, email="mottagning.vasby@af.example")
    assert "Adressen går till en funktion, inte till en person" in refused.text
    assert "inte till en person" not in decided.client(AF).get(f"{PARTY}/ny").text
    taken = add(decided, email="mottagning.vasby@af.example", functional="1")
    assert taken.status_code == 303


@pytest.mark.parametrize("who", [FK, CLINIC_CHIEF, CONVENER])
def test_another_party_reads_but_changes_nothing(decided: World, who: str) -> None:
    add(decided)
    visitor = decided.client(who)
    page = visitor.get(PARTY).text
    assert "SGI-handläggare" in page
    assert "Uppgifterna stämmer" not in page
    assert "Lägg till" not in page
    for path in (f"{PARTY}/ny", f"{PARTY}/1"):
        assert visitor.get(path).status_code == 404
    tries: tuple[tuple[str, dict[str, str]], ...] = (
        (PARTY, FORM),
        (f"{PARTY}/1", FORM | {"version": "1"}),
        (f"{PARTY}/1/ta-bort", {"version": "1"}),
        (f"{PARTY}/bekrafta", {"read": "x"}),
    )
    for path, fields in tries:
        assert visitor.post(path, fields).status_code == 404
    assert counts(decided) == (1, 0, 0)


@pytest.mark.parametrize("who", [STEERING, READER])
def test_those_who_only_follow_up_have_no_buttons(decided: World, who: str) -> None:
    add(decided)
    assert "Uppgifterna stämmer" not in decided.client(who).get(PARTY).text
    assert decided.client(who).post(PARTY, FORM).status_code == 403


def test_another_association_finds_nothing(decided: World) -> None:
    add(decided)
    confirm(decided)
    add_neighbours(decided)
    stranger = decided.client(NEIGHBOUR)
    assert stranger.get(PARTY).status_code == 404
    assert stranger.get(f"{PARTY}/1").status_code == 404
    assert stranger.post(f"{PARTY}/bekrafta", {"read": "x"}).status_code == 404
    assert "SGI-handläggare" not in stranger.get("/kontaktvagar").text
    for path in ("", ".json", ".csv", "/inbaddad"):
        theirs = decided.client().get(f"/kontakter/prov{path}")
        assert theirs.status_code == 200
        assert "SGI-handläggare" not in theirs.text
        assert decided.client().get(f"/kontakter/nowhere{path}").status_code == 404
    api = decided.api(NEIGHBOUR)
    assert api("GET", "/contacts").json["items"] == []
    assert api("GET", "/contacts/1").status_code == 404
    assert api("POST", "/contacts/1/remove", json={"version": 1}).status_code == 404


def test_the_administrator_does_it_for_the_party_and_that_is_seen(decided: World) -> None:
    add(decided, ADMINISTRATOR)
    decided.now = morning("2026-03-04")
    assert confirm(decided, ADMINISTRATOR, confirmed_on="2026-03-03").status_code == 303
    page = decided.client(AF).get(PARTY).text
    assert "Skriven av förbundet för partens räkning" in page
    assert "3 mars 2026, Administratör (för partens räkning)" in page
    refused = confirm(decided, ADMINISTRATOR, confirmed_on="2026-03-05")
    assert refused.status_code == 422
    assert "har inte varit än" in refused.text


def test_of_two_who_edit_one_wins_and_the_other_sees_what_stands_there(decided: World) -> None:
    add(decided)
    first = decided.client(AF).post(f"{PARTY}/1", FORM | {"version": "1", "phone": "08-111 11 11"})
    assert first.status_code == 303
    second = decided.client(ADMINISTRATOR).post(
        f"{PARTY}/1", FORM | {"version": "1", "phone": "08-222 22 22"}
    )
    assert second.status_code == 409
    assert "Så här ser kontaktvägen ut nu" in second.text
    assert "08-111 11 11" in second.text
    assert 'value="08-222 22 22"' in second.text
    gone = decided.client(AF).post(f"{PARTY}/1/ta-bort", {"version": "1"})
    assert gone.status_code == 409
    assert counts(decided)[0] == 1


def test_a_list_that_changed_meanwhile_is_not_confirmed_unread(decided: World) -> None:
    add(decided)
    read = read_of(decided)
    add(decided, function="Växel")
    answer = decided.client(AF).post(f"{PARTY}/bekrafta", {"read": read})
    assert answer.status_code == 409
    assert "Listan ändrades medan du läste." in answer.text
    assert counts(decided)[1] == 0


def test_an_entry_is_taken_away(decided: World) -> None:
    add(decided)
    confirm(decided)
    assert decided.client(AF).post(f"{PARTY}/1/ta-bort", {"version": "1"}).status_code == 303
    assert "SGI-handläggare" not in decided.client().get("/kontakter/suvs").text
    assert "En kontaktväg togs bort" in decided.client(AF).get(PARTY).text


def test_the_api_keeps_a_list_and_confirms_it(decided: World) -> None:
    api = decided.api(AF)
    made = api("POST", "/contacts", json={"function": "SGI-handläggare", "phone": "08-12 34 56"})
    assert made.status_code == 201
    path = made.headers["Location"].removeprefix("/api/v1")
    assert made.json["organisation"] == "af"
    changed = api(
        "POST",
        path,
        json={"function": "SGI-handläggare", "phone": "08-65 43 21", "version": 1},
    )
    assert (changed.status_code, changed.json["version"]) == (200, 2)
    stale = api("POST", path, json={"function": "Växel", "phone": "08-65 43 21", "version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    parties = api("GET", "/contacts/parties").json
    assert parties["months"] == 6
    (own,) = [one for one in parties["items"] if one["organisation"] == "af"]
    assert (own["entries"], own["confirmed_on"], own["status"]) == (1, None, "pending")
    early = api("POST", "/contacts/confirm", json={"read": "x"})
    assert early.status_code == 409
    done = api("POST", "/contacts/confirm", json={"read": own["read"]})
    assert (done.status_code, done.json["confirmed_on"]) == (200, "2026-03-02")
    assert [one["id"] for one in api("GET", "/contacts?organisation=af").json["items"]] == [1]
    foreign = decided.api(FK)
    assert foreign("GET", path).status_code == 200
    assert foreign("POST", f"{path}/remove", json={"version": 2}).status_code == 404
    assert (
        foreign("POST", "/contacts", json={"organisation": "af", "function": "x"}).status_code
        == 404
    )
    refused = decided.api(READER)("POST", "/contacts", json={"function": "x"})
    assert refused.status_code == 403
    gone = api("POST", f"{path}/remove", json={"version": 2})
    assert (gone.status_code, gone.json["entries"]) == (200, 0)
