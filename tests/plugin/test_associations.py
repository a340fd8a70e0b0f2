"""Several associations live in one installation and never see each other.

Ours is busy; the other has the same agreement, with the same keys, and one person with every
role. Whatever they open, there is nothing of ours in it, and no number of ours opens anything.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from atagande_agreements import audit
from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_agreements.enquiries.verbs import register_enquiry
from atagande_agreements.parties.models import Association, Organisation, Person, Role, RoleGrant
from atagande_agreements.register.agreement_file import parse, shipped_text
from atagande_agreements.register.importer import import_agreement
from atagande_agreements.sweep import sweep
from support.bodies import readable
from support.booking import booked, published
from support.world import ADMINISTRATOR, CONVENER, World

STRANGER = "allt@annat.example"
CLINIC = "sollentuna-mottagning"
OURS = "VÅRT-EGET-MÖTE"
#: Keys that both associations have, for each kind of value in an address.
KEYS = {
    "key": CLINIC,
    "party": "sollentuna",
    "unit": CLINIC,
    "organisation": "sollentuna",
    "parameter": "answer_days",
}
AGREEMENT_KEY = "/agreements/"


def two_associations(world: World) -> None:
    """Fill ours, and add the other with the same agreement and names of its own."""
    world.decide("answer_days", "10", date(2026, 1, 1))
    published(world, title=OURS)
    booked(world)
    with world.writer() as session:
        register_enquiry(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, CLINIC),
            person=world.person(session, CONVENER),
            sent_on=date(2026, 1, 12),
            reference="OURS-REF1",
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            now=world.now,
        )
        session.commit()
    sweep(world.writer, world.now)
    file, faults = parse(shipped_text(), filename="suvs.toml")
    assert file is not None, faults
    file = replace(
        file,
        association=replace(file.association, name="Annat förbund", short="ANNAT"),
        steering_group=replace(file.steering_group, name="Annan styrgrupp"),
        organisations=tuple(
            replace(one, name=f"Part {number}", short=f"P{number}", email=None)
            for number, one in enumerate(file.organisations)
        ),
        units=tuple(
            replace(one, name=f"Enhet {number}", short=f"E{number}", address=None, email=None)
            for number, one in enumerate(file.units)
        ),
    )
    with world.writer() as session:
        import_agreement(session, file, actor=audit.Actor.job("test"), now=world.now)
        other = session.scalars(select(Association).where(Association.key == "annat")).one()
        body = session.scalars(
            select(Organisation).where(
                Organisation.association_id == other.id, Organisation.key == "sollentuna"
            )
        ).one()
        session.add(
            Person(
                association_id=other.id,
                organisation_id=body.id,
                name="Annan Person",
                email=STRANGER,
                created_at=world.now,
                grants=[RoleGrant(role=role) for role in Role],
            )
        )
        session.commit()


def of_ours(world: World) -> list[str]:
    """Return words that only ours has."""
    with world.writer() as session:
        ours = session.scalars(select(Association).order_by(Association.id)).first()
        assert ours is not None
        people = session.scalars(select(Person).where(Person.association_id == ours.id)).all()
        return [
            OURS,
            "OURS-REF1",
            "Sollentuna psykiatriska",
            "Resursteamens styrgrupp",
            *(one.name for one in people),
            *(one.email for one in people),
        ]


def addresses(app: Flask, numbers: tuple[int, ...]) -> Iterator[tuple[str, str, bool]]:
    """Yield (endpoint, address, whether a row's number is in it) of every route that reads."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        numbered = any(isinstance(one, IntegerConverter) for one in rule._converters.values())
        for number in numbers if numbered else (1,):
            values = {
                name: number if isinstance(one, IntegerConverter) else _key(str(rule), name)
                for name, one in rule._converters.items()
            }
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(rule.endpoint, values)
            yield rule.endpoint, path, numbered


def _key(rule: str, name: str) -> str:
    if name == "key" and AGREEMENT_KEY in rule:
        return "sgi0"
    if name == "key" and rule.startswith("/overenskommelsen/") and "parameter" not in rule:
        return "P3"
    if name == "key" and "parameter" in rule:
        return "answer_days"
    return KEYS.get(name, "2026-H1")


def opened(world: World, path: str) -> Any:
    if path.startswith("/api/"):
        return world.api(STRANGER)("GET", path.removeprefix("/api/v1"))
    return world.client(STRANGER).get(path)


def test_no_page_and_no_list_shows_anything_of_another_association(sqlite_world: World) -> None:
    world = sqlite_world
    two_associations(world)
    words = of_ours(world)
    declared = world.app.extensions["atagande.routes"]
    shown = 0
    for endpoint, path, numbered in addresses(world.app, (1, 2)):
        if declared[endpoint].allow.public:
            continue
        answer = opened(world, path)
        assert answer.status_code < 500, (path, answer.status_code)
        text = readable(answer.get_data())
        assert not [one for one in words if one in text], path
        shown += answer.status_code == 200
        if numbered:
            assert answer.status_code == 404, (path, answer.status_code)
    assert shown > 20, "the other association has pages of its own"


def test_nothing_of_another_association_can_be_changed(sqlite_world: World) -> None:
    world = sqlite_world
    two_associations(world)
    visitor = world.client(STRANGER)
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)
        number, version = person.id, person.version
    change = {"party": "sollentuna", "roles": ["reader"], "active": "1", "version": str(version)}
    assert visitor.post(f"/parter/person/{number}", change).status_code == 404
    api = world.api(STRANGER)
    body = {"party": "sollentuna", "roles": [], "active": False, "version": version}
    assert api("POST", f"/people/{number}", json=body).status_code == 404
    with world.writer() as session:
        assert world.person(session, ADMINISTRATOR).active


def test_the_same_keys_merge_in_one_association_and_not_in_the_other(world: World) -> None:
    two_associations(world)
    sent = {
        "kind": "merged",
        "units": ["sigtuna-upplands-vasby-mottagning"],
        "key": "norra",
        "name": "Norra",
        "short_name": "Norra",
        "takes_effect_on": "2026-07-01",
        "decision": "Beslut",
    }
    assert world.client(STRANGER).post(f"/parter/{CLINIC}/efterfoljare", sent).status_code == 303
    ours = world.client(ADMINISTRATOR).get("/parter").text
    assert "Norra" not in ours
    assert "Därefter" not in ours
    assert (
        world.client(ADMINISTRATOR).post(f"/parter/{CLINIC}/efterfoljare", sent).status_code == 303
    )
    theirs, mine = (world.client(email).get("/parter").text for email in (STRANGER, ADMINISTRATOR))
    assert "Enhet 0" in theirs
    assert "Enhet 0" not in mine


@pytest.mark.parametrize("email", [STRANGER, ADMINISTRATOR])
def test_each_counts_only_its_own(sqlite_world: World, email: str) -> None:
    world = sqlite_world
    two_associations(world)
    agreement = world.api(email)("GET", "/agreements/sgi0")
    assert agreement.status_code == 200
    assert agreement.json["obligations"] == 93
    assert len(world.api(email)("GET", "/parties?limit=100").json["items"]) in {10, 13}
