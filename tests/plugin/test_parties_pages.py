"""The page of parties: who they are, what becomes of them, and their people."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_agreements.sweep import sweep
from atagande_calendar.slots.queries import free_slots, is_offered
from support.queries import count_queries
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, READER, STEERING, World

A, B = "sollentuna-mottagning", "sigtuna-upplands-vasby-mottagning"
NEW = "norra-mottagningen"


def merging(**other: Any) -> dict[str, Any]:
    return {
        "kind": "merged",
        "units": [B],
        "name": "Norra psykiatriska mottagningen",
        "short_name": "Norra",
        "key": NEW,
        "address": "Demogatan 9",
        "takes_effect_on": "2026-07-01",
        "decision": "Regionens beslut 2026-05-12, dnr 1",
    } | other


def merge(world: World, **other: Any) -> Any:
    return world.client(ADMINISTRATOR).post(f"/parter/{A}/efterfoljare", merging(**other))


def unit(world: World, key: str) -> Unit:
    with world.writer() as session:
        return session.scalars(select(Unit).where(Unit.key == key)).one()


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True)))


def test_everyone_who_follows_sees_the_parties_by_function(world: World) -> None:
    page = world.client(READER).get("/parter")
    text = text_of(page)
    assert "7 parter med" in text
    assert "Psykosmottagningen" in text
    assert "Enhetschef" in text
    assert "Signe Hallman" not in page.text, "names are for the administrator"
    assert "/andra" not in page.text
    assert "Parter" in world.client(CONVENER).get("/").text


def test_an_administrator_merges_two_clinics_from_a_day(world: World) -> None:
    form = world.client(ADMINISTRATOR).get(f"/parter/{A}/efterfoljare?kind=merged")
    assert "Inget mejl skickas" in form.text
    assert merge(world).status_code == 303
    text = text_of(world.client(READER).get("/parter"))
    assert "Till tisdag 30 juni 2026" in text or "Till 30 juni 2026" in text, text
    assert "Därefter: går upp i Norra psykiatriska mottagningen, från" in text
    assert "gick upp i den här" in text


def test_the_old_clinic_offers_no_slots_after_its_end_and_the_new_one_does(world: World) -> None:
    world.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    merge(world)
    old, new = unit(world, A), unit(world, NEW)
    with world.writer() as session:
        ends = {slot.date() for slot in free_slots(session, old.id, after=world.now)}
        begins = free_slots(session, new.id, after=world.now)
        assert ends
        assert max(ends) <= date(2026, 6, 30)
        assert min(begins).date() >= date(2026, 7, 1)
        assert is_offered(session, new.id, begins[0])
        assert not is_offered(session, old.id, begins[0])
    assert world.client(CONVENER).get(f"/mottagningar/{NEW}/tider").status_code == 404, "not yet"
    world.now = datetime(2026, 7, 1, 8, tzinfo=UTC)
    sweep(world.writer, world.now)
    page = world.client(CONVENER).get("/mottagningar").text
    assert NEW in page
    assert A not in page
    assert world.client(CONVENER).get(f"/mottagningar/{A}/tider").status_code == 404
    asked = world.client(CONVENER).get("/forfragningar/ny").text
    assert NEW in asked
    assert f'value="{A}"' not in asked
    # The chief of the old clinic is the new one's since midnight.
    assert "Norra" in text_of(world.client(READER).get("/parter"))
    assert world.client(CLINIC_CHIEF).get("/forfragningar").status_code == 200


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"units": []}, "Välj minst två enheter."),
        ({"key": "Två ord"}, "går inte att använda"),
        ({"key": A}, "används redan"),
        ({"name": ""}, "Namnet saknas"),
        ({"decision": ""}, "Fyll i det här fältet."),
        ({"takes_effect_on": "2019-01-01"}, "före överenskommelsens första dag"),
        ({"takes_effect_on": "i morgon"}, "ÅÅÅÅ-MM-DD"),
        ({"into": A, "units": [B]}, "kan inte gå upp i sig själv"),
        ({"units": ["sollentuna-ek"]}, "annan organisation"),
        ({"kind": "eaten"}, "Välj ett av alternativen."),
        ({"decision": "Gäller 19121212-1212"}, "personnummer"),
    ],
)
def test_what_can_not_be_is_said_in_the_form_and_changes_nothing(
    sqlite_world: World, other: dict[str, Any], said: str
) -> None:
    answer = merge(sqlite_world, **other)
    assert answer.status_code in {400, 409, 422}
    assert said in answer.text
    with sqlite_world.writer() as session:
        assert not session.scalars(select(Unit).where(Unit.valid_to.is_not(None))).all()


def test_only_an_administrator_changes_parties(sqlite_world: World) -> None:
    for email in (STEERING, CLINIC_CHIEF, READER):
        visitor = sqlite_world.client(email)
        for path in (f"/parter/{A}/andra", f"/parter/{A}/personer", "/parter/person/1"):
            assert visitor.get(path).status_code == 403
        assert visitor.post(f"/parter/{A}/efterfoljare", merging()).status_code == 403
    assert sqlite_world.client(ADMINISTRATOR).get("/parter/finns-inte/andra").status_code == 404


def test_a_new_name_shows_from_its_day(world: World) -> None:
    visitor = world.client(ADMINISTRATOR)
    answer = visitor.post(
        "/parter/af/namn",
        {
            "name": "Arbetsförmedlingen Mitt",
            "short_name": "AF Mitt",
            "takes_effect_on": "2026-03-10",
            "decision": "Generaldirektörens beslut 2026-02-01",
        },
    )
    assert answer.status_code == 303
    before = text_of(world.client(READER).get("/parter"))
    assert "Heter Arbetsförmedlingen Mitt från" in before
    world.now = datetime(2026, 3, 10, 8, tzinfo=UTC)
    sweep(world.writer, world.now)
    after = text_of(world.client(READER).get("/parter"))
    assert "Hette Arbetsförmedlingen Nordöstra Stockholm till" in after
    assert "AF Mitt" in world.client(READER).get("/matris").text
    assert "AF Mitt" not in world.client(READER).get("/matris?period=2025").text


def test_a_split_and_an_organisations_successor_through_the_page(world: World) -> None:
    visitor = world.client(ADMINISTRATOR)
    split = merging(
        kind="split", units=[], name_2="Södra mottagningen", short_name_2="Södra", key_2="sodra"
    )
    assert visitor.post(f"/parter/{A}/efterfoljare", split).status_code == 303
    followed = merging(kind="successor", units=[], key="af-mitt", name="AF Mitt", short_name="AF")
    assert visitor.post("/parter/af/efterfoljare", followed).status_code == 303
    assert visitor.post("/parter/fk/efterfoljare", merging(units=["af"])).status_code == 422
    text = text_of(visitor.get("/parter"))
    assert "Därefter: Södra mottagningen, från" in text
    assert "Därefter: AF Mitt, från" in text
    for period in (2026, 2027):
        assert visitor.get(f"/matris?period={period}").status_code == 200


def test_contact_details_and_a_unit_by_hand(world: World) -> None:
    visitor = world.client(ADMINISTRATOR)
    path = f"/parter/{A}/andra"
    sent = {"email": "Mottagningen@Psykiatri.example", "address": "Demogatan 7", "version": "1"}
    assert visitor.post(path, sent).status_code == 303
    assert unit(world, A).email == "mottagningen@psykiatri.example"
    assert visitor.post(path, sent | {"address": "Demogatan 8"}).status_code == 409, "stale"
    assert visitor.post(path, sent | {"version": "2", "email": "å@ä.example"}).status_code == 422
    new = {"key": "jobbcenter", "name": "Jobbcenter", "short_name": "JC", "kind": "office"}
    assert visitor.post("/parter/sollentuna/enhet", new).status_code == 303
    assert visitor.post("/parter/sollentuna/enhet", new).status_code == 409
    assert visitor.post(f"/parter/{A}/enhet", new).status_code == 404
    assert "Jobbcenter" in visitor.get("/parter").text


def test_people_are_added_get_roles_and_leave(world: World) -> None:
    visitor = world.client(ADMINISTRATOR)
    path = f"/parter/{A}/personer"
    new = {"name": "Ny Chef", "title": "Enhetschef", "email": "ny@psykiatri.example"}
    assert visitor.post(path, new | {"roles": ["unit_chief"]}).status_code == 303
    assert "Ny Chef" in visitor.get(path).text
    assert visitor.post(path, new).status_code == 409
    assert visitor.post(path, new | {"email": "ny"}).status_code == 422
    with world.writer() as session:
        person = world.person(session, "ny@psykiatri.example")
        page, version = f"/parter/person/{person.id}", person.version
    assert "checked" in visitor.get(page).text
    change = {"party": "sollentuna-ek", "title": "Samordnare", "roles": ["convener"]}
    moved = change | {"active": "1", "version": str(version)}
    assert visitor.post(page, moved).status_code == 303
    assert visitor.post(page, moved | {"title": "Annan"}).status_code == 409, "stale"
    with world.writer() as session:
        person = world.person(session, "ny@psykiatri.example")
        assert person.organisation.key == "sollentuna"
        assert [one.role for one in person.grants] == ["convener"]
        version = person.version
    client = world.client("ny@psykiatri.example")
    assert client.get("/").status_code == 200
    assert visitor.post(page, change | {"version": str(version)}).status_code == 303
    assert client.get("/").status_code == 302, "signed out for good"


def test_the_last_administrator_stays(world: World) -> None:
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)
        page, version = f"/parter/person/{person.id}", str(person.version)
    answer = world.client(ADMINISTRATOR).post(
        page, {"party": "forbundet", "roles": ["reader"], "active": "1", "version": version}
    )
    assert answer.status_code == 409
    assert "minst en administratör" in answer.text


def test_an_administrator_gives_themselves_no_way_to_the_cases(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        person = sqlite_world.person(session, ADMINISTRATOR)
        page, version = f"/parter/person/{person.id}", str(person.version)
    visitor = sqlite_world.client(ADMINISTRATOR)
    own = {"active": "1", "version": version}
    both = visitor.post(page, own | {"party": "forbundet", "roles": ["administrator", "convener"]})
    assert both.status_code == 422
    assert "kan inte också ha en roll som når enskilda ärenden" in both.text
    moved = visitor.post(page, own | {"party": "sigtuna", "roles": ["administrator", "operations"]})
    assert moved.status_code == 403
    assert visitor.get("/sip").status_code == 403


def test_the_page_asks_no_more_for_more(sqlite_world: World) -> None:
    visitor = sqlite_world.client(ADMINISTRATOR)
    sent = []
    for number in (1, 30):
        with sqlite_world.writer() as session:
            body = session.scalars(select(Organisation).where(Organisation.key == "sigtuna")).one()
            session.add_all(
                Person(
                    association_id=body.association_id,
                    organisation_id=body.id,
                    name=f"Prov {number}-{one}",
                    title=f"Funktion {one}",
                    email=f"prov{number}-{one}@sigtuna.example",
                    created_at=sqlite_world.now,
                )
                for one in range(number)
            )
            session.commit()
        with count_queries(sqlite_world.services.engine) as queries:
            assert visitor.get("/parter").status_code == 200
        sent.append(len(queries))
    assert sent[0] == sent[1] <= 12


def test_the_api_does_what_the_page_does(world: World) -> None:
    admin, reader = world.api(ADMINISTRATOR), world.api(READER)
    made = admin("POST", f"/parties/{A}/successions", json=merging())
    assert made.status_code == 200, made.json
    assert [one["unit"] for one in made.json["items"]] == [NEW]
    assert reader("POST", f"/parties/{B}/successions", json=merging()).status_code == 403
    line = reader("GET", f"/parties/{NEW}").json
    assert line["valid_from"] == "2026-07-01"
    assert {one["other"] for one in line["before"]} == {A, B}
    everyone = reader("GET", "/parties?limit=5").json
    assert len(everyone["items"]) == 5
    assert everyone["next"] == 5
    named = admin(
        "POST",
        "/parties/fk/names",
        json={
            "name": "FK Mitt",
            "short_name": "FK",
            "takes_effect_on": "2026-09-01",
            "decision": "Beslut",
        },
    )
    assert named.json["valid_from"] == "2026-09-01"
    person = admin(
        "POST",
        "/parties/fk/people",
        json={"name": "Ny", "email": "ny@fk.example", "roles": ["reader"]},
    ).json
    assert person["roles"] == ["reader"]
    assert admin("GET", f"/people/{person['id']}").json == person
    gone = admin(
        "POST",
        f"/people/{person['id']}",
        json={"party": "fk", "roles": [], "active": False, "version": person["version"]},
    )
    assert gone.json["active"] is False
    unit_ = admin(
        "POST",
        "/parties/fk/units",
        json={"key": "fk-ett", "name": "FK ett", "short_name": "Ett", "kind": "office"},
    )
    assert unit_.json["party"]["unit"] == "fk-ett"
    contact = {"email": "ett@fk.example", "address": "", "version": 1}
    assert admin("POST", "/parties/fk-ett/contact", json=contact).json["email"] == "ett@fk.example"
