"""What the steering group decides about deviations, in the browser."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import first_broken
from atagande_agreements.deviations.models import (
    DeviationState,
    Ending,
    Measure,
)
from atagande_agreements.ladder.models import Rung
from atagande_agreements.parties.models import Role, RoleGrant
from support import deviations as life
from support.deviation_pages import PAGE, decide, done, measured, only, page, replied
from support.world import (
    CLINIC_CHIEF,
    CONVENER,
    FK,
    READER,
    STEERING,
    World,
)


@pytest.fixture
def heard(sqlite_world: World) -> World:
    """A world on 16 April, with a deviation that its clinic has replied to; measures are used."""
    life.use(sqlite_world, Rung.MEASURE)
    life.miss(sqlite_world)
    replied(sqlite_world)
    return sqlite_world


def nobody_else(world: World, path: str, form: dict[str, str]) -> None:
    """Check that no role but the group's gets through, and that nothing came of trying."""
    before = only(world).version
    for role in Role:
        if role is Role.STEERING:
            continue
        with world.writer() as session:
            person = world.person(session, CLINIC_CHIEF)
            person.grants.clear()
            session.flush()
            person.grants.append(RoleGrant(role=role))
            session.commit()
        assert world.client(CLINIC_CHIEF).post(path, form).status_code in {403, 404}, (path, role)
    with world.writer() as session:
        person = world.person(session, CLINIC_CHIEF)
        person.grants.clear()
        session.flush()
        person.grants.append(RoleGrant(role=Role.UNIT_CHIEF))
        session.commit()
    assert only(world).version == before


def test_scenario_19_the_life_of_a_deviation(world: World) -> None:
    """DOMAIN.md §8, 19: opened → reply → measure → closed; only the steering group closes."""
    life.use(world, Rung.MEASURE)
    life.miss(world, reply_days="60")
    closing = {"paragraph": "14", "decided_on": "2026-04-16", "version": "1"}
    assert "Väntar på partens yttrande." in page(world)
    assert "juni 2026" not in page(world), "it would tell the day of one person's case"
    # A state can't be skipped: nobody is judged unheard.
    assert decide(world, "beslut", 1).status_code == 409
    assert measured(world, 1).status_code == 409

    reply = {"text": "Brevet blev liggande.", "version": "1"}
    assert world.client(CLINIC_CHIEF).post(f"{PAGE}/yttrande", reply).status_code == 303
    assert only(world).state is DeviationState.REPLIED
    assert "Parten är hörd. Styrgruppen beslutar." in page(world)

    world.now += timedelta(days=1)
    assert measured(world).headers["Location"] == PAGE
    assert only(world).state is DeviationState.MEASURE
    assert "Det är er tur. Åtgärden ska vara klar senast fredag 29 maj 2026." in page(
        world, CLINIC_CHIEF
    )
    world.now = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    assert done(world, 3).status_code == 303
    assert only(world).state is DeviationState.MEASURE
    assert "Åtgärden är gjord, säger" in page(world)

    nobody_else(world, f"{PAGE}/beslut", closing | {"version": "4"})
    world.now = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)
    closed = decide(world, "beslut", 4, paragraph="21", ending="done", diary_number="SUVS 2026/14")
    assert closed.status_code == 303
    kept = only(world)
    assert (kept.state, kept.ending) == (DeviationState.CLOSED, Ending.DONE)

    story = page(world, READER)
    assert "Stängd av styrgruppen onsdag 3 juni 2026, § 21." in story
    assert "Åtgärden är genomförd." in story
    assert "SUVS 2026/14" in story
    # Every change shows who and when, in the story and in the history beside it.
    for words, when, who in (
        ("Avvikelsen öppnades", "torsdag 16 april 2026 kl. 10.00", "Åtagande, automatiskt"),
        ("Parten yttrade sig", "torsdag 16 april 2026 kl. 10.00", "Enhetschef"),
        ("Styrgruppens beslut: åtgärd", "inskrivet fredag 17 april 2026 kl. 10.00", "Ordförande"),
        ("Åtgärden är gjord", "onsdag 20 maj 2026 kl. 11.00", "Enhetschef"),
        ("avvikelsen stängs", "inskrivet onsdag 3 juni 2026 kl. 11.00", "Ordförande"),
    ):
        told = re.search(re.escape(words) + r"</h3>(.{0,400})", story)
        assert told is not None, words
        assert when in told[1], (words, told[1])
        assert who in told[1], (words, told[1])
    with world.services.reader() as session:
        entries = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.object_type == "deviation")
            .order_by(AuditEntry.number)
        ).all()
        assert [one.action.removeprefix("deviation.") for one in entries] == [
            "opened",
            "reply",
            "measure",
            "measure_done",
            "closed",
        ]
        assert all(one.actor and one.at for one in entries)
        assert first_broken(session, 1) is None


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("beslut", {}),
        ("atgard", {"text": "x", "owner": life.CLINIC, "due_on": "2026-05-29"}),
        ("trappan", {"rung": "agenda"}),
        ("oppna", {}),
    ],
)
def test_only_the_group_decides(heard: World, path: str, form: dict[str, str]) -> None:
    sent = {"paragraph": "14", "decided_on": "2026-04-16", "version": "2"} | form
    nobody_else(heard, f"{PAGE}/{path}", sent)


