"""The Teams manifest: valid by Microsoft's schema, and by what that schema does not see.

The schema in files/ is Microsoft's (package app-manifest 1.1.2, MIT licence).
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest

from support.world import World

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "tests/files/teams-manifest-1.25.schema.json"
ICONS = ROOT / "plugin/atagande_plugin/web/static/teams"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def test_it_fits_microsofts_schema(manifest: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)
    faults = [error.message for error in validator(schema).iter_errors(manifest)]
    assert faults == []


def test_every_address_is_https_and_its_host_is_allowed(manifest: dict[str, Any]) -> None:
    ours = {key: value for key, value in manifest.items() if key != "$schema"}
    addresses = [urlsplit(text) for text in texts(ours) if "://" in text]
    assert addresses
    assert {one.scheme for one in addresses} == {"https"}
    assert {one.hostname for one in addresses} <= set(manifest["validDomains"])


def test_the_personal_tab_is_a_page_of_ours(manifest: dict[str, Any], sqlite_world: World) -> None:
    tab = next(one for one in manifest["staticTabs"] if one["entityId"] == "oversikt")
    answer = sqlite_world.client().get(urlsplit(tab["contentUrl"]).path)
    assert answer.status_code == 200
    assert "https://teams.microsoft.com" in answer.headers["Content-Security-Policy"]
    for address in ("websiteUrl", "privacyUrl", "termsOfUseUrl"):
        path = urlsplit(manifest["developer"][address]).path or "/"
        assert sqlite_world.client().get(path).status_code in {200, 302}


@pytest.mark.parametrize(("name", "size"), [("color.png", 192), ("outline.png", 32)])
def test_the_icons_have_their_sizes(name: str, size: int) -> None:
    head = (ICONS / name).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (size, size)
