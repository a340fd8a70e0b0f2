"""The API's description: it says everything there is, nothing else, and what really happens."""

import re
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from atagande_agreements.parties.models import Role
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    STEERING,
    World,
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
            words = re.findall(r"\w+", operation.get("description", ""))
            named = {role for role in Role if role in words}
            assert named == set(allow.roles)


def test_what_is_answered_is_what_is_described(lived_world: World) -> None:
    # The demo's year, so that the lists have something in them.
    world = lived_world
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    people = (ADMINISTRATOR, CONVENER, STEERING, CLINIC_CHIEF)
    everyone = [{"Authorization": f"Bearer {world.token(who)}"} for who in people]
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        # How to make calls of a kind takes longer to work out than the calls take.
        cases = found.ok().as_strategy()
        for headers in everyone:
            try_operation(world, cases, headers)
        tried += 1
    assert tried > 20


def try_operation(world: World, cases: Any, headers: dict[str, str]) -> None:
    """Make a few calls of one kind and hold the answers to the description."""

    @settings(max_examples=4, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def try_it(case: Any) -> None:
        # A key of its own each time, so that no answer is a replayed one.
        world.keys += 1
        case.headers["Idempotency-Key"] = f"try-{world.keys}"
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    try_it()
