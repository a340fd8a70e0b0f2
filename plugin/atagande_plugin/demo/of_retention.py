"""How long records are kept: what the group has decided, and one kind that is excepted.

The rest stands as proposals, so that nothing of it goes.
"""

from datetime import time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.retention import verbs
from atagande_plugin.demo.script import STEERING_MEETINGS
from atagande_plugin.retention import BY_KEY

if TYPE_CHECKING:
    from datetime import datetime

    from atagande_plugin.demo.year import Event, Year

CHAIR = "ordforande@suvs.example"
#: Key of a kind -> months, None: for ever. Decided at the group's third meeting.
DECIDED = {"enquiry": 24, "sip": 24, "referral": 24, "sign_in": 1, "poll": 6, "deviation": None}
#: The kind that is excepted at the latest meeting, and for how many days.
EXCEPTED, DAYS = "enquiry", 366


def events(year: "Year") -> None:
    """Let the group decide about some kinds, and later except one."""
    third, latest = year.on(-STEERING_MEETINGS[2]), year.on(-STEERING_MEETINGS[-1])
    for number, (key, months) in enumerate(DECIDED.items()):
        year.add(third, time(11, 40 + number), _decide(year, key, months, f"§ {31 + number}"))
    year.add(latest, time(11, 50), _except(year))


def _decide(year: "Year", key: str, months: int | None, paragraph: str) -> "Event":
    def decide(session: Session, at: "datetime") -> None:
        verbs.decide_rule(
            session,
            agreement=year.agreement,
            kind=BY_KEY[key],
            months=months,
            for_ever=months is None,
            paragraph=paragraph,
            decided_on=local_date(at),
            person=year.person(session, CHAIR),
            now=at,
        )

    return decide


def _except(year: "Year") -> "Event":
    def hold(session: Session, at: "datetime") -> None:
        verbs.hold(
            session,
            agreement=year.agreement,
            kind=BY_KEY[EXCEPTED],
            until=local_date(at) + timedelta(days=DAYS),
            paragraph="§ 48",
            decided_on=local_date(at),
            person=year.person(session, CHAIR),
            now=at,
        )

    return hold
