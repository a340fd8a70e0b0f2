"""What is missing in the calendar for an agreement to be followed up."""

from collections.abc import Iterator
from datetime import date, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_time
from atagande_agreements.health.finding import About, Finding, Level
from atagande_agreements.health.known import Known
from atagande_agreements.i18n import N_
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.slots.models import ClinicHours

#: What a commitment is about -> (kind of meeting, its name in Swedish and English).
_MEETINGS = {
    "network_meeting": (MeetingKind.NETWORK, "Nätverksmöten", "Network meetings"),
    "seminar": (
        MeetingKind.SEMINAR,
        "Lunch- och frukostseminarier",
        "Lunch and breakfast seminars",
    ),
    "steering_meeting": (MeetingKind.STEERING, "Styrgruppsmöten", "Steering group meetings"),
}


def findings(session: Session, known: Known) -> Iterator[Finding]:
    """Yield meetings that nobody has planned this year, and clinics without hours."""
    about = {one.subject for one in known.commitments}
    wanted = {subject: kind for subject, kind in _MEETINGS.items() if subject in about}
    planned = _planned(session, known, known.today.year) if wanted else set()
    for kind, name, name_en in wanted.values():
        if kind not in planned:
            yield Finding(
                Level.WARNING,
                "nothing_planned",
                About.MEETINGS,
                kind.value,
                name,
                name_en,
                N_("Inget möte är planerat %(year)s."),
                N_("Planera årets möten."),
                {"year": known.today.year},
            )
    open_ = _with_hours(session, known) if known.clinics else set()
    for clinic in known.clinics:
        if clinic.id not in open_:
            yield Finding(
                Level.WARNING,
                "no_hours",
                About.CLINIC,
                clinic.key,
                clinic.name,
                clinic.name,
                N_("Mottagningen har inga tider inlagda, så ingen SIP kan bokas där."),
                N_("Be mottagningens enhetschef lägga in tiderna."),
            )


def _planned(session: Session, known: Known, year: int) -> set[MeetingKind]:
    """Return the kinds of meetings that stand in a calendar year; a draft is planned too."""
    first, after = (local_time(date(one, 1, 1), time()) for one in (year, year + 1))
    return set(
        session.scalars(
            select(Meeting.kind)
            .where(
                Meeting.agreement_id == known.agreement_id,
                Meeting.kind.in_([kind for kind, _, _ in _MEETINGS.values()]),
                Meeting.state != MeetingState.CANCELLED,
                Meeting.starts_at >= first,
                Meeting.starts_at < after,
            )
            .distinct()
        )
    )


def _with_hours(session: Session, known: Known) -> set[int]:
    """Return the clinics that have hours now or later on."""
    return set(
        session.scalars(
            select(ClinicHours.unit_id)
            .where(
                ClinicHours.unit_id.in_([one.id for one in known.clinics]),
                or_(ClinicHours.valid_to.is_(None), ClinicHours.valid_to >= known.today),
            )
            .distinct()
        )
    )
