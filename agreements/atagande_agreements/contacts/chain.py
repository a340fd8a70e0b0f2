"""The chain of confirmations: each is a link that the next one keeps.

1. The links are the dates of the party's confirmations, and the date on which the first one was
   opened for it (`commitments.terms`).
2. A link is kept by the first confirmation after it. Before the first confirmation nothing was
   published.
3. Only links that read otherwise than before are judged anew, so a repeat changes nothing and the
   order in which confirmations are told does not matter.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.evidence import same_place
from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.commitments.queries import owed
from atagande_agreements.contacts.models import ContactConfirmation
from atagande_agreements.filing import Shown, Told, report
from atagande_agreements.parties.models import Organisation
from atagande_agreements.register.models import Agreement
from atagande_agreements.rules import Outcome

RULE = "published_reconfirmed"
SUBJECT = "contacts"
_ORIGIN = "contacts:"


def origin(day: date) -> str:
    """Return what the occurrence that begins on a local date is keyed on."""
    return f"{_ORIGIN}{day.isoformat()}"


def judge_links(
    session: Session, agreement: Agreement, organisation: Organisation, now: datetime
) -> None:
    """Judge what a party's confirmations give it under an agreement."""
    confirmations = session.scalars(
        select(ContactConfirmation)
        .where(
            ContactConfirmation.organisation_id == organisation.id,
            ContactConfirmation.confirmed_on >= agreement.valid_from,
        )
        .options(joinedload(ContactConfirmation.person))
        .order_by(ContactConfirmation.confirmed_on)
    ).all()
    for obligation in owed(
        session, agreement.id, rule=RULE, subject=SUBJECT, organisation_id=organisation.id
    ):
        _judge(session, obligation, confirmations, now)


def _judge(
    session: Session,
    obligation: Obligation,
    confirmations: Sequence[ContactConfirmation],
    now: datetime,
) -> None:
    known = {
        one.event_on: one
        for one in session.scalars(
            select(Occurrence).where(
                same_place(obligation), Occurrence.origin.startswith(_ORIGIN, autoescape=True)
            )
        )
    }
    days = [one.confirmed_on for one in confirmations]
    for day in sorted({*known, *days}):
        before = bisect_right(days, day)
        keeper = confirmations[before] if before < len(days) else None
        shown = Shown(
            kept_on=keeper.confirmed_on if keeper else None,
            outcome=Outcome.NONE if before else Outcome.NEVER,
        )
        link = known.get(day)
        if link is not None and (
            link.outcome == Outcome.VOID
            or (link.kept_on, link.outcome) == (shown.kept_on, shown.outcome)
        ):
            continue
        report(
            session,
            obligation=obligation,
            origin=origin(day),
            event_on=day,
            shown=shown,
            told=Told(f"contacts-confirmation:{keeper.id}", keeper.confirmed_on, keeper.person)
            if keeper
            else None,
            now=now,
        )
