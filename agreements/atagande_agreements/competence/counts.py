"""What a report says: how many people there are, and when how many of them were trained."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from atagande_agreements.competence.errors import (
    BadNameRow,
    BadStaff,
    BadTrainingRow,
    MoreThanStaff,
    SameName,
    TrainedInFuture,
)

#: More staff than any public body in the country has in one place.
HIGHEST_STAFF = 100_000
LONGEST_NAME = 80
#: Signs that a spreadsheet program would compute, and the one that keeps it from that.
_NOT_FIRST = ("=", "+", "-", "@", "'")
#: So many digits in a row are no part of a name.
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Training:
    """People trained on one local date; a named row is one colleague."""

    trained_on: date
    people: int = 1
    #: Name or initials; "" for a count.
    name: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a report says."""

    staff: int
    trainings: tuple[Training, ...] = ()

    def by_date(self) -> dict[date, int]:
        """Return how many people were trained on each local date."""
        counted: Counter[date] = Counter()
        for one in self.trainings:
            counted[one.trained_on] += one.people
        return dict(sorted(counted.items()))

    def named(self) -> list[tuple[str, date]]:
        """Return who is named and when they were trained, in the order of the names."""
        return sorted((one.name, one.trained_on) for one in self.trainings if one.name)


def is_name(text: str) -> bool:
    """Tell whether a text can be a colleague's name or initials: short, and no number."""
    run = longest = 0
    for char in text:
        run = run + 1 if char.isdecimal() else 0
        longest = max(longest, run)
    fits = 0 < len(text) <= LONGEST_NAME and text == text.strip() and text.isprintable()
    return fits and longest < _DIGITS and not text.startswith(_NOT_FIRST)


def check_numbers(numbers: Numbers, as_of: date) -> None:
    """Refuse what can't be true on a local date; the rows are numbered from 1."""
    if not 0 <= numbers.staff <= HIGHEST_STAFF:
        raise BadStaff(field="staff", highest=HIGHEST_STAFF)
    seen: dict[str, int] = {}
    for row, one in enumerate(numbers.trainings, start=1):
        if one.name and (one.people != 1 or not is_name(one.name)):
            raise BadNameRow(field="rows", row=row)
        if not 1 <= one.people <= HIGHEST_STAFF:
            raise BadTrainingRow(field="rows", row=row)
        if one.trained_on > as_of:
            raise TrainedInFuture(field="rows", trained_on=one.trained_on, day=as_of)
        if one.name:
            first = seen.setdefault(one.name.casefold(), row)
            if first != row:
                raise SameName(field="rows", first=first, row=row)
    trained = sum(one.people for one in numbers.trainings)
    if trained > numbers.staff:
        raise MoreThanStaff(field="staff", trained=trained, staff=numbers.staff)


def numbers_in_order(numbers: Numbers) -> Numbers:
    """Return the same numbers in the one order that a report gives them back in."""
    named = [Training(day, 1, name) for name, day in numbers.named()]
    counts: Counter[date] = Counter()
    for one in numbers.trainings:
        if not one.name:
            counts[one.trained_on] += one.people
    unnamed = [Training(day, people) for day, people in sorted(counts.items())]
    return Numbers(numbers.staff, (*unnamed, *named))


def trainings_from_rows(rows: Sequence[tuple[str, str, str]]) -> tuple[Training, ...]:
    """Read the rows of a form, each (name, date, people); empty ones are left out.

    Raises BadNameRow or BadTrainingRow for one that is half filled in.
    """
    found = []
    for number, (name, day, people) in enumerate(rows, start=1):
        if not (name or day or people):
            continue
        wrong = BadNameRow if name or not people else BadTrainingRow
        try:
            one = Training(date.fromisoformat(day), int(people or "0") if not name else 1, name)
        except ValueError:
            raise wrong(field="rows", row=number) from None
        if not name and not people:
            raise wrong(field="rows", row=number)
        found.append(one)
    return tuple(found)
