"""Worlds that differ only in how many cases there were, and all that an outsider can read of one.

What someone can't tell apart, they can't know: if a world with one case and one with four give an
outsider the same pages, files and answers at every moment, then no way of reckoning tells them.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from atagande_agreements.certificates.counts import Counts
from atagande_agreements.certificates.terms import half_year
from atagande_agreements.certificates.verbs import report_certificates
from atagande_agreements.standing.models import Subject
from atagande_agreements.standing.verbs import Said
from atagande_plugin.auth.access import Access
from atagande_plugin.figures import publish_job
from support.booking import booked
from support.followup import ask, sweep_now
from support.referrals import ALL, register, steps
from support.rivals import SLOT
from support.standing import give
from support.world import CONVENER, World, start_world

CLINIC = "sollentuna-mottagning"
#: What every case is judged by, decided before any.
DECIDED = {
    "answer_days": "15",
    "contact_days": "10",
    "assessment_days": "15",
    "plan_days": "15",
    "followup_days": "10",
    "letters_share": "90",
    "certificate_share": "50",
    "unclear_means": "När det inte står i intyget.",
}
#: Periods that an outsider asks about: a quarter, what holds it, and single days around a case.
PERIODS = ("2026-Q1", "2026-03-02--2026-03-02")
#: First parts of the addresses that take a period.
OF_PERIODS = (
    *("/matris", "/uppfoljning", "/overenskommelsen/", "/parter/", "/vantetider"),
    *("/api/v1/agreements/sgi0/matrix", "/api/v1/agreements/sgi0/followup"),
)
#: In addresses: what is put in the place of a name.
KEYS = {
    "/overenskommelsen/<key>": ("P3", "K4", "K8", "A7", "AF1", "P2"),
    "/overenskommelsen/parameter/<key>": ("answer_days", "followup_days"),
    "/parter/<key>": (CLINIC, "upplands-vasby", "af"),
    "/lakarintyg/<key>/<period>": (f"{CLINIC}/2026-H1",),
    "/gallring/<key>": ("enquiry", "referral", "sip"),
}
#: What differs from request to request, whatever is in the database; and the numbers of rows in the
#: API and of mails, which are given in turn to all rows of a table (see docs/decisions/0030).
_PASSING = re.compile(
    r'<input type="hidden" name="form_key"[^>]*>|value="[0-9a-f.:-]{32,}"'
    r'|<input [^>]*name="reference" [^>]*>|"(?:id|next)":[0-9]+|/utskick/[0-9]+'
)


@contextmanager
def another(folder: Path, filled: Path) -> Iterator[World]:
    """A world of its own on a copy of a filled SQLite file."""
    folder.mkdir()
    file = folder / "service.sqlite"
    shutil.copyfile(filled, file)
    world = start_world(f"sqlite:///{file}", folder / "data")
    yield world
    world.close()


@dataclass(frozen=True)
class Cases:
    """How many cases of each kind there are in the first quarter, all of them handled in time."""

    enquiries: int = 0
    sips: int = 0
    referrals: int = 0
    certificates_lacking: int = 0
    women: int = 0
    unasked: int = 0


def decide_all(world: World) -> None:
    """Let the group decide all that cases are judged by."""
    for key, value in DECIDED.items():
        world.decide(key, value, date(2026, 2, 1))


def add(world: World, cases: Cases) -> None:
    """Let the cases happen in March: Upplands Väsby's, with the clinic in Sollentuna."""
    begun = world.now
    for number in range(cases.sips):
        slot = SLOT + timedelta(weeks=number)
        booked(world, unit=CLINIC, slot=slot, requested_on=date(2026, 2, 23))
    for _ in range(cases.enquiries):
        ask(world, CLINIC, date(2026, 3, 2), date(2026, 3, 2))
    for _ in range(cases.referrals):
        steps(world, register(world), **ALL)
    world.now = begun


def report_half(world: World, cases: Cases) -> None:
    """Let the municipality report its first half-year."""
    with world.writer() as session:
        give(
            session,
            world,
            said=Said(works=True, people=40, women=cases.women, men=40 - cases.women),
            reported_on=date(2026, 7, 6),
        )
        give(
            session,
            world,
            Subject.UNASKED,
            Said(number=cases.unasked),
            reported_on=date(2026, 7, 6),
        )
        report_certificates(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, CLINIC),
            term=half_year("2026-H1"),
            counts=Counts(30, cases.certificates_lacking, 0),
            person=world.person(session, CONVENER),
            version=0,
            now=world.now,
        )
        session.commit()


def to(world: World, moment: datetime) -> None:
    """Let time pass, with all that the jobs do then."""
    world.now = moment
    sweep_now(world)
    publish_job(world.services)


def readable(app: Flask, allowed: Access) -> list[Rule]:
    """Return the routes whose page someone of `allowed` may read, in a fixed order."""
    declared = app.extensions["atagande.routes"]
    return sorted(
        (
            rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ())
            and rule.endpoint != "static"
            and not allowed.roles.isdisjoint(declared[rule.endpoint].allow.roles)
        ),
        key=lambda rule: rule.rule,
    )


def addresses(app: Flask, allowed: Access) -> Iterator[str]:
    """Yield the addresses that an outsider opens, those of a period for each period."""
    for rule in readable(app, allowed):
        path = rule.rule.removeprefix("/api/v1")
        names = KEYS.get(path)
        prefix = rule.rule.removesuffix(path)
        if names is not None:
            stem = path.partition("<")[0]
            found = [f"{prefix}{stem}{name}" for name in names]
        elif path.startswith("/agreements/{key}") or ("<key>" in path and prefix):
            whole = path.replace("<key>", "sgi0")
            commitments = KEYS["/overenskommelsen/<key>"] if "<commitment>" in whole else ("",)
            found = [prefix + whole.replace("<commitment>", one) for one in commitments]
        elif "<" not in path:
            found = [rule.rule]
        else:
            continue
        for one in found:
            if "<" not in one:
                yield one
                if one.startswith(OF_PERIODS):
                    yield from (f"{one}?period={period}" for period in PERIODS)


def everything(world: World, email: str, allowed: Access) -> dict[str, str]:
    """Return all that someone can read, by address: pages, files, and answers of the API."""
    visitor, call = world.client(email), world.api(email)
    found = {}
    for path in addresses(world.app, allowed):
        if path.startswith("/api/v1"):
            answer = call("GET", path.removeprefix("/api/v1"))
        else:
            answer = visitor.get(path)
        body = answer.get_data()
        if b"\x00" in body[:200] or answer.mimetype == "application/zip":
            continue
        found[path] = f"{answer.status_code} {_PASSING.sub('', body.decode())}"
    return found
