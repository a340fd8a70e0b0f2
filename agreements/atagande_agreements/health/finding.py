"""Something that is missing, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much it matters, the worst first."""

    #: Something can't work.
    ERROR = "error"
    #: Something is not followed up, or reaches nobody.
    WARNING = "warning"
    #: Good to know.
    HINT = "hint"


class About(StrEnum):
    """What a finding is about."""

    COMMITMENT = "commitment"
    PARAMETER = "parameter"
    PARTY = "party"
    CLINIC = "clinic"
    SECTION = "section"
    MEETINGS = "meetings"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is missing.

    `message` and `next_step` are message ids (Swedish) with named placeholders that `params` fills.
    """

    level: Level
    #: Stable name of the kind of finding, such as `no_rule`.
    code: str
    about: About
    #: Key of what it is about, such as "P3".
    key: str
    #: What it is about as a person reads it, in Swedish and English.
    name: str
    name_en: str
    message: str
    next_step: str
    params: Mapping[str, object] = field(default_factory=dict)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by level, each level in the order they were found."""
    order = list(Level)
    return sorted(findings, key=lambda one: order.index(one.level))
