"""Competence in the demo's year: who reported, when, and how many were trained.

Sigtuna reaches its share after a course, Upplands Väsby falls below it when training runs out,
Arbetsförmedlingen never reports, and what came before the decision can't be assessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.competence.counts import Numbers, Training
from atagande_agreements.competence.places import places_for
from atagande_agreements.competence.verbs import report_competence

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Event, Year

SIP = ("sip",)
BASIC = ("medical_certificates", "social_insurance_rules", "insurance_medicine_support")
AT = time(9, 40)


@dataclass(frozen=True, slots=True)
class Reported:
    """A chief's report so many days before today: staff, and (days before today, people)."""

    ago: int
    who: str
    subjects: tuple[str, ...]
    staff: int
    trained: tuple[tuple[int, int], ...]


SIGTUNA = "enhetschef@sigtuna.example"
VASBY = "enhetschef@upplandsvasby.example"
SOLLENTUNA = "enhetschef@sollentuna.example"
CLINICS = (
    ("enhetschef.sollentuna@psykiatri.example", 14),
    ("enhetschef.sigtuna-vasby@psykiatri.example", 11),
    ("enhetschef.psykos@psykiatri.example", 9),
)
#: (days before today, how many at each clinic were not trained).
CLINICS_REPORT = ((335, 2), (140, 5), (25, 1))
REPORTS = (
    # Before the decision.
    Reported(416, SIGTUNA, (*SIP, *BASIC), 20, ((640, 9),)),
    Reported(344, SIGTUNA, (*SIP, *BASIC), 20, ((640, 9), (352, 3))),
    Reported(340, SOLLENTUNA, (*SIP, *BASIC), 24, ((498, 14), (410, 8))),
    Reported(338, VASBY, (*SIP, *BASIC), 16, ((690, 11), (380, 3))),
    Reported(331, "samverkan@fk.example", SIP, 12, ((520, 10),)),
    Reported(150, SIGTUNA, (*SIP, *BASIC), 20, ((352, 12), (162, 4))),
    Reported(146, SOLLENTUNA, (*SIP, *BASIC), 25, ((498, 14), (410, 8))),
    Reported(20, SIGTUNA, BASIC[:2], 20, ((352, 12), (162, 5))),
    Reported(17, VASBY, (*SIP, *BASIC), 16, ((690, 11), (380, 3))),
    Reported(12, SOLLENTUNA, (*SIP, *BASIC), 25, ((700, 9), (410, 8), (40, 5))),
    Reported(9, "samverkan@fk.example", SIP, 12, ((520, 10), (30, 1))),
)


def events(year: "Year") -> None:
    """Add the reports to the demo's year."""
    for one in REPORTS:
        year.add(year.on(-one.ago), AT, _report(year, one))
    for ago, missing in CLINICS_REPORT:
        for who, staff in CLINICS:
            trained = ((ago + 180, staff - missing),)
            year.add(year.on(-ago), AT, _report(year, Reported(ago, who, SIP, staff, trained)))


def _trained(today: date, rows: Sequence[tuple[int, int]]) -> tuple[Training, ...]:
    return tuple(Training(today - timedelta(days=ago), people) for ago, people in rows)


def _report(year: "Year", plan: Reported) -> "Event":
    def report(session: Session, at: datetime) -> None:
        person, as_of = year.person(session, plan.who), local_date(at)
        for subject in plan.subjects:
            report_competence(
                session,
                agreement=year.agreement,
                place=places_for(session, person, as_of)[0],
                subject=subject,
                as_of=as_of,
                numbers=Numbers(plan.staff, _trained(year.today, plan.trained)),
                person=person,
                now=at,
            )

    return report
