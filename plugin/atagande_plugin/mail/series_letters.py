"""What stands in the mails about a series of meetings, and their calendar texts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.facts import said_of
from atagande_calendar.invitations.models import InvitationMessage
from atagande_calendar.invitations.series_models import MeetingSeriesTold
from atagande_calendar.method import Method
from atagande_plugin.mail import letters
from atagande_plugin.translation import Words

if TYPE_CHECKING:
    from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient


def is_replaced(session: Session, message: OutboxMessage, facts: Mapping[str, Any]) -> bool:
    """Tell whether a later message has said all that this one says.

    One about the whole is replaced by a later one about the whole; one about an occurrence by any
    later one about it. An earlier one about another occurrence still has to leave.
    """
    if facts["recurrence_at"] is None:
        latest = session.scalar(
            select(MeetingSeriesTold.outbox_message_id).where(MeetingSeriesTold.id == facts["told"])
        )
        return latest is not None and latest > message.id
    later = select(InvitationMessage.id).where(
        InvitationMessage.invitation_id == facts["invitation"],
        InvitationMessage.outbox_message_id > message.id,
    )
    return session.scalar(later.limit(1)) is not None


def identity(host: str, facts: Mapping[str, Any], number: int) -> str:
    """Return the Message-ID of a person's n-th message about a series."""
    from atagande_calendar.itip import message_id  # noqa: PLC0415 - loaded on use

    return message_id(host, "itip-series", str(facts["uid"]), int(facts["told"]), number)


def content(
    words: Words,
    facts: Mapping[str, Any],
    *,
    address: str,
    summoned: bool,
    reads_mail: bool = False,
) -> letters.Content:
    """Return the words of a message about a series, or about one of its meetings."""
    off = facts["method"] == Method.CANCEL
    if facts["recurrence_at"] is not None:
        said = said_of(facts, int(facts["invitation"]))
        one = (
            letters.cancellation(words, said)
            if off
            else letters.invitation(
                words,
                said,
                address=address,
                summoned=summoned,
                private=False,
                reads_mail=reads_mail,
            )
        )
        stays = words.text(N_("Mötet hör till en serie. Det här brevet gäller bara det mötet."))
        return letters.Content(
            subject=one.subject,
            paragraphs=[*one.paragraphs, stays],
            facts=one.facts,
            action=one.action,
            after=one.after,
            language=words.language,
        )
    if off:
        return _off(words, facts)
    return _whole(words, facts, address, summoned=summoned, reads_mail=reads_mail)


def _off(words: Words, facts: Mapping[str, Any]) -> letters.Content:
    return letters.Content(
        subject=words.text(N_("Inställt: %(title)s"), {"title": facts["title"]}),
        paragraphs=[words.text(N_("Hela serien är inställd. Du behöver inte göra något."))],
        facts=[
            (words.text(N_("Skulle ha hållits")), words.span(*_span(one))) for one in facts["gone"]
        ],
        after=[words.text(N_("Ligger något av mötena kvar i din kalender kan du ta bort det."))],
        language=words.language,
    )


def _whole(
    words: Words, facts: Mapping[str, Any], address: str, *, summoned: bool, reads_mail: bool
) -> letters.Content:
    update, anew = bool(facts.get("update")), set(facts["anew"])
    title = str(facts["title"])
    rows = [(words.text(N_("Var")), str(facts["place"]))]
    for number, one in enumerate(facts["occurrences"], start=1):
        changed = one["invitation"] in anew
        label = N_("Möte %(number)s, ändrat") if changed else N_("Möte %(number)s")
        rows.append((words.text(label, {"number": number}), _said(words, facts, one)))
    rows += [(words.text(N_("Utgår")), words.span(*_span(one))) for one in facts["gone"]]
    after = [
        words.text(
            N_("Länken leder till det första mötet. Där kan du svara likadant för de andra.")
        ),
        words.text(
            N_("Svarar du på serien i din kalender gäller svaret alla mötena.")
            if reads_mail
            else N_("Svara med länken. Svar från kalendern läses inte automatiskt.")
        ),
    ]
    if facts["agenda"]:
        after.insert(0, f"{words.text(N_('Dagordning'))}:\n{facts['agenda']}")
    if facts.get("again"):
        asked = N_("Här är kallelsen till serien igen, så som den gäller nu.")
    elif update and anew:
        asked = N_("Serien har ändrats. Svara igen för de möten som är ändrade.")
    elif update:
        asked = N_("Serien har ändrats. Dina svar för mötena som är kvar gäller fortfarande.")
    elif summoned:
        asked = N_("Du kallas till en serie möten.")
    else:
        asked = N_("Du är inbjuden till en serie möten.")
    return letters.Content(
        subject=words.text(N_("Ändrat: %(title)s"), {"title": title})
        if update and (anew or facts["gone"])
        else title,
        paragraphs=[words.text(asked)],
        facts=rows,
        action=(words.text(N_("Svara ja, nej eller kanske")), address)
        if facts["occurrences"]
        else None,
        after=after,
        language=words.language,
    )


def _said(words: Words, facts: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Return one meeting in a line: when, where if that is its own, and what it was before."""
    line = words.span(*_span(one))
    if one["place"] != facts["place"]:
        line = f"{line}, {one['place']}"
    before = said_of(facts, one["invitation"]).get("before")
    was = ""
    if before and _span(before) != _span(one):
        was = words.span(*_span(before))
    elif before and before["place"] != one["place"]:
        was = str(before["place"])
    if was:
        said = words.text(N_("förut %(what)s"), {"what": was})
        line = f"{line} ({said})"
    return line


def _span(facts: Mapping[str, Any]) -> tuple[datetime, datetime]:
    start = datetime.fromisoformat(str(facts["starts_at"]))
    return start, start + timedelta(minutes=int(facts["minutes"]))


def _snapshot(facts: Mapping[str, Any], one: Mapping[str, Any]) -> "MeetingSnapshot":
    from atagande_calendar.itip import MeetingSnapshot  # noqa: PLC0415 - loaded on use

    start, end = _span(one)
    return MeetingSnapshot(
        uid=str(facts["uid"]),
        sequence=int(facts["sequence"]),
        starts_at=start,
        ends_at=end,
        summary=str(one["title"]),
        location=str(one["place"]),
        description=tuple(str(one["agenda"]).splitlines()),
    )


def calendar(
    facts: Mapping[str, Any],
    organizer: "Organizer",
    recipient: "Recipient",
    *,
    proposals: bool,
) -> bytes:
    """Return the iTIP text of a message about a series, from its frozen facts."""
    from atagande_calendar.itip import recurrence, series  # noqa: PLC0415 - loaded on use

    stamp = datetime.fromisoformat(str(facts["stamp"]))
    off = facts["method"] == Method.CANCEL
    if facts["recurrence_at"] is not None:
        at, one = datetime.fromisoformat(facts["recurrence_at"]), _snapshot(facts, facts)
        if off:
            return series.cancel_occurrence(at, one, organizer, recipient, stamp)
        return series.request_occurrence(at, one, organizer, recipient, stamp, proposals=proposals)
    whole = series.Series(
        first=_snapshot(facts, facts),
        rule=recurrence.Rule.parse(str(facts["rrule"])),
        asked={
            datetime.fromisoformat(one["recurrence_at"]): _snapshot(facts, one)
            for one in facts["occurrences"]
        },
    )
    if off:
        return series.cancel_series(whole, organizer, recipient, stamp)
    return series.request_series(whole, organizer, recipient, stamp, proposals=proposals)
