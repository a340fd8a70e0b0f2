"""All that a report says, gathered once and kept as JSON.

Its screen, its PDF, its workbook and its CSV are made from this JSON alone, so they can't differ.
It holds no case, no person, and nothing that a party has written: names of parties and clauses,
numbers, dates, the group's own decisions and the issues that were lifted to it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from atagande_agreements.followup.overview import Overview

#: Raised when what the JSON means changes; an issued report keeps the one it was made with.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class DeviationCounts:
    """Deviations of a period; one may be opened and closed in it."""

    opened: int
    reopened: int
    closed: int
    withdrawn: int
    #: Not ended when the period's last day was over.
    open_at_end: int


@dataclass(frozen=True, slots=True)
class DeviationLine:
    """One deviation that was opened or ended in the period, or was not ended at its end."""

    #: "A-12".
    name: str
    commitment: str
    title: str
    title_en: str
    #: Name of the party, as it was called at the end of the period.
    party: str
    #: Local dates as ISO. `ended_on` is None while it is not ended.
    opened_on: str | None
    ended_on: str | None
    #: Codes of quarters, instead of the days that would tell one person's case from another.
    opened_in: str | None
    ended_in: str | None
    #: `DeviationState` on the day that the report was made, and why it was closed.
    state: str
    ending: str | None
    #: It was not ended when the period's last day was over.
    open_at_end: bool
    #: The party has replied, and said that it kept the commitment.
    replied: bool
    contested: bool
    #: `Rung` that it has come to.
    rung: str
    #: Its latest measure: the party that owns it, its last day, and the day it was done.
    measure_owner: str | None
    measure_due_on: str | None
    measure_done_on: str | None
    #: The latest decision about it.
    paragraph: str | None
    decided_on: str | None


@dataclass(frozen=True, slots=True)
class Deviations:
    """The deviations of a period, at most `gathered.MOST_LINES` of them in lines."""

    now: DeviationCounts
    #: None when the agreement had not begun.
    before: DeviationCounts | None
    lines: Sequence[DeviationLine]
    #: How many more there are than lines.
    left_out: int


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision of the group, taken in the period."""

    paragraph: str
    decided_on: str
    diary_number: str
    #: `DecisionKind`.
    kind: str
    #: What it is about, by name: a parameter or document, or deviations ("A-12").
    about: Sequence[str]
    about_en: Sequence[str]
    #: A parameter's value and `ParameterUnit`, and the first local date that it applies to.
    value: str | None
    unit: str | None
    valid_from: str | None
    #: The group's own words.
    note: str


@dataclass(frozen=True, slots=True)
class LiftedLine:
    """An issue that was lifted to the group in the period."""

    lifted_on: str
    meeting_on: str
    #: Name of the party that raised it; None when the meeting as a whole did.
    party: str | None
    text: str


@dataclass(frozen=True, slots=True)
class UndecidedLine:
    """A parameter without any decision on the day that the report was made."""

    key: str
    label: str
    label_en: str
    proposal: str | None
    unit: str
    #: Keys of the commitments that wait for it.
    commitments: Sequence[str]


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A published figure of cases: only what `followup.figures` gives out."""

    measure: str
    #: "women", "men", "unknown"; "" for all.
    sex: str
    #: `FigureKind`.
    kind: str
    #: Name of the party or clinic; None for all together.
    party: str | None
    #: The sum of what may be told; None when nothing may.
    value: int | None
    #: Something is left out of it: there are more.
    partial: bool
    #: It is 1 to one less than the limit.
    is_small: bool
    #: The period before; None for both when nothing is published of it.
    value_before: int | None
    partial_before: bool | None


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole report."""

    association: str
    agreement: str
    overview: Overview
    #: First and last local date of the period before, as ISO; None when it can't be compared.
    before_first: str | None
    before_last: str | None
    #: Parties that were one for only a part of the period: (name, first day, last day), as ISO.
    partly: Sequence[tuple[str, str, str]]
    deviations: Deviations
    decisions: Sequence[DecisionLine]
    lifted: Sequence[LiftedLine]
    undecided: Sequence[UndecidedLine]
    figures: Sequence[FigureLine]
    #: Codes of the period's quarters that no figure is published of yet.
    figures_awaited: Sequence[str]
    #: Limit below which a figure of cases is not told.
    small_number_limit: int
    format: int = FORMAT


def written(contents: Contents) -> str:
    """Return a report's canonical JSON: the same contents are always the same text."""
    return json.dumps(asdict(contents), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Mapping[str, Any]:
    """Return what a report says, by the names of the classes here."""
    found: Mapping[str, Any] = json.loads(text)
    return found
