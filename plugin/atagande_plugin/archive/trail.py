"""The audit trail of an archive: one entry a line, and its chain, which can be followed alone.

An entry about a single case stands closed: its number and its hash, and nothing of what it says.
The entry after it was hashed together with that hash, so the chain still shows if one is taken
away or put in. Entries are closed unless they are known to tell of no case.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, or_, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.verbs import GENESIS, entry_hash
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations.models import Deviation
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_plugin.archive.queries import of_case

#: Types of objects whose entries tell of no case.
OPEN = (
    "agreement",
    "clinic_hours",
    "contacts",
    "decision",
    "document_update",
    "document_version",
    "governing_document",
    "ladder",
    "letter_template",
    "minutes",
    "organisation",
    "parameter",
    "person",
    "preparatory_service",
    "report",
    "retention",
    "unit",
)
#: Who has signed in and when is no record of what was done; a clinic outside the agreement is
#: added because of a case.
CLOSED_ACTIONS = ("clinic.added", "person.signed_in", "person.token_made")
_FIELDS = (
    *("association_id", "number", "at", "person_id", "actor", "action"),
    *("object_type", "object_id", "changes"),
)


def entries(association_id: int) -> Select[Any]:
    """Return the trail in order; `tells` says whether an entry stands open."""
    open_ = or_(
        and_(
            AuditEntry.object_type.in_(OPEN),
            AuditEntry.action.not_in(CLOSED_ACTIONS),
        ),
        and_(AuditEntry.object_type == "deviation", ~of_case()),
        and_(AuditEntry.object_type == "meeting", Meeting.kind != MeetingKind.SIP),
    )
    return (
        select(AuditEntry.__table__, case((open_, True), else_=False).label("tells"))
        .outerjoin(
            Deviation,
            and_(
                AuditEntry.object_type == "deviation",
                Deviation.id == AuditEntry.object_id,
                Deviation.association_id == association_id,
            ),
        )
        .outerjoin(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .outerjoin(
            Meeting,
            and_(
                AuditEntry.object_type == "meeting",
                Meeting.id == AuditEntry.object_id,
                Meeting.association_id == association_id,
            ),
        )
        .where(AuditEntry.association_id == association_id)
        .order_by(AuditEntry.number)
    )


def as_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Return entries as JSON, one a line."""
    for row in rows:
        entry: dict[str, Any] = {"number": row["number"], "hash": row["hash"]}
        if row["tells"]:
            entry |= {name: row[name] for name in _FIELDS} | {"at": row["at"].isoformat()}
        else:
            entry["closed"] = True
        yield f"{json.dumps(entry, ensure_ascii=False, sort_keys=True)}\n".encode()


def follow(lines: Iterable[bytes]) -> tuple[int, str, int | None]:
    """Follow the chain of an archive's trail; return (entries, last hash, first broken or None).

    Needs nothing but the lines.
    """
    number, previous = 0, GENESIS
    for line in lines:
        number += 1
        try:
            entry = json.loads(line)
            if entry["number"] != number:
                return number, previous, number
            if not entry.get("closed"):
                row = {name: entry[name] for name in _FIELDS}
                row["at"] = datetime.fromisoformat(entry["at"])
                if entry_hash(previous, row) != entry["hash"]:
                    return number, previous, number
            previous = str(entry["hash"])
        except (KeyError, TypeError, ValueError):
            return number, previous, number
    return number, previous, None
