"""Första möten med AF: the pages and the API, and who sees nothing of them."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.parties.models import Role, RoleGrant
from atagande_agreements.referrals import verbs
from atagande_agreements.referrals.models import Referral
from support.queries import count_queries
from support.referrals import act, decide_all, register, steps
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

NUMBER = "850709-9805"
LATER = datetime(2026, 3, 20, 12, tzinfo=UTC)


def page_text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def version(world: World, number: int) -> str:
    with world.services.reader() as session:
        return str(session.get_one(Referral, number).version)


def test_a_municipality_follows_a_case_from_referral_to_meeting(world: World) -> None:
    decide_all(world)
    convener = world.client(CONVENER)
    assert "Ingen hänvisning är registrerad än" in page_text(convener.get("/forsta-moten"))
    form = convener.get("/forsta-moten/ny").get_data(as_text=True)
    assert re.search(r'name="reference" value="[A-Z0-9]{4}-[A-Z0-9]{4}"', form)
    made = convener.post("/forsta-moten", {"reference": "a7k2-9qxm", "referred_on": "2026-02-16"})
    assert made.status_code == 303
    path = made.location
    page = page_text(convener.get(path))
    assert "Hänvisning A7K2-9QXM" in page
    assert "Klienten väntar på kontakt med en handläggare." in page
    assert "Senast 2 mars 2026" in page
    said = {
        "referred_on": "2026-02-16",
        "contacted_on": "2026-02-18",
        "assessed_on": "",
        "assessment": "",
        "planned_on": "",
        "version": "1",
    }
    assert convener.post(f"{path}/steg", said).status_code == 303
    assert "Klienten väntar på en bedömning." in page_text(convener.get(path))
    refused = convener.post(f"{path}/mote", {"meeting_on": "2026-03-12", "version": "2"})
    assert refused.status_code == 422
    assert "Samtycke till mötet är inte bekräftat" in page_text(refused)
    assert convener.post(f"{path}/samtycke", {"version": "2"}).status_code == 422
    consent = {"consent": "1", "version": "2"}
    assert convener.post(f"{path}/samtycke", consent).status_code == 303
    booked = convener.post(f"{path}/mote", {"meeting_on": "2026-03-12", "version": "3"})
    assert booked.status_code == 303
    world.now = LATER
    convener = world.client(CONVENER)
    assert "Berätta vem som var med på första mötet." in page_text(convener.get(path))
    about = {"material_on": "2026-03-09", "attended_by": "coach", "wish": "", "version": "4"}
    assert convener.post(f"{path}/om-motet", about).status_code == 303
    page = page_text(convener.get(path))
    assert "Med på mötet Coachen" in page
    assert "Underlaget klart: 9 mars 2026" in page
    listed = page_text(convener.get("/forsta-moten"))
    assert "1 hänvisning från er pågår." in listed
    assert "Från hänvisning till kontakt 1 2" in listed
    assert "1 av 1 rapporterade möten" in listed


def test_a_stale_form_says_what_changed(world: World) -> None:
    number = register(world)
    steps(world, number, contacted_on=date(2026, 2, 18))
    convener = world.client(CONVENER)
    said = {"referred_on": "2026-02-16", "contacted_on": "2026-02-19", "version": "1"}
    answer = convener.post(f"/forsta-moten/{number}/steg", said)
    assert answer.status_code == 409
    shown = page_text(answer)
    assert "Det här har hänt sedan du öppnade sidan:" in shown
    assert "Kontakt: 18 februari 2026" in shown
    assert 'name="version" value="2"' in answer.get_data(as_text=True)


def test_consent_is_taken_back_and_the_case_called_off(world: World) -> None:
    number = register(world)
    act(world, number, verbs.confirm_consent)
    act(world, number, verbs.book_meeting, meeting_on=date(2026, 3, 12))
    convener, path = world.client(CONVENER), f"/forsta-moten/{number}"
    back = {"consent": "0", "version": version(world, number)}
    assert convener.post(f"{path}/samtycke", back).status_code == 303
    page = page_text(convener.get(path))
    assert "Tillbakataget 2 mars 2026" in page
    assert "Inte bokat" in page
    last = {"version": version(world, number)}
    assert convener.post(f"{path}/aterkalla", last).status_code == 303
    page = page_text(convener.get(path))
    assert "Återkallad måndag 2 mars 2026. Inget mer väntas." in page
    assert "Spara stegen" not in page
    late = convener.post(f"{path}/mote", {"meeting_on": "2026-03-12", "version": "9"})
    assert late.status_code == 409


def test_a_client_who_goes_alone_is_shown_as_such(world: World) -> None:
    number = register(world)
    act(world, number, verbs.confirm_consent)
    act(world, number, verbs.book_meeting, meeting_on=date(2026, 3, 12))
    convener = world.client(CONVENER)
    said = {"wish": "alone", "version": version(world, number)}
    assert convener.post(f"/forsta-moten/{number}/om-motet", said).status_code == 303
    shown = page_text(convener.get(f"/forsta-moten/{number}"))
    assert "Klienten vill gå själv. Mötet räknas inte i kommunens andel." in shown
    assert "Klienten ville gå själv" in page_text(convener.get("/forsta-moten"))


def test_arbetsformedlingen_sees_dates_and_the_municipality_and_no_reference(
    world: World,
) -> None:
    number = register(world, reference="A7K2-9QXM")
    steps(world, number, contacted_on=date(2026, 2, 18))
    chief = world.client(AF)
    page = page_text(chief.get("/forsta-moten"))
    assert "1 hänvisning till er pågår." in page
    assert "Upplands Väsby" in page
    assert "18 februari 2026" in page
    assert "A7K2" not in page
    assert "Registrera" not in page.replace("registrera", "")
    assert chief.get(f"/forsta-moten/{number}").status_code == 404
    assert chief.get("/forsta-moten/ny").status_code == 403
    api = world.api(AF)
    line = api("GET", "/referrals").json["items"][0]
    assert (line["reference"], line["organisation"]) == (None, "upplands-vasby")
    assert line["contacted_on"] == "2026-02-18"
    assert "A7K2" not in api("GET", "/referrals").text
    assert api("GET", f"/referrals/{number}").status_code == 404


def test_others_find_nothing(world: World) -> None:
    number = register(world, reference="A7K2-9QXM")
    for email in (OTHER_CONVENER, CLINIC_CHIEF, FK):
        visitor, api = world.client(email), world.api(email)
        assert "A7K2" not in visitor.get("/forsta-moten").get_data(as_text=True), email
        assert visitor.get(f"/forsta-moten/{number}").status_code == 404, email
        form = {"referred_on": "2026-02-16", "version": "1"}
        assert visitor.post(f"/forsta-moten/{number}/steg", form).status_code == 404, email
        assert api("GET", "/referrals").json["items"] == [], email
        assert api("GET", f"/referrals/{number}").status_code == 404, email
    assert "varken hänvisar klienter" in page_text(world.client(FK).get("/forsta-moten"))


PAGES = ("", "/ny", "/{n}")
POSTS = ("", "/{n}/steg", "/{n}/samtycke", "/{n}/mote", "/{n}/om-motet", "/{n}/aterkalla")
CALLS = ("/referrals", "/referrals/durations?first=2026-01-01&last=2026-12-31", "/referrals/{n}")
API_POSTS = (
    "/referrals",
    *(f"/referrals/{{n}}/{one}" for one in ("steps", "consent", "meeting", "about-meeting")),
    "/referrals/{n}/withdrawal",
)


def all_forbidden(world: World, email: str, number: int) -> None:
    visitor, api = world.client(email), world.api(email)
    for page in PAGES:
        path = f"/forsta-moten{page.format(n=number)}"
        assert visitor.get(path).status_code == 403, (email, path)
    for post in POSTS:
        path = f"/forsta-moten{post.format(n=number)}"
        form = {
            "version": "1",
            "consent": "1",
            "reference": "B7K2-9QXM",
            "referred_on": "2026-02-16",
        }
        known = {
            "": ("reference", "referred_on"),
            "/{n}/steg": ("version", "referred_on"),
            "/{n}/samtycke": ("version", "consent"),
        }.get(post, ("version",))
        answer = visitor.post(path, {name: form[name] for name in known})
        assert answer.status_code == 403, (email, path)
        assert "A7K2" not in answer.get_data(as_text=True)
    for call in CALLS:
        assert api("GET", call.format(n=number)).status_code == 403, (email, call)
    for call in API_POSTS:
        body: dict[str, Any] = {"version": 1}
        if call == "/referrals":
            body = {"reference": "B7K2-9QXM", "referred_on": "2026-02-16"}
        elif call.endswith("steps"):
            body = {"version": 1, "referred_on": "2026-02-16"}
        elif call.endswith("consent"):
            body = {"version": 1, "consent": True}
        assert api("POST", call.format(n=number), json=body).status_code == 403, (email, call)


def test_the_associations_people_never_open_a_referral(world: World) -> None:
    number = register(world, reference="A7K2-9QXM")
    for email in (ADMINISTRATOR, STEERING, READER):
        all_forbidden(world, email, number)
        assert "/forsta-moten" not in world.client(email).get("/").get_data(as_text=True)


def test_nor_with_every_role(sqlite_world: World) -> None:
    number = register(sqlite_world, reference="A7K2-9QXM")
    with sqlite_world.writer() as session:
        person = sqlite_world.person(session, ADMINISTRATOR)
        person.grants.extend(RoleGrant(role=one) for one in (Role.CONVENER, Role.UNIT_CHIEF))
        session.commit()
    all_forbidden(sqlite_world, ADMINISTRATOR, number)


@pytest.mark.parametrize("field", ["reference", "referred_on"])
def test_a_personal_number_is_refused(sqlite_world: World, field: str) -> None:
    form = {"reference": "A7K2-9QXM", "referred_on": "2026-02-16"} | {field: NUMBER}
    answer = sqlite_world.client(CONVENER).post("/forsta-moten", form)
    assert answer.status_code == 422
    assert "personnummer" in page_text(answer)
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(Referral)).all() == []


def test_the_api_follows_a_whole_case(world: World) -> None:
    decide_all(world)
    api = world.api(CONVENER)
    made = api("POST", "/referrals", json={"reference": "A7K2-9QXM", "referred_on": "2026-02-16"})
    assert made.status_code == 201
    path = made.headers["Location"].removeprefix("/api/v1")
    line = made.json
    assert line["standing"]["af_contact"] == {
        "status": "pending",
        "due_on": "2026-03-02",
        "days_late": 0,
    }
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "steps",
            {
                "referred_on": "2026-02-16",
                "contacted_on": "2026-02-18",
                "assessed_on": "2026-02-20",
                "assessment": "suits",
            },
        ),
        ("consent", {"consent": True}),
        ("meeting", {"meeting_on": "2026-03-12"}),
        ("about-meeting", {"wish": "support"}),
    )
    for step, body in calls:
        answer = api("POST", f"{path}/{step}", json=body | {"version": line["version"]})
        assert answer.status_code == 200, (step, answer.text)
        line = answer.json
    assert line["standing"]["af_assessment"]["status"] == "met"
    assert line["standing"]["first_meeting_consent"]["status"] == "pending"
    assert (line["meeting_on"], line["wish"]) == ("2026-03-12", "support")
    stale = api("POST", f"{path}/meeting", json={"meeting_on": None, "version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    took = api("GET", "/referrals/durations?first=2026-01-01&last=2026-12-31").json
    assert took["contact"] == {"number": 1, "median": 2.0, "lower": 2.0, "upper": 2.0}
    assert took["plan"]["median"] is None
    gone = api("POST", f"{path}/withdrawal", json={"version": line["version"]})
    assert gone.json["withdrawn_on"] == "2026-03-02"
    assert api("GET", "/referrals?ongoing=true").json["items"] == []


def test_the_pages_cost_at_most_twelve_queries(world: World) -> None:
    number = register(world)
    convener = world.client(CONVENER)

    def costs() -> list[int]:
        found = []
        for path in ("/forsta-moten", "/forsta-moten/ny", f"/forsta-moten/{number}"):
            with count_queries(world.services.engine) as sent:
                assert convener.get(path).status_code == 200
            found.append(len(sent))
        return found

    few = costs()
    for _ in range(4):
        steps(world, register(world), contacted_on=date(2026, 2, 18))
    assert costs() == few
    assert max(few) <= 12


def test_the_list_is_paged(sqlite_world: World) -> None:
    for _ in range(51):
        register(sqlite_world)
    convener = sqlite_world.client(CONVENER)
    assert "Sida 1 av 2" in page_text(convener.get("/forsta-moten"))
    second = page_text(convener.get("/forsta-moten?visa=alla&sida=2"))
    assert "Sida 2 av 2" in second
    assert second.count("HEMLIG-") == 1
