"""The description of the API (OpenAPI 3.1), made from its table of routes and their models."""

import json
import re
from functools import cache
from http import HTTPStatus
from importlib import import_module
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from atagande_agreements.db import HIGHEST_ID
from atagande_plugin import forms
from atagande_plugin.api import shapes
from atagande_plugin.api.endpoint import NUMBERS, Endpoint
from atagande_plugin.api.routes import ENDPOINTS, PREFIX

_REFERENCE = "#/components/schemas/{model}"
#: Fields of shared models that only a page has a use for: where it goes afterwards.
PAGE_ONLY = frozenset({"next"})
#: Status -> when it is answered.
PROBLEMS = {
    400: "The call can't be read, or lacks its Idempotency-Key.",
    401: "The bearer token is missing or revoked.",
    403: "The person's role does not reach this.",
    404: "It does not exist for this person.",
    409: "It was changed by someone else, or the key was used for another call.",
    422: "Something in the input has to be put right.",
}
_ABOUT = """Follows up what parties promised each other in a local agreement.

Moments are ISO 8601 with an offset and are answered in UTC; dates are Stockholm's. Lists go by
`after` and `limit`: `next` is what to send as `after`, and null at the end. A Swedish personal or
coordination number in any field is refused and stored nowhere. A change that follows a reading
sends back the `version` it read."""

Schema = dict[str, Any]


def _model(name: str) -> type[BaseModel]:
    module, _, model = f"shapes.{name}".rpartition(".")
    module = module.rpartition(".")[2]
    found: type[BaseModel] = getattr(import_module(f"atagande_plugin.api.{module}"), model)
    return found


@cache
def document() -> Schema:
    """Return the description."""
    taken = {one.takes: forms.schema(one.takes) for one in ENDPOINTS if one.takes}
    given = {one.gives: _model(one.gives) for one in ENDPOINTS if one.gives}
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "validation") for model in taken.values()),
        *((model, "serialization") for model in given.values()),
        (shapes.Problem, "serialization"),
    ]
    _mapping, made = models_json_schema(wanted, ref_template=_REFERENCE)
    schemas = made["$defs"]
    for model in taken.values():
        for field in PAGE_ONLY & schemas[model.__name__]["properties"].keys():
            del schemas[model.__name__]["properties"][field]
    paths: dict[str, Schema] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    paths["/openapi.json"] = {"get": _own_operation()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Åtagande", "version": version("atagande"), "description": _ABOUT},
        "servers": [{"url": PREFIX}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made with `atagande user token`; can do what its person can.",
                }
            },
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": True,
                    "description": "Your own key for this call. The same call again gets the same "
                    "answer and does nothing more.",
                    "schema": {"type": "string", "pattern": "^[A-Za-z_-][A-Za-z0-9_-]{0,79}$"},
                }
            },
        },
    }


@cache
def as_json() -> str:
    """Return the description as JSON text."""
    return json.dumps(document(), ensure_ascii=False)


def _operation(endpoint: Endpoint) -> Schema:
    success: Schema = {
        "description": endpoint.status.phrase,
        "content": {name: {"schema": {}} for name in endpoint.files}
        or {"application/json": {"schema": _reference(_model(endpoint.gives).__name__)}},
    }
    if endpoint.status is HTTPStatus.CREATED:
        success["headers"] = {
            "Location": {
                "description": "Where it is found from now on.",
                "schema": {"type": "string"},
            }
        }
    changes = endpoint.method == "POST"
    reads_input = changes or endpoint.asks is not None
    # A personal number can stand in an address as well.
    statuses = {401, 403, 422} if not changes else set(PROBLEMS)
    if "{" in endpoint.path or reads_input:
        statuses.add(404)
    operation: Schema = {
        "operationId": endpoint.name,
        "tags": [endpoint.path.split("/")[1]],
        "summary": endpoint.summary,
        "description": f"For: {', '.join(sorted(endpoint.allow.roles))}.",
        "parameters": _parameters(endpoint),
        "responses": {
            str(int(endpoint.status)): success,
            **{str(status): _problem(PROBLEMS[status]) for status in sorted(statuses)},
        },
    }
    if endpoint.takes is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {"schema": _reference(forms.schema(endpoint.takes).__name__)}
            },
        }
    return operation


def _own_operation() -> Schema:
    return {
        "operationId": "openapi",
        "tags": ["openapi.json"],
        "summary": "This description",
        "security": [],
        "responses": {
            "200": {
                "description": "OK",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _reference(name: str) -> Schema:
    return {"$ref": _REFERENCE.format(model=name)}


def _problem(description: str) -> Schema:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": _reference("Problem")}},
    }


def _parameters(endpoint: Endpoint) -> list[Schema]:
    """Return the parameters in the address, the query and the head of a call."""
    found: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": _in_path(name)}
        for name in re.findall(r"\{(\w+)\}", endpoint.path)
    ]
    if endpoint.asks is not None:
        schema = forms.schema(endpoint.asks).model_json_schema(ref_template=_REFERENCE)
        for name, of_field in schema["properties"].items():
            found.append({"name": name, "in": "query", "schema": _in_query(of_field, schema)})
    if endpoint.method == "POST":
        found.append({"$ref": "#/components/parameters/IdempotencyKey"})
    return found


def _in_path(name: str) -> Schema:
    if name in NUMBERS:
        return {"type": "integer", "minimum": 0, "maximum": HIGHEST_ID}
    return {"type": "string", "pattern": "^[a-z0-9_-]{1,64}$"}


def _in_query(field: Schema, schema: Schema) -> Schema:
    """Return a query's field: left out rather than null, its enumeration written out."""
    chosen = next((one for one in field.get("anyOf", [field]) if one.get("type") != "null"), field)
    if "$ref" in chosen:
        chosen = schema["$defs"][chosen["$ref"].rpartition("/")[2]]
    kept = {name: value for name, value in chosen.items() if name not in {"title", "description"}}
    if field.get("default") is not None:
        kept["default"] = field["default"]
    return kept
