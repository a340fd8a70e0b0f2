"""The API's description: it says everything there is, nothing else, and what really happens."""

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from atagande_agreements.parties.models import Role
from atagande_plugin.demo.prepare import fill
from atagande_plugin.services import Services
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    STEERING,
    World,
    make_world,
)

CHECKS = (
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)


def described(world: World) -> dict[str, Any]:
    answer = world.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.get_json()
    return body


def test_every_route_is_described_and_nothing_else(sqlite_world: World) -> None:
    routes = {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in sqlite_world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    said = {
        (method, f"/api/v1{path}")
        for path, methods in described(sqlite_world)["paths"].items()
        for method in methods
    }
    assert said == routes


def test_the_description_is_whole(sqlite_world: World) -> None:
    document = described(sqlite_world)
    assert document["openapi"] == "3.1.0"
    text = str(document)
    for reference in re.findall(r"'\$ref': '([^']+)'", text):
        found: Any = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
    names = set()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            names.add(operation["operationId"])
            there = {one.get("name") for one in operation.get("parameters", [])}
            assert set(re.findall(r"\{(\w+)\}", path)) <= there
            assert any(status.startswith("2") for status in operation["responses"])
    assert len(names) == sum(len(methods) for methods in document["paths"].values())
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_change_takes_a_key_and_every_route_but_this_a_token(sqlite_world: World) -> None:
    document = described(sqlite_world)
    assert document["security"] == [{"bearer": []}]
    key = {"$ref": "#/components/parameters/IdempotencyKey"}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert (key in operation.get("parameters", [])) == (method == "post"), path
            assert ("security" in operation) == (path == "/openapi.json")


def test_every_route_says_its_roles(sqlite_world: World) -> None:
    declared = sqlite_world.app.extensions["atagande.routes"]
    for methods in described(sqlite_world)["paths"].values():
        for operation in methods.values():
            allow = declared[f"api.{operation['operationId']}"].allow
            named = {role for role in Role if re.search(rf"\b{role}\b", operation.get("description", ""))}
            assert named == set(allow.roles)


@pytest.fixture
def lived_in(database_url: str, tmp_path: Any) -> World:
    """A service with the demo's year, so that lists have something in them."""
    world = make_world(database_url, tmp_path / "data", filled=False)
    services: Services = world.services
    fill(services, world.now)
    return world


@pytest.mark.parametrize("who", [ADMINISTRATOR, CONVENER, STEERING, CLINIC_CHIEF])
def test_what_is_answered_is_what_is_described(lived_in: World, who: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", lived_in.app)
    headers = {"Authorization": f"Bearer {lived_in.token(who)}"}
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=4,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def try_it(case: Any) -> None:
            if case.method == "POST":
                # A key of its own each time, so that no answer is a replayed one.
                lived_in.keys += 1
                case.headers["Idempotency-Key"] = f"try-{lived_in.keys}"
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)

        try_it()
        tried += 1
    assert tried > 20
    lived_in.services.close()