@pytest.mark.parametrize("what", ["beslut", "atgard"])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paragraph": ""}, "Fyll i det här fältet"),
        ({"paragraph": "tolv"}, "vilken paragraf"),
        ({"paragraph": "§ 0"}, "vilken paragraf"),
        ({"decided_on": "2026-04-17"}, "har inte varit än"),
        ({"decided_on": "2019-01-01"}, "överenskommelsens första dag"),
        ({"note": "Gäller 19121212-1212."}, "personnummer"),
        ({"diary_number": "19121212-1212"}, "personnummer"),
    ],
)
def test_a_decision_that_lacks_something_changes_nothing_and_keeps_the_words(
    heard: World, what: str, changes: dict[str, str], words: str
) -> None:
    form = {"text": "Utse en mottagare.", "owner": life.CLINIC, "due_on": "2026-05-29"}
    refused = decide(heard, what, 2, **(form if what == "atgard" else {}), **changes)
    assert refused.status_code == 422
    assert words in refused.text
    if "note" not in changes:
        assert "Gruppen har läst yttrandet." in refused.text
    assert only(heard).state is DeviationState.REPLIED
    assert "19121212" not in page(heard)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "Fyll i det här fältet"),
        ({"owner": "ingen"}, "Välj vem som ska göra det."),
        ({"owner": "vardcentralen"}, "Välj vem som ska göra det."),
        ({"due_on": "2026-04-16"}, "Åtgärden ska vara klar efter att den beslutades"),
        ({"text": "Ring 19121212-1212."}, "personnummer"),
    ],
)
def test_a_measure_needs_words_an_owner_and_a_day_to_come(
    heard: World, changes: dict[str, str], words: str
) -> None:
    refused = measured(heard, **changes)
    assert refused.status_code == 422
    assert words in refused.text
    with heard.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Measure)) == 0


def test_the_page_proposes_the_groups_own_time_and_the_party(heard: World) -> None:
    shown = page(heard)
    assert 'name="due_on" value="2026-05-16"' in shown
    assert "Gruppen har bestämt 30 dagar." in shown
    assert '<option value="sollentuna-mottagning" selected>' in shown
    assert shown.count("button-primary") == 2, "the way to the form, and the form's own"


def test_a_measure_may_be_anothers_to_do(heard: World) -> None:
    measured(heard, owner="fk", text="Skicka brev till rätt mottagning.")
    assert "Det är er tur. Åtgärden ska vara klar" in page(heard, FK)
    start = " ".join(heard.client(FK).get("/").text.split())
    assert "Gör åtgärden för avvikelse A-1" in start
    assert "Senast fredag 29 maj 2026." in start
    assert "Gör åtgärden" not in heard.client(CLINIC_CHIEF).get("/").text
    party = " ".join(heard.client(READER).get("/parter/fk").text.split())
    assert "Åtgärd för avvikelse A-1" in party
    assert "1 åtgärd väntar på er." in heard.client(FK).get("/avvikelser").text
    heard.now = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    for who, status in ((CLINIC_CHIEF, 404), (CONVENER, 403), (STEERING, 403), (FK, 303)):
        assert done(heard, 3, who).status_code == status, who
    assert "Gör åtgärden" not in heard.client(FK).get("/").text


@pytest.mark.parametrize("day", ["2026-05-21", "2026-04-15"])
def test_a_measure_is_not_done_in_the_future_or_before_it_was_decided(
    heard: World, day: str
) -> None:
    measured(heard)
    heard.now = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    refused = done(heard, 3, done_on=day)
    assert refused.status_code == 422
    assert "Hon är utsedd." in refused.text
    assert "från och med beslutet" in refused.text


