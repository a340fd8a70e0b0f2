"""Keeps a file that has been read until its author says yes, and then files all of it at once."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from atagande_agreements.competence import queries
from atagande_agreements.competence.counts import Numbers, Training
from atagande_agreements.competence.errors import ImportExpired
from atagande_agreements.competence.models import CompetenceImport
from atagande_agreements.competence.places import Place, places_for
from atagande_agreements.competence.table import Fault, Table
from atagande_agreements.competence.verbs import report_competence
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement

#: How long a file that has been read waits for a yes.
WAITS = timedelta(hours=1)
_DONE = json.dumps({"reports": [], "notices": []})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A report that an import would file."""

    place: str
    subject: str
    #: The newest report's number when the file was read.
    version: int
    numbers: Numbers


def prepare_import(
    session: Session,
    *,
    agreement: Agreement,
    as_of: date,
    table: Table,
    person: Person,
    now: datetime,
) -> CompetenceImport:
    """Keep what a file says, with which reports it would replace; no report is filed."""
    session.execute(
        delete(CompetenceImport).where(
            CompetenceImport.person_id == person.id,
            (CompetenceImport.expires_at < now) | CompetenceImport.confirmed_at.is_(None),
        )
    )
    reports = queries.standings(
        session, agreement.id, {draft.place.organisation.id for draft in table.drafts}
    )
    reported = [
        {
            "place": draft.place.key,
            "subject": draft.subject,
            "version": reports.get((*draft.place.ids, draft.subject), queries.Standing()).version,
            "staff": draft.numbers.staff,
            "trainings": [
                [one.trained_on.isoformat(), one.people, one.name]
                for one in draft.numbers.trainings
            ],
        }
        for draft in table.drafts
    ]
    notices = [
        [one.row, one.column, one.message, one.next_step, dict(one.params)] for one in table.notices
    ]
    kept = CompetenceImport(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        person_id=person.id,
        as_of=as_of,
        content=json.dumps({"reports": reported, "notices": notices}, ensure_ascii=False),
        created_at=now,
        expires_at=now + WAITS,
    )
    session.add(kept)
    session.flush()
    return kept


def waiting_import(
    session: Session, *, number: int, person: Person, now: datetime
) -> CompetenceImport:
    """Return someone's import, locked; raise ImportExpired if it has gone, or is another's."""
    kept = session.scalar(
        select(CompetenceImport)
        .where(CompetenceImport.id == number, CompetenceImport.person_id == person.id)
        .with_for_update()
    )
    if kept is None or (kept.confirmed_at is None and kept.expires_at <= now):
        raise ImportExpired
    return kept


def prepared(kept: CompetenceImport) -> list[Prepared]:
    """Return the reports that an import would file; none once it is done."""
    return [
        Prepared(
            one["place"],
            one["subject"],
            one["version"],
            Numbers(
                one["staff"],
                tuple(
                    Training(date.fromisoformat(day), people, name)
                    for day, people, name in one["trainings"]
                ),
            ),
        )
        for one in json.loads(kept.content)["reports"]
    ]


def notices(kept: CompetenceImport) -> list[Fault]:
    """Return what was worth a look in the file."""
    return [Fault(*one) for one in json.loads(kept.content)["notices"]]


def confirm_import(session: Session, *, number: int, person: Person, now: datetime) -> int:
    """File all that an import holds; return how many reports that gave. Again changes nothing.

    Raises ImportExpired, and Stale if anyone has reported since the file was read; then nothing
    is filed.
    """
    kept = waiting_import(session, number=number, person=person, now=now)
    if kept.confirmed_at is not None:
        return 0
    agreement = session.get_one(Agreement, kept.agreement_id)
    places: dict[str, Place] = {
        place.key: place for place in places_for(session, person, kept.as_of)
    }
    reports = prepared(kept)
    for one in reports:
        if one.place not in places:
            raise ImportExpired
        report_competence(
            session,
            agreement=agreement,
            place=places[one.place],
            subject=one.subject,
            as_of=kept.as_of,
            numbers=one.numbers,
            person=person,
            version=one.version,
            now=now,
        )
    # What it named stays only with the reports.
    kept.content = _DONE
    kept.confirmed_at = now
    session.flush()
    return len(reports)


def forget_expired(session: Session, now: datetime) -> int:
    """Remove the imports whose time is over; return how many."""
    gone = session.connection().execute(
        delete(CompetenceImport).where(CompetenceImport.expires_at < now)
    )
    return gone.rowcount
