"""The demo's series: next year's four network meetings, as drafts that wait to be published."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_time
from atagande_agreements.parties.models import Role
from atagande_calendar.meetings.models import MeetingKind
from atagande_calendar.meetings.series import SeriesFacts, plan_series
from atagande_calendar.meetings.year_dates import propose_dates
from atagande_plugin.demo.year import ADMINISTRATOR, Year

#: Days before today that the series is planned.
PLANNED = 3


def events(year: Year) -> None:
    """Put the planning of next year in the script."""

    def planned(session: Session, at: datetime) -> None:
        plan_series(
            session,
            agreement=year.agreement,
            facts=SeriesFacts(
                kind=MeetingKind.NETWORK,
                title="Nätverksmöte SGI=0",
                minutes=120,
                place="Turebergs konferens, Demogatan 4, Sollentuna",
                agenda="Läget i varje part\nFrågor till styrgruppen",
            ),
            starts=[local_time(day, time(9)) for day in propose_dates(year.today.year + 1)],
            convener=year.bodies["forbundet"],
            people=[
                year.person(session, one.email)
                for one in year.people.values()
                if any(grant.role is Role.UNIT_CHIEF for grant in one.grants)
            ],
            person=year.person(session, ADMINISTRATOR),
            domain=year.services.settings.host,
            now=at,
        )

    year.add(year.on(-PLANNED), time(13), planned)
