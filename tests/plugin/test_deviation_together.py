"""Deviations that are decided together, people who act at once, and the list."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.queries import first_broken
from atagande_agreements.deviations.models import DeviationState, StepKind
from atagande_agreements.ladder.models import Rung
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_agreements.steering.models import Decision
from support import deviations as life
from support.deviation_pages import PAGE, decide, done, measured, only, page, replied
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    READER,
    STEERING,
    World,
)

TWO = ("sollentuna-mottagning", "psykosmottagningen")


@pytest.fixture
def two(sqlite_world: World) -> World:
    """A world with a deviation of each of two clinics, on the same day; measures are used."""
    life.use(sqlite_world, Rung.MEASURE)
    life.miss(sqlite_world, *TWO)
    return sqlite_world


def test_deviations_with_one_cause_are_decided_together(two: World) -> None:
    administrator = two.client(ADMINISTRATOR)
    chooser = " ".join(administrator.get("/avvikelser/2/tillsammans").text.split())
    assert "Samma åtagande eller samma dag" in chooser
    assert "A-1 P3" in chooser
    merged = administrator.post("/avvikelser/2/tillsammans", {"into": "1", "version": "1"})
    assert merged.headers["Location"] == PAGE
    assert "Avgörs tillsammans med A-1." in page(two, READER, 2)
    lead = page(two)
    assert "De här avgörs tillsammans med A-1" in lead
    assert '<a href="/avvikelser/2">A-2</a>' in lead
    listed = two.client(READER).get("/avvikelser").text
    assert listed.index(">A-1<") < listed.index("↳") < listed.index(">A-2<")

    replied(two)
    unheard = decide(two, "beslut", 2)
    assert unheard.status_code == 409
    assert "Alla som avgörs tillsammans har inte yttrat sig än: A-2." in unheard.text
    assert "Kvar: <a" in page(two)
    replied(two, number=2, who=OTHER_CLINIC_CHIEF)
    assert "Beslutet gäller också 1 avvikelse" in page(two)
    elsewhere = decide(two, "beslut", 3, 2)
    assert elsewhere.status_code == 409
    assert "Avvikelsen avgörs tillsammans med A-1." in elsewhere.text
    assert "Gruppen beslutar på sidan för A-1." in page(two, STEERING, 2)

    assert measured(two).status_code == 303
    assert "Åtgärden beslutades för dem som avgörs tillsammans." in page(two, READER, 2)
    two.now = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    done(two, 3)
    assert decide(two, "beslut", 4, ending="done").status_code == 303
    for number in (1, 2):
        assert only(two, number).state is DeviationState.CLOSED
        assert "Stängd av styrgruppen" in page(two, READER, number)
    assert "Avgjordes tillsammans med A-1." in page(two, READER, 2)


def test_one_of_several_is_parted_again(two: World) -> None:
    group = two.client(STEERING)
    group.post("/avvikelser/2/tillsammans", {"into": "1", "version": "1"})
    assert group.post("/avvikelser/2/for-sig", {"version": "1"}).status_code == 409
    parted = group.post("/avvikelser/2/for-sig", {"version": "2"})
    assert parted.status_code == 303
    assert "Avgörs för sig igen" in page(two, READER, 2)
    assert "De här avgörs tillsammans" not in page(two)
    twice = group.post("/avvikelser/2/for-sig", {"version": "3"})
    assert twice.status_code == 409


@pytest.mark.parametrize("who", [CLINIC_CHIEF, READER, CONVENER])
def test_only_the_group_and_the_administrator_merge(two: World, who: str) -> None:
    visitor = two.client(who)
    assert visitor.get("/avvikelser/2/tillsammans").status_code == 403
    form = {"into": "1", "version": "1"}
    assert visitor.post("/avvikelser/2/tillsammans", form).status_code == 403
    assert visitor.post("/avvikelser/2/for-sig", {"version": "1"}).status_code == 403
    assert "/tillsammans" not in page(two, who, 2)


@pytest.mark.parametrize(("into", "status"), [("", 422), ("x", 422), ("2", 409), ("999", 404)])
def test_what_can_not_be_merged_is_refused(two: World, into: str, status: int) -> None:
    form = {"into": into, "version": "1"}
    refused = two.client(STEERING).post("/avvikelser/2/tillsammans", form)
    assert refused.status_code == status
    assert only(two, 2).merged_into_id is None


def test_two_who_decide_at_once_get_one_decision_and_the_other_sees_it(world: World) -> None:
    life.use(world, Rung.MEASURE)
    life.miss(world)
    replied(world)
    visitors = [world.client(STEERING) for _ in range(2)]
    tokens = [one.form_token() for one in visitors]
    forms = [
        ("beslut", {"note": "Vi stänger."}),
        (
            "atgard",
            {
                "note": "Vi vill mer.",
                "text": "Utse någon.",
                "owner": life.CLINIC,
                "due_on": "2026-05-29",
            },
        ),
    ]
    start = threading.Barrier(2)
    answers: dict[str, Any] = {}

    def send(number: int) -> None:
        what, form = forms[number]
        sent = {"paragraph": "14", "decided_on": "2026-04-16", "version": "2"} | form
        start.wait(30)
        answers[what] = visitors[number].client.post(
            f"{PAGE}/{what}", data=sent | {"csrf_token": tokens[number]}
        )

    threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(one.status_code for one in answers.values()) == [303, 409]
    won = "beslut" if answers["beslut"].status_code == 303 else "atgard"
    lost = answers["atgard" if won == "beslut" else "beslut"].text
    assert "Det här har hänt sedan du öppnade sidan:" in lost
    words = {"beslut": "avvikelsen stängs", "atgard": "Styrgruppens beslut: åtgärd"}
    assert words[won] in lost
    assert ("Vi vill mer." if won == "beslut" else "Vi stänger.") in lost
    with world.services.reader() as session:
        kinds = [one.kind for one in life.numbered(session).steps]
        assert kinds == [
            StepKind.REPLY,
            StepKind.CLOSED if won == "beslut" else StepKind.MEASURE,
        ]
        of_deviations = Decision.kind.in_(("close_deviation", "measure"))
        assert session.scalar(select(func.count()).where(of_deviations)) == 1
        assert first_broken(session, 1) is None


def test_the_list_is_filtered_by_state(two: World) -> None:
    replied(two)
    reader = two.client(READER)
    for word, there, gone in (
        ("oppen", "A-2", "A-1"),
        ("yttrande", "A-1", "A-2"),
    ):
        listed = reader.get(f"/avvikelser?lage={word}").text
        assert f">{there}<" in listed
        assert f">{gone}<" not in listed
    assert "Ingen aktiv avvikelse här" in reader.get("/avvikelser?lage=atgard").text
    assert "Ingen avslutad avvikelse här" in reader.get("/avvikelser?lage=stangd").text


def test_the_pages_keep_to_their_queries_however_much_has_happened(two: World) -> None:
    with two.writer() as session:
        held = {grant.role for grant in two.person(session, CLINIC_CHIEF).grants}
        person = two.person(session, CLINIC_CHIEF)
        person.grants.extend(RoleGrant(role=role) for role in Role if role not in held)
        session.commit()
    two.client(STEERING).post("/avvikelser/2/tillsammans", {"into": "1", "version": "1"})
    replied(two)
    replied(two, number=2, who=OTHER_CLINIC_CHIEF)
    measured(two)
    two.client(CLINIC_CHIEF).post(
        "/forfragningar/1/svar", {"answered_on": "2026-04-16", "version": "1"}
    )
    for who in (CLINIC_CHIEF, STEERING, READER):
        visitor = two.client(who)
        for path in (PAGE, "/avvikelser/2", "/avvikelser", "/avvikelser/2/tillsammans"):
            with count_queries(two.services.engine) as queries:
                status = visitor.get(path).status_code
            assert status == 200 or (who == READER and status == 403)
            assert len(queries) <= 12, (who, path, len(queries), queries)
