"""The list of contact points that is open to all."""

import csv
import io
import json
from datetime import date

import pytest

from atagande_agreements.sweep import sweep
from support.contact_pages import FORM, PARTY, add, confirm
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    OTHER_CLINIC_CHIEF,
    World,
)


@pytest.fixture
def decided(sqlite_world: World) -> World:
    """Six months are decided from 2 March 2026, and the sweep has run."""
    world = sqlite_world
    world.decide("contact_reconfirm_months", "6", date(2026, 3, 2))
    sweep(world.writer, world.now)
    return world


@pytest.fixture
def open_list(decided: World) -> World:
    """AF and a clinic have published their entries."""
    add(decided)
    confirm(decided)
    clinics = "/kontaktvagar/psykiatri-nordvast"
    add(
        decided,
        CLINIC_CHIEF,
        clinics,
        function="=Mottagningens brevlåda",
        email="",
        purpose="",
        unit="psykosmottagningen",
    )
    confirm(decided, OTHER_CLINIC_CHIEF, clinics)
    return decided


def test_the_open_list_is_chosen_and_searched_in_its_address(open_list: World) -> None:
    visitor = open_list.client()
    everything = visitor.get("/kontakter/suvs").text
    assert "2 kontaktvägar visas." in everything
    for query in ("part=af", "sok=sgi-HANDLÄGGARE", "sok=sjukskrivna"):
        page = visitor.get(f"/kontakter/suvs?{query}").text
        assert "1 kontaktväg visas." in page, query
        assert "brevlåda" not in page
    assert "Ingen kontaktväg stämmer" in visitor.get("/kontakter/suvs?sok=saknas").text
    assert visitor.get("/kontakter/suvs?sida=9999999999").status_code == 200
    assert 'href="tel:0812345678"' in everything
    assert 'href="mailto:sgi@af.example"' in everything


def test_json_says_what_the_page_says(open_list: World) -> None:
    answer = open_list.client().get("/kontakter/suvs.json")
    assert answer.content_type == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    body = json.loads(answer.text)
    assert body["association"]["key"] == "suvs"
    assert body["confirmed_within_months"] == 6
    (af,) = [one for one in body["parties"] if one["key"] == "af"]
    assert (af["confirmed_on"], af["current"]) == ("2026-03-02", True)
    assert af["entries"] == [
        {
            "function": "SGI-handläggare",
            "unit": None,
            "purpose": "Frågor om sjukskrivna utan SGI",
            "phone": "08-123 456 78",
            "email": "sgi@af.example",
            "address": "Demogatan 1, Sollentuna",
            "hours": "vardagar 8–11",
        }
    ]
    chosen = open_list.client().get("/kontakter/suvs.json?part=af").json
    assert [one["key"] for one in chosen["parties"]] == ["af"]


def test_csv_is_no_program(open_list: World) -> None:
    answer = open_list.client().get("/kontakter/suvs.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0][:3] == ["part", "enhet", "funktion"]
    assert len(rows) == 3
    assert "'=Mottagningens brevlåda" in {row[2] for row in rows}


def test_the_embedded_list_alone_may_stand_in_a_frame(open_list: World) -> None:
    framed = open_list.client().get("/kontakter/suvs/inbaddad")
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "script" not in framed.text
    assert "<form" not in framed.text
    assert "SGI-handläggare" in framed.text
    for path in ("/kontakter/suvs", "/kontakter/suvs.json", "/kontakter/suvs.csv", PARTY):
        policy_text = open_list.client(AF).get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy_text
    english = open_list.client().get("/kontakter/suvs/inbaddad?sprak=en")
    assert '<html lang="en">' in english.text


@pytest.mark.parametrize("path", ["/inbaddad", ".json", ".csv"])
def test_what_has_not_changed_is_not_sent_again(open_list: World, path: str) -> None:
    visitor = open_list.client()
    first = visitor.get(f"/kontakter/suvs{path}")
    assert "public" in first.headers["Cache-Control"]
    tag = {"If-None-Match": first.headers["ETag"]}
    again = visitor.get(f"/kontakter/suvs{path}", headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    signed_in = open_list.client(AF).get(f"/kontakter/suvs{path}", headers=tag)
    assert signed_in.status_code == 304, "it is the same for everyone"
    open_list.client(AF).post(f"{PARTY}/1", FORM | {"version": "1", "hours": "dygnet runt"})
    changed = visitor.get(f"/kontakter/suvs{path}", headers=tag)
    assert changed.status_code == 200
    assert "dygnet runt" in changed.text


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (ADMINISTRATOR, "/kontaktvagar"),
        (ADMINISTRATOR, PARTY),
        (ADMINISTRATOR, f"{PARTY}/1"),
        (None, "/kontakter/suvs"),
        (None, "/kontakter/suvs.json"),
    ],
)
def test_a_page_costs_few_queries(open_list: World, who: str | None, path: str) -> None:
    visitor = open_list.client(who)
    with count_queries(open_list.services.engine) as queries:
        assert visitor.get(path).status_code == 200
    assert len(queries) <= 12
