"""After a meeting: that it was held and who came, or that it was called off."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import owed
from atagande_agreements.errors import Forbidden, NotFound, Stale
from atagande_agreements.filing import Told
from atagande_agreements.parties.heirs import heirs
from atagande_agreements.parties.models import Organisation, Person, Role, Unit, UnitKind
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.invitations.sending import tell
from atagande_calendar.meetings import evidence
from atagande_calendar.meetings.attendance import MeetingAttendance, MeetingReport, Presence
from atagande_calendar.meetings.errors import (
    AlreadyClosed,
    BadNumber,
    NotAsked,
    NotStanding,
    NotYet,
    PartyMissing,
)
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState

#: The rule by which parties owe their presence, and so stand on the list without being asked.
_MEMBERS = {MeetingKind.NETWORK: "attends_per_period", MeetingKind.SEMINAR: "attends_each"}
_Asked = TypeVar("_Asked", Organisation, Unit | None)
_HOLDERS = frozenset({Role.CONVENER, Role.UNIT_CHIEF})


@dataclass(frozen=True, slots=True)
class Came:
    """What is reported of one party."""

    organisation_id: int
    #: A summoned clinic at a steering meeting; None for the whole organisation.
    unit_id: int | None
    presence: Presence
    people: int

    @property
    def party(self) -> tuple[int, int | None]:
        """Return which party it is."""
        return self.organisation_id, self.unit_id


@dataclass(frozen=True, slots=True)
class Party:
    """A party of a meeting, with what its answers suggest."""

    organisation: Organisation
    unit: Unit | None
    #: False for a member that nobody asked: nothing has to be said of it.
    asked: bool
    #: None when no answer says anything.
    presence: Presence | None = None
    people: int = 0

    @property
    def name(self) -> str:
        """Return its name."""
        return self.unit.name if self.unit else self.organisation.name

    @property
    def key(self) -> tuple[int, int | None]:
        """Return which party it is, as `Came.party` has it."""
        return self.organisation.id, self.unit.id if self.unit else None


def may_report(meeting: Meeting, *, organisation_id: int, roles: Collection[Role]) -> bool:
    """Tell whether someone reports on a meeting: the administrator, and who convened it."""
    ours = meeting.organisation_id == organisation_id and not _HOLDERS.isdisjoint(roles)
    return Role.ADMINISTRATOR in roles or ours


def require_reporter(meeting: Meeting, person: Person) -> None:
    """Raise NotFound for what is no meeting of the association, Forbidden for the wrong person."""
    if meeting.kind not in evidence.SUBJECTS or meeting.association_id != person.association_id:
        raise NotFound
    roles = {grant.role for grant in person.grants}
    if not may_report(meeting, organisation_id=person.organisation_id, roles=roles):
        raise Forbidden


def parties_of(
    session: Session, meeting: Meeting, invitations: Iterable[Invitation] | None = None
) -> list[Party]:
    """Return the parties of a meeting in their order, with what their answers suggest.

    Who was asked for a party that had ended by then stands for the one that has followed it.
    `invitations` are the meeting's, with organisation and unit, when they have been read already.
    """
    if invitations is None:
        invitations = session.scalars(
            select(Invitation)
            .where(Invitation.meeting_id == meeting.id)
            .options(joinedload(Invitation.organisation), joinedload(Invitation.unit))
        ).all()
    invitations = [one for one in invitations if one.removed_at is None]
    day, ways = local_date(meeting.starts_at), heirs(session, meeting.association_id)
    groups: dict[tuple[int, int | None], list[Invitation]] = {}
    for one in invitations:
        clinic = _clinic_of(meeting, one)
        body = ways.organisation_on(one.organisation_id, day)
        place = ways.unit_on(clinic.id, day) if clinic else None
        groups.setdefault((body, place), []).append(one)
    parties = [
        _suggested(
            group,
            _standing(session, group[0].organisation, body),
            _standing(session, _clinic_of(meeting, group[0]), place),
        )
        for (body, place), group in groups.items()
    ]
    asked = {one.organisation.id for one in parties}
    rule = _MEMBERS.get(meeting.kind)
    if rule is not None:
        duties = owed(
            session,
            meeting.agreement_id,
            rule=rule,
            subject=evidence.SUBJECTS[meeting.kind],
            on=local_date(meeting.starts_at),
        )
        others = {duty.organisation_id for duty in duties if not duty.by_decision} - asked
        if others:
            parties += [
                Party(organisation, None, asked=False)
                for organisation in session.scalars(
                    select(Organisation).where(Organisation.id.in_(others))
                )
            ]
    return sorted(
        parties,
        key=lambda one: (
            one.organisation.position,
            one.organisation.id,
            one.unit.position if one.unit else 0,
            one.unit.id if one.unit else 0,
        ),
    )


def _clinic_of(meeting: Meeting, invitation: Invitation) -> Unit | None:
    """Return the clinic that a summons to a steering meeting binds, or None."""
    unit = invitation.unit
    bound = meeting.kind is MeetingKind.STEERING and unit is not None
    return unit if bound and unit is not None and unit.kind is UnitKind.CLINIC else None


def _standing(session: Session, party: _Asked, number: int | None) -> _Asked:
    """Return a party itself, or the one by another number that has followed it."""
    if party is None or number is None or party.id == number:
        return party
    return session.get_one(type(party), number)


def _suggested(group: Sequence[Invitation], body: Organisation, clinic: Unit | None) -> Party:
    """Return a party with what the answers of its people suggest."""
    coming = sum(one.partstat is Partstat.ACCEPTED for one in group)
    deputies = sum(one.partstat is Partstat.DECLINED and bool(one.stand_in) for one in group)
    presence: Presence | None = None
    if coming:
        presence = Presence.PRESENT
    elif deputies:
        presence = Presence.DEPUTY
    elif all(one.partstat is Partstat.DECLINED for one in group):
        presence = Presence.ABSENT
    return Party(body, clinic, True, presence, coming + deputies)  # noqa: FBT003 - fields in order


def report_held(
    session: Session,
    *,
    meeting: Meeting,
    came: Sequence[Came],
    target_group: bool,
    person: Person,
    version: int,
    now: datetime,
) -> MeetingReport:
    """Report a meeting as held with who came, or correct the report until it is closed.

    `version` is that of the report its author had read, 0 for none. Every asked party is named;
    a member that nobody asked may be. Of two who report at once the second gets Stale.
    """
    require_reporter(meeting, person)
    if meeting.state is MeetingState.CLOSED:
        raise AlreadyClosed
    if meeting.state not in {MeetingState.PUBLISHED, MeetingState.HELD}:
        raise NotStanding
    if meeting.starts_at > now:
        raise NotYet
    known = {one.key: one for one in parties_of(session, meeting)}
    _check(came, known)
    report = _report(session, meeting, person, version, now)
    before = _listed(session, meeting, known)
    session.execute(delete(MeetingAttendance).where(MeetingAttendance.meeting_id == meeting.id))
    session.add_all(
        MeetingAttendance(
            association_id=meeting.association_id,
            meeting_id=meeting.id,
            organisation_id=one.organisation_id,
            unit_id=one.unit_id,
            presence=one.presence,
            people=one.people,
        )
        for one in came
    )
    state = meeting.state
    meeting.state = MeetingState.HELD
    if meeting.kind is MeetingKind.STEERING:
        meeting.target_group = target_group
    session.flush()
    after = _listed(session, meeting, known)
    changes: dict[str, tuple[object, object]] = {
        name: (before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }
    action = "meeting.held" if state is MeetingState.PUBLISHED else "meeting.corrected"
    record(session, meeting, action, person, now, **({"state": (state, meeting.state)} | changes))
    told = Told(f"attendance:{meeting.id}:v{report.version}", local_date(meeting.starts_at), person)
    evidence.of_attendance(session, meeting=meeting, told=told, now=now)
    return report


def _check(came: Sequence[Came], known: dict[tuple[int, int | None], Party]) -> None:
    """Refuse a list that leaves out an asked party, names a stranger, or counts wrongly."""
    said = [one.party for one in came]
    if len(set(said)) < len(said) or not known.keys() >= set(said):
        raise NotAsked
    for number, (key, party) in enumerate(known.items()):
        if party.asked and key not in said:
            raise PartyMissing(field=f"presence-{number}", party=party.name)
    for one in came:
        if (one.presence is Presence.ABSENT) != (one.people == 0):
            number = list(known).index(one.party)
            raise BadNumber(field=f"people-{number}", party=known[one.party].name)


def _report(
    session: Session, meeting: Meeting, person: Person, version: int, now: datetime
) -> MeetingReport:
    """Return the report with a new version; raise Stale if another came in between."""
    report = find_report(session, meeting.id)
    if (report.version if report else 0) != version:
        raise Stale
    if report is None:
        report = MeetingReport(
            association_id=meeting.association_id,
            meeting_id=meeting.id,
            reported_by_id=person.id,
            reported_at=now,
        )
        try:
            with session.begin_nested():
                session.add(report)
                session.flush()
        except IntegrityError as error:
            raise Stale from error
        return report
    report.reported_by_id = person.id
    report.reported_at = now
    # The same person at the same moment is a change too.
    flag_modified(report, "reported_at")
    session.flush()
    return report


def find_report(session: Session, meeting_id: int) -> MeetingReport | None:
    """Return a meeting's report with who made it, or None."""
    return session.scalar(
        select(MeetingReport)
        .where(MeetingReport.meeting_id == meeting_id)
        .options(joinedload(MeetingReport.reported_by))
    )


