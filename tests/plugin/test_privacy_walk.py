"""A personal number is refused at every door, and is then nowhere."""

import json
import logging
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from atagande_agreements.parties.models import Role, RoleGrant
from atagande_plugin import forms
from atagande_plugin.tables import metadata
from support.world import ADMINISTRATOR, World

NUMBER = "850709-9805"
SPELLINGS = (NUMBER, "19850709 9805", "８５０７０９-９８０５", "8507099805")


def everything(world: World) -> str:
    """Return all that the database holds, as text."""
    with world.services.reader() as session:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in session.execute(select(table))
        )


@pytest.fixture
def anyone(sqlite_world: World) -> str:
    """A person with every role, so that nothing but the number stands in the way."""
    with sqlite_world.writer() as session:
        person = sqlite_world.person(session, ADMINISTRATOR)
        held = {grant.role for grant in person.grants}
        person.grants.extend(RoleGrant(role=role) for role in Role if role not in held)
        session.commit()
    return ADMINISTRATOR


def doors(world: World) -> list[tuple[str, str, str | None]]:
    """Return (endpoint, path, input model) of every route that changes something."""
    declared = world.app.extensions["atagande.routes"]
    found = []
    for rule in world.app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()):
            continue
        values = {
            name: 1 if isinstance(converter, IntegerConverter) else "x" * 32
            for name, converter in rule._converters.items()
        }
        path = world.app.url_map.bind("localhost").build(rule.endpoint, values)
        found.append((rule.endpoint, path, declared[rule.endpoint].takes))
    return found


def send(world: World, email: str, path: str, data: dict[str, Any]) -> Any:
    if path.startswith("/api/"):
        return world.api(email)("POST", path.removeprefix("/api/v1"), json=data)
    return world.client(email).post(path, data)


def test_every_field_of_every_form_refuses_it(
    sqlite_world: World, anyone: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("atagande").propagate = True
    try:
        tried = 0
        for _endpoint, path, model in doors(sqlite_world):
            fields = list(forms.schema(model).model_fields) if model else []
            for field in [*fields, "unknown"]:
                answer = send(sqlite_world, anyone, path, {field: f"Gäller {NUMBER} i dag"})
                assert answer.status_code == 422, (path, field, answer.status_code)
                tried += 1
        assert tried > 30
    finally:
        logging.getLogger("atagande").propagate = False
    assert NUMBER not in everything(sqlite_world)
    logged = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    assert NUMBER not in logged


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_way_of_writing_it_gets_through(sqlite_world: World, anyone: str, spelling: str) -> None:
    answer = send(sqlite_world, anyone, "/forfragningar", {"reference": spelling})
    assert answer.status_code == 422
    assert "personnummer" in answer.text


def test_it_is_refused_in_addresses_keys_and_nested_json(sqlite_world: World, anyone: str) -> None:
    assert sqlite_world.client(anyone).get(f"/avvikelser?part={NUMBER}").status_code == 422
    assert sqlite_world.client(anyone).get(f"/overenskommelsen/{NUMBER}").status_code == 422
    api = sqlite_world.api(anyone)
    assert api("POST", "/enquiries", json={"a": [{"b": NUMBER}]}).status_code == 422
    assert api("POST", "/enquiries", json={"a": 198507099805}).status_code == 422
    assert api("POST", "/enquiries", json={NUMBER: "x"}).status_code == 422
    assert api("POST", "/enquiries", json={}, key=NUMBER).status_code == 422


def test_the_refusal_says_what_to_do_without_repeating_it(sqlite_world: World, anyone: str) -> None:
    problem = sqlite_world.api(anyone)("POST", "/enquiries", json={"reference": NUMBER})
    assert problem.json["code"] == "personal_number"
    assert NUMBER not in problem.text
