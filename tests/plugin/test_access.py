"""Every route, every role, and people of another association."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
)
from atagande_plugin.app import create_app
from atagande_plugin.auth import identity
from atagande_plugin.auth.models import ApiToken
from atagande_plugin.services import attach
from atagande_plugin.web.kernel import Section, check_declared
from support.bodies import readable
from support.world import NOW, World

#: Something for each kind of value in an address.
VALUES = {
    "int": 1,
    "token": "x" * 32,
    "key": "P3",
    "filename": "app.css",
}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield (endpoint, method, path) of every route, its values filled in."""
    for rule in app.url_map.iter_rules():
        values = {
            name: 1 if isinstance(converter, IntegerConverter) else VALUES.get(name, "x")
            for name, converter in rule._converters.items()
        }
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, path


def add_person(world: World, roles: tuple[Role, ...], *, foreign: bool = False) -> str:
    """Add a person with these roles, in ours or another association; return their address."""
    email = f"{'-'.join(roles) or 'none'}{'-foreign' if foreign else ''}@test.example"
    with world.writer() as session:
        association = session.scalars(select(Association).order_by(Association.id)).first()
        assert association is not None
        if foreign:
            association = Association(
                key="other", name="Annat förbund", short_name="Annat", address=None
            )
            session.add(association)
            session.flush()
        organisation = Organisation(
            association_id=association.id,
            key=f"org-{email}",
            name="En kommun",
            short_name="Kommun",
            kind=OrganisationKind.MUNICIPALITY,
        )
        session.add(organisation)
        session.flush()
        session.add(
            Person(
                association_id=association.id,
                organisation_id=organisation.id,
                name="Prov Person",
                email=email,
                created_at=NOW,
                grants=[RoleGrant(role=role) for role in roles],
            )
        )
        session.commit()
    return email


def call(world: World, email: str | None, method: str, path: str) -> Any:
    """Make a request as a person, through the door the path belongs to."""
    if path.startswith("/api/"):
        if email is None:
            return world.app.test_client().open(path, method=method, json={})
        return world.api(email)(method, path.removeprefix("/api/v1"), json={})
    visitor = world.client(email)
    return visitor.get(path) if method == "GET" else visitor.post(path)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_keeps_to_its_declaration(sqlite_world: World, role: Role | None) -> None:
    world = sqlite_world
    email = add_person(world, (role,)) if role else None
    declared = world.app.extensions["atagande.routes"]
    for endpoint, method, path in routes(world.app):
        access = declared[endpoint].allow
        status = call(world, email, method, path).status_code
        assert status < 500, (method, path, status)
        if access.public:
            assert status != 401, (method, path)
        elif role is None:
            assert status in {302, 401, 403}, (method, path, status)
        elif not access.allows(frozenset({role})):
            assert status == 403, (method, path, status)
        else:
            assert status != 401, (method, path, status)


def test_someone_of_another_association_finds_nothing_of_ours(sqlite_world: World) -> None:
    world = sqlite_world
    stranger = add_person(world, tuple(Role), foreign=True)
    with world.services.reader() as session:
        ours = [
            *session.scalars(select(Person.name).where(Person.email.notlike("%@test.example"))),
            "Resursteamens styrgrupp",
        ]
    for _endpoint, method, path in routes(world.app):
        if path.startswith("/static"):
            continue
        answer = call(world, stranger, method, path)
        assert answer.status_code < 500
        body = readable(answer.get_data())
        found = [name for name in ours if name in body]
        assert not found, (method, path, found)


def test_a_route_without_a_declaration_stops_the_start(sqlite_world: World) -> None:
    app = Flask("bare")
    attach(app, sqlite_world.services)
    app.add_url_rule("/hole", "hole", lambda: "open")
    with pytest.raises(RuntimeError, match="hole"):
        check_declared(app)


def test_a_declaration_can_not_be_left_out() -> None:
    with pytest.raises(TypeError, match="allow"):
        Section("s", __name__).route_for("/x")  # type: ignore[call-arg]  # that is the test


def test_a_revoked_token_opens_nothing(sqlite_world: World) -> None:
    email = add_person(sqlite_world, (Role.ADMINISTRATOR,))
    secret = sqlite_world.token(email)
    with sqlite_world.writer() as session:
        token = session.scalars(
            select(ApiToken).where(ApiToken.secret_hash == identity.hash_secret(secret))
        ).one()
        token.revoked_at = NOW
        session.commit()
    answer = sqlite_world.app.test_client().get(
        "/api/v1/agreements", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_cookie_does_not_open_the_api(sqlite_world: World) -> None:
    visitor = sqlite_world.client("administrator@suvs.example")
    assert visitor.get("/api/v1/agreements").status_code == 401


def test_a_form_from_elsewhere_is_refused(sqlite_world: World) -> None:
    visitor = sqlite_world.client("administrator@suvs.example")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert visitor.post("/logga-ut", headers=headers).status_code == 400
    assert visitor.client.post("/logga-ut", data={"csrf_token": "0" * 64}).status_code == 400
    assert visitor.client.post("/logga-ut").status_code == 400
    assert visitor.get("/").status_code == 200, "still signed in"


def test_every_answer_has_its_headers(sqlite_world: World) -> None:
    for path in ("/logga-in", "/healthz", "/nowhere", "/static/app.css", "/api/v1/agreements"):
        headers = sqlite_world.client().get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
    tab = sqlite_world.client().get("/tab/oversikt").headers["Content-Security-Policy"]
    assert "https://teams.microsoft.com" in tab


def test_cookies_demand_tls_where_there_is_tls(sqlite_world: World) -> None:
    settings = replace(sqlite_world.settings, base_url="https://atagande.example")
    app = create_app(settings, now=lambda: NOW)
    answer = app.test_client().post(
        "/installningar", data={"theme": "dark"}, base_url="https://atagande.example"
    )
    assert "Secure" in answer.headers["Set-Cookie"]
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert answer.headers["Strict-Transport-Security"]
    app.extensions["atagande"].close()


def test_an_administrator_is_told_why_cases_are_not_theirs(sqlite_world: World) -> None:
    page = sqlite_world.client("administrator@suvs.example").get("/sip")
    assert page.status_code == 403
    assert "Förbundet hanterar inte enskilda ärenden" in page.text
    assert "fråga förbundets administratör" not in page.text
