"""The demo's reports: the three latest quarters, each issued some weeks after it was over."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from atagande_agreements.followup.period import Period
from atagande_agreements.register.models import Agreement
from atagande_agreements.reports import verbs
from atagande_plugin.demo import script
from atagande_plugin.reports import making, writing
from atagande_plugin.translation import words

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Year

QUARTERS = 3
#: Calendar days from the end of a quarter until its report is asked for.
AFTER = 20
ADMINISTRATOR = "administrator@suvs.example"


def events(year: "Year") -> None:
    """Ask for and issue the reports."""
    quarter = Period.quarter_of(year.today).before
    made = 0
    while made < QUARTERS:
        day = script.working_day(quarter.last + timedelta(days=AFTER))
        if day <= year.today:
            year.add(day, time(9, 30), partial(_issue, year, quarter))
            made += 1
        quarter = quarter.before


def _issue(year: "Year", period: Period, session: Session, at: datetime) -> None:
    said = words("sv")
    report = verbs.ask(
        session,
        agreement=session.get_one(Agreement, year.agreement.id),
        period=period,
        title=writing.title_of(period, said),
        language=said.language,
        diary_number=f"SUVS {at.year}/{at.month + 11}",
        person=year.person(session, ADMINISTRATOR),
        now=at,
    )
    taken = verbs.take(session, at)
    if taken is None or taken[0] != report.id:
        raise RuntimeError("another report was waiting")
    data = making.gathered(session, report, at)
    verbs.issue(
        session,
        report_id=report.id,
        held_by=taken[1],
        data=data,
        files=making.files_of(data, making.stamped(session, report, at), said.language),
        now=at,
    )
