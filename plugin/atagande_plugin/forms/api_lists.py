"""What stands in the query of the API's lists: where to go on, and how much to give."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from atagande_agreements.civil_time import FIRST_YEAR, LAST_YEAR
from atagande_agreements.deviations.models import DeviationState
from atagande_agreements.followup.period import Period
from atagande_agreements.outbox.models import OutboxState
from atagande_plugin.forms.base import Form, RowNumber

_FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_LAST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)


def _in_our_time(moment: datetime) -> datetime:
    if not _FIRST <= moment < _LAST:
        raise ValueError(f"outside {FIRST_YEAR}-{LAST_YEAR}")
    return moment.astimezone(UTC)


#: A moment with its offset, given on in UTC, in years that calendars and holidays are known for.
Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class Page(Form):
    """A part of a list: rows numbered above `after`, at most `limit` of them."""

    after: RowNumber = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class EnquiryPage(Page):
    """A part of the enquiries, perhaps only those that wait for an answer."""

    waiting: bool = False


class DeviationPage(Page):
    """A part of the deviations, perhaps only those in one state."""

    state: DeviationState | None = None


class OccurrencePage(Page):
    """A part of a commitment's occurrences, perhaps only those of a party (its key)."""

    party: Annotated[str, Field(max_length=64)] | None = None


class OutboxPage(Page):
    """A part of the outbox, perhaps only the messages in one state."""

    state: OutboxState | None = None


class SlotPage(Form):
    """Free slots that begin after a moment; now, if none is said."""

    after: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def _is_period(code: str) -> str:
    Period.parse(code)
    return code


#: "2026", "2026-H1", "2026-Q3" or "2026-02-03--2026-04-15".
PeriodCode = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}(-H[12]|-Q[1-4]|-[0-9]{2}-[0-9]{2}--[0-9]{4}-[0-9]{2}-[0-9]{2})?$"
    ),
    AfterValidator(_is_period),
]


class Followed(Form):
    """The period that is followed up; this calendar year, if none is said."""

    period: PeriodCode | None = None