def _listed(
    session: Session, meeting: Meeting, known: dict[tuple[int, int | None], Party]
) -> dict[str, str]:
    """Return what stands on the list, by party's key, for the audit trail."""
    rows = session.execute(
        select(
            MeetingAttendance.organisation_id,
            MeetingAttendance.unit_id,
            MeetingAttendance.presence,
            MeetingAttendance.people,
        ).where(MeetingAttendance.meeting_id == meeting.id)
    ).all()
    found: dict[str, str] = {}
    for row in rows:
        party = known.get((row.organisation_id, row.unit_id))
        if party is not None:
            key = party.unit.key if party.unit else party.organisation.key
            found[key] = f"{row.presence} {row.people}"
    return found


def call_off(
    session: Session, *, meeting: Meeting, person: Person, version: int, now: datetime
) -> int:
    """Say that a published meeting is not held, before or after its time; return mails queued.

    Everyone who was asked gets a CANCEL, so that the meeting leaves their calendars.
    """
    require_reporter(meeting, person)
    if meeting.state is not MeetingState.PUBLISHED:
        raise NotStanding
    if meeting.version != version:
        raise Stale
    meeting.state = MeetingState.CANCELLED
    session.flush()
    sent = tell(session, meeting=meeting, now=now).total
    turned = (MeetingState.PUBLISHED, meeting.state)
    record(session, meeting, "meeting.cancelled", person, now, state=turned)
    evidence.called_off(session, meeting=meeting, now=now)
    return sent
