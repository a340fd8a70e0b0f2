"""The year of the ladder: which steps the group switched on, and the one it has not decided on."""

from datetime import datetime, time
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.verbs import decide_step
from atagande_plugin.demo import script

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Event, Year

CHAIR = "ordforande@suvs.example"
#: Step -> (calendar days, what the minutes say). The board is not decided on.
USED = (
    (Rung.REMINDER, 14, "Vi påminner två veckor före sista dagen."),
    (Rung.MEASURE, 60, "En åtgärd ska i regel vara klar inom två månader."),
    (Rung.AGENDA, 0, "Det som inte blir gjort tas upp på nästa möte."),
    (Rung.NOTICE, 30, "Hjälper inte det skriver vi till partens ledning."),
)


def events(year: "Year") -> None:
    """Let the group's first meeting switch on all steps but the last."""
    for rung, days, note in USED:
        year.add(year.on(-script.STEERING_MEETINGS[0]), time(11, 30), _use(year, rung, days, note))


def _use(year: "Year", rung: Rung, days: int, note: str) -> "Event":
    def use(session: Session, at: datetime) -> None:
        decide_step(
            session,
            agreement=year.agreement,
            rung=rung,
            is_used=True,
            days=days,
            valid_from=local_date(at),
            decided_on=local_date(at),
            paragraph=year.next_paragraph(),
            note=note,
            person=year.person(session, CHAIR),
            now=at,
        )

    return use