def test_a_measure_whose_day_has_passed_is_the_groups_to_decide_on(heard: World) -> None:
    measured(heard)
    heard.now = datetime(2026, 5, 30, 9, 0, tzinfo=UTC)
    shown = page(heard)
    assert "Åtgärden skulle ha varit klar 29 maj 2026. Styrgruppen beslutar." in shown
    assert "Tiden har gått ut" in heard.client(READER).get("/avvikelser?lage=atgard").text
    assert "Ersatt av en senare åtgärd." not in shown
    assert measured(heard, 3, due_on="2026-07-01").status_code == 303
    assert "Ersatt av en senare åtgärd." in page(heard)
    assert "senast 1 juli 2026" in page(heard)


def test_a_step_that_is_not_switched_on_is_said_to_be_so(sqlite_world: World) -> None:
    world = sqlite_world
    life.miss(world)
    replied(world)
    shown = page(world)
    assert "Gruppen har inte beslutat att använda:" in shown
    assert "/styrgruppen/trappan" in shown
    assert "Besluta en åtgärd" not in shown
    assert "Nästa steg i trappan" not in shown
    refused = measured(world)
    assert refused.status_code == 409
    assert "inte beslutat att använda det steget" in refused.text
    assert "Utse en mottagare av brev." in refused.text


def test_the_ladder_is_climbed_step_by_step_by_decision(heard: World) -> None:
    life.use(heard, Rung.AGENDA, Rung.BOARD)
    assert "Nästa steg i trappan: " not in page(heard), "a measure comes first"
    measured(heard)
    heard.now = datetime(2026, 5, 30, 9, 0, tzinfo=UTC)
    assert "Nästa steg i trappan: Eget ärende i styrgruppen" in page(heard)
    assert decide(heard, "trappan", 3, rung="board").status_code == 409
    assert decide(heard, "trappan", 3, rung="agenda").status_code == 303
    shown = page(heard, READER)
    assert "Styrgruppens beslut: nästa steg, eget ärende i styrgruppen" in shown
    assert "Steg i trappan: Eget ärende i styrgruppen." in shown
    again = decide(heard, "trappan", 3, rung="agenda", note="En gång till.")
    assert again.status_code == 409
    assert "En gång till." in again.text
    assert "nästa steg, eget ärende" in again.text


def test_a_contested_deviation_is_closed_only_with_an_answer(sqlite_world: World) -> None:
    world = sqlite_world
    life.miss(world)
    form = {"text": "Svaret lämnades i tid.", "contest": "1", "version": "1"}
    assert world.client(CLINIC_CHIEF).post(f"{PAGE}/yttrande", form).status_code == 303
    shown = page(world)
    assert "Parten bestrider. Styrgruppen beslutar." in shown
    assert "Parten bestrider att åtagandet inte hölls" in shown
    assert "Parten bestrider" in world.client(READER).get("/avvikelser").text
    silent = decide(world, "beslut", 2, note="")
    assert silent.status_code == 422
    assert "Skriv vad gruppen kom fram till och varför." in silent.text
    assert decide(world, "beslut", 2, ending="unfounded").status_code == 303
    assert "Åtagandet hölls, eller gick inte att hålla." in page(world)


def test_what_is_closed_is_opened_again_by_decision(heard: World) -> None:
    decide(heard, "beslut", 2)
    assert "Öppna avvikelsen igen" in page(heard)
    assert "Öppna avvikelsen igen" not in page(heard, CLINIC_CHIEF)
    assert decide(heard, "oppna", 3, paragraph="").status_code == 422
    heard.now = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    assert decide(heard, "oppna", 3, note="Det visade sig inte räcka.").status_code == 303
    shown = page(heard, CLINIC_CHIEF)
    assert "Det är er tur. Yttra er senast fredag 3 juli 2026." in shown
    assert "Det visade sig inte räcka." in shown
    assert decide(heard, "oppna", 4).status_code == 409


def test_a_late_decision_shows_the_evidence_that_came_meanwhile(heard: World) -> None:
    late = {"answered_on": "2026-04-16", "version": "1"}
    assert heard.client(CLINIC_CHIEF).post("/forfragningar/1/svar", late).status_code == 303
    stale = measured(heard)
    assert stale.status_code == 409
    assert "Underlag kom in." in stale.text
    assert "Utse en mottagare av brev." in stale.text
    assert measured(heard, 3).status_code == 303


def test_the_day_a_measure_was_decided_stands_in_its_history(heard: World) -> None:
    measured(heard)
    assert only(heard).group_turn_on == date(2026, 5, 30)
    shown = page(heard, READER)
    assert "Görs av Sollentuna psykiatriska mottagning, senast fredag 29 maj 2026." in shown
    assert "Styrgruppen beslutade en åtgärd" in shown
