"""Someone outside tries to work out a small number of cases, with all that they can read.

Two worlds differ only in the number of some cases. If anything that an outsider reads at any moment
differs, the number can be told; if nothing does, no sum, difference, report or file can tell it.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atagande_agreements.parties.models import Role
from atagande_plugin.auth.access import FOLLOWERS, Access, roles
from support.case_worlds import (
    Cases,
    add,
    addresses,
    another,
    decide_all,
    everything,
    readable,
    report_half,
    to,
)
from support.world import ADMINISTRATOR, OTHER_CONVENER, STEERING, World

READERS = {
    ADMINISTRATOR: roles(Role.ADMINISTRATOR),
    STEERING: roles(Role.STEERING),
    OTHER_CONVENER: FOLLOWERS,
}
RUNNING = datetime(2026, 3, 30, 9, tzinfo=UTC)
OVER = datetime(2026, 5, 4, 9, tzinfo=UTC)
REPORTED = datetime(2026, 7, 6, 9, tzinfo=UTC)
HALF_OVER = datetime(2026, 8, 3, 9, tzinfo=UTC)


#: Addresses of one thing that the attack does not open, and why they tell no number of cases.
PLACED = {
    "as_seen: clause, party, quarter, late or not": (
        "/api/v1/deviations/<int:number> /avvikelser/<int:deviation_id>",
        "/avvikelser/<int:deviation_id>/brev/<int:letter_id>",
        "/avvikelser/<int:deviation_id>/tillsammans",
    ),
    "figures.read: what is published": (
        "/api/v1/reports/<int:number> /api/v1/reports/<int:number>/files/<format>",
        "/rapporter/<int:number> /rapporter/<int:number>/fil/<name>",
        "/rapporter/<int:number>/kontroll /rapporter/<int:number>/lage",
        "/api/v1/certificates/<int:number> /api/v1/self-reports/<int:number>",
        "/redovisning/<kind>/<term>",
    ),
    "retention: no number of cases": ("/gallring/<key>/beslut /gallring/<key>/undantag",),
    "a decision's effect: no number of cases": ("/overenskommelsen/parameter/<key>/verkan",),
    "meetings that are never a SIP": (
        "/api/v1/meetings/<int:number> /api/v1/meetings/<int:number>/agenda",
        "/api/v1/meetings/<int:number>/attendance /api/v1/meetings/<int:number>/materials",
        "/api/v1/meetings/<int:number>/invitations/<int:invitation>/trail",
        "/api/v1/meetings/<int:number>/minutes /api/v1/meetings/<int:number>/proposals",
        "/api/v1/polls/<int:number> /api/v1/series/<int:number> /moten/<int:number>",
        "/moten/<int:number>/andra /moten/<int:number>/fragor /moten/<int:number>/material",
        "/moten/<int:number>/kallelser/<int:invitation> /moten/<int:number>/narvaro",
        "/moten/<int:number>/kallelser/<int:invitation>/mejl/<int:message>",
        "/moten/<int:number>/ta-bort /moten/serier/<int:number>",
        "/moten/serier/<int:number>/andra /moten/serier/<int:number>/stall-in",
        "/gemensam-tid/omrostningar/<int:number> /styrgruppen/moten/<int:number>",
        "/styrgruppen/moten/<int:number>/protokoll",
        "/styrgruppen/moten/<int:number>/protokoll/<int:which>",
        "/styrgruppen/moten/<int:number>/protokoll/<int:which>.pdf",
    ),
    "mails that are never a SIP's": ("/utskick/<int:number>",),
    "no cases: documents, decisions, parties, people, hours, contact points": (
        "/api/v1/agreements/<key>/documents/<document>/versions/<int:number>",
        "/api/v1/agreements/<key>/documents/<document>",
        "/api/v1/agreements/<key>/documents/<document>/difference",
        "/api/v1/agreements/<key>/documents/<document>/versions",
        "/api/v1/agreements/<key>/governing-documents/<int:number>",
        "/api/v1/agreements/<key>/parameters/<parameter> /api/v1/clinics/<key>/hours",
        "/api/v1/contacts/<int:number> /api/v1/decisions/<int:number>",
        "/api/v1/feeds/<int:number> /api/v1/parties/<party> /api/v1/people/<int:number>",
        "/api/v1/services/<int:number> /brevmallar/<mall> /dokument/<key>",
        "/dokument/<key>/<int:first>-<int:second> /dokument/<key>/<int:number>",
        "/dokument/<key>/beslut /dokument/<key>/jamfor /dokument/<key>/ny",
        "/dokument/styrdokument/<int:number> /kontaktvagar/<key>",
        "/kontaktvagar/<key>/<int:number> /kontaktvagar/<key>/ny",
        "/mottagningar/<key>/oppettider /mottagningar/<key>/oppettider/ny-stangning",
        "/mottagningar/<key>/oppettider/nya-tider",
        "/mottagningar/<key>/oppettider/stangt/<int:number>",
        "/mottagningar/<key>/oppettider/tider/<int:number>",
        "/parter/<key>/andra /parter/<key>/efterfoljare /parter/<key>/enhet",
        "/parter/<key>/namn /parter/<key>/personer /parter/person/<int:person_id>",
        "/styrgruppen/beslut/<int:number> /styrgruppen/trappan/<steg>",
    ),
}


def test_every_address_that_the_association_reaches_is_tried_or_placed(sqlite_world: World) -> None:
    """A new page or answer is read by the attack itself, or it is said here what it tells."""
    association = roles(Role.ADMINISTRATOR, Role.STEERING, Role.READER)
    placed = {one for listed in PLACED.values() for line in listed for one in line.split()}
    tried = {path.partition("?")[0] for path in addresses(sqlite_world.app, association)}
    reached = {rule.rule for rule in readable(sqlite_world.app, association)}
    open_ = {
        one
        for one in reached - placed
        if "<" in one and not any(matches(one, path) for path in tried)
    }
    assert open_ == set(), "say what they tell of cases"
    assert placed <= reached


def matches(rule: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"<[^>]+>", "[^/]+", rule), path) is not None


@pytest.fixture
def two(tmp_path: Path, filled_sqlite: Path) -> Iterator[tuple[World, World]]:
    """Two worlds that are alike, with everything decided."""
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(another(tmp_path / name, filled_sqlite))
            for name in ("one", "other")
        )
        decide_all(one)
        decide_all(other)
        yield one, other


def differences(two: tuple[World, World], email: str, allowed: Access) -> list[str]:
    one, other = (everything(world, email, allowed) for world in two)
    assert len(one) > 50
    return [path for path in {*one, *other} if one.get(path) != other.get(path)]


def live(world: World, cases: Cases) -> Iterator[datetime]:
    """Let the cases happen, and stop at every moment that someone may look."""
    add(world, cases)
    to(world, RUNNING)
    yield RUNNING
    to(world, OVER)
    world.now = REPORTED
    report_half(world, cases)
    to(world, HALF_OVER)
    yield HALF_OVER


#: Numbers that nobody outside may tell from each other.
FEW = Cases(enquiries=1, sips=1, referrals=1, certificates_lacking=1, women=2, unasked=1)
MORE = Cases(enquiries=4, sips=3, referrals=3, certificates_lacking=4, women=39, unasked=4)


@pytest.mark.parametrize("email", READERS)
def test_nobody_outside_tells_a_small_number_from_another(
    two: tuple[World, World], email: str
) -> None:
    for _moment in zip(live(two[0], FEW), live(two[1], MORE), strict=True):
        assert differences(two, email, READERS[email]) == []


def test_the_search_sees_a_number_that_may_be_told(two: tuple[World, World]) -> None:
    """It reads what it should: numbers that are published differ in its eyes."""
    few, many = Cases(enquiries=6), Cases(enquiries=12)
    lives = zip(live(two[0], few), live(two[1], many), strict=True)
    assert next(lives)
    assert differences(two, STEERING, READERS[STEERING]) == [], "the running quarter is not told"
    assert next(lives)
    found = differences(two, STEERING, READERS[STEERING])
    assert any(path.startswith("/uppfoljning") for path in found)


def test_what_is_registered_late_is_not_told_by_a_difference(two: tuple[World, World]) -> None:
    """Six were published; then one world has one more, and the other four more."""
    for world in two:
        add(world, Cases(enquiries=6))
        to(world, OVER)
    # Both are read, so that both have as many sign-ins.
    before, _ = (everything(world, STEERING, READERS[STEERING]) for world in two)
    for world, more in zip(two, (1, 4), strict=True):
        add(world, Cases(enquiries=more))
        to(world, HALF_OVER)
    assert differences(two, STEERING, READERS[STEERING]) == []
    after = everything(two[0], STEERING, READERS[STEERING])
    path = "/uppfoljning?period=2026-Q1"
    assert ">6<" in before[path]
    assert ">6<" in after[path]
