"""Makes the reports that were asked for.

1. Take one under a random name, in a transaction of its own.
2. Gather what it says from one moment of the database, and make its files. After each step, say
   how far it has come, and go on only if nobody else has taken it over meanwhile.
3. Issue it: contents, files and state in one transaction.

A process that is killed leaves the report to the next, which begins at 2. Nothing is kept until 3,
so nothing can come twice.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Refused, Stale
from atagande_agreements.register.models import Agreement, AgreementVersion, VersionState
from atagande_agreements.reports import contents, verbs
from atagande_agreements.reports.contents import LiftedLine
from atagande_agreements.reports.gathering import gather
from atagande_agreements.reports.models import FileFormat, Report
from atagande_calendar.meetings import lifted
from atagande_plugin.observability import log_crash
from atagande_plugin.reports.comma import as_csv, header, lines
from atagande_plugin.reports.paper import as_pdf
from atagande_plugin.reports.spreadsheet import as_workbook
from atagande_plugin.reports.writing import Stamp, document
from atagande_plugin.services import Services
from atagande_plugin.translation import words

#: Reports of one round; the rest wait for the next.
ROUND = 5
#: How far it has come when each step is done, in percent.
TAKEN, GATHERED, SET, COUNTED, WRITTEN = 5, 35, 70, 85, 95

#: Says how far it has come; raises Stale if somebody else has taken the report over.
Progress = Callable[[int], None]


def make_reports(services: Services) -> Mapping[str, Any]:
    """Make what waits; return how many were issued and how many went wrong."""
    done = {"issued": 0, "failed": 0}
    for _ in range(ROUND):
        with services.writer() as session, session.begin():
            taken = verbs.take(session, services.now())
        if taken is None:
            break
        done["issued" if _make(services, *taken) else "failed"] += 1
    return done


def _make(services: Services, report_id: int, held_by: str) -> bool:
    def progress(percent: int) -> None:
        with services.writer() as session, session.begin():
            if not verbs.note_progress(
                session,
                report_id=report_id,
                held_by=held_by,
                percent=percent,
                now=services.now(),
            ):
                raise Stale

    try:
        progress(TAKEN)
        with services.reader() as session:
            if session.get_bind().dialect.name == "postgresql":
                # All of it as of one moment; SQLite's read transactions are so by themselves.
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            report = session.get_one(Report, report_id)
            made_at = services.now()
            data = gathered(session, report, made_at)
            stamp = stamped(session, report, made_at)
        progress(GATHERED)
        files = files_of(data, stamp, report.language, progress)
        with services.writer() as session, session.begin():
            verbs.issue(
                session,
                report_id=report_id,
                held_by=held_by,
                data=data,
                files=files,
                now=made_at,
            )
    except Exception as error:  # noqa: BLE001 - one bad report must not stop the others
        if isinstance(error, Stale):
            return False  # somebody else has it now
        log_crash(error)
        code = error.code if isinstance(error, Refused) else type(error).__name__
        with services.writer() as session, session.begin():
            verbs.give_up(
                session, report_id=report_id, held_by=held_by, code=code, now=services.now()
            )
        return False
    return True


def gathered(session: Session, report: Report, now: datetime) -> str:
    """Return all that a report says, as canonical JSON."""
    agreement = session.get_one(Agreement, report.agreement_id)
    version = session.scalars(
        select(AgreementVersion).where(
            AgreementVersion.agreement_id == agreement.id,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
    ).one()
    period = report.period
    return contents.written(
        gather(
            session,
            agreement=agreement,
            version=version,
            period=period,
            today=local_date(now),
            lifted=[
                LiftedLine(
                    lifted_on=one.lifted_on.isoformat(),
                    meeting_on=local_date(one.meeting.starts_at).isoformat(),
                    party=one.organisation.name if one.organisation is not None else None,
                    text=one.text,
                )
                for one in lifted.between(session, agreement.id, period.first, period.last)
            ],
        )
    )


def stamped(session: Session, report: Report, made_at: datetime) -> Stamp:
    """Return what is written on a report beside its contents."""
    replaces = verbs.stands(session, report)
    earlier = session.get(Report, replaces) if replaces is not None else None
    return Stamp(
        title=report.title,
        diary_number=report.diary_number,
        made_at=made_at,
        replaces=(earlier.id, earlier.issued_at) if earlier and earlier.issued_at else None,
    )


def files_of(
    data: str, stamp: Stamp, language: str, progress: Progress = lambda _percent: None
) -> dict[FileFormat, bytes]:
    """Return a report's files, made from its JSON and nothing else."""
    said = words(language)
    made = document(contents.read(data), stamp, said)
    files = {FileFormat.PDF: as_pdf(made, said, stamp.made_at)}
    progress(SET)
    files[FileFormat.XLSX] = as_workbook(made, said, stamp.made_at)
    progress(COUNTED)
    files[FileFormat.CSV] = as_csv([header(said), *lines(made, said)])
    progress(WRITTEN)
    return files
