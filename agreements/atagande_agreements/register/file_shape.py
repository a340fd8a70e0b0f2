"""The shape of an agreement file: one frozen dataclass a table, one field a key.

The order of the fields is the canonical order of the keys in the file. A field's metadata tells
the reader what may stand there (`kind`, `choices`, `longest`); a field without a default is
required.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from atagande_agreements.register import file_words as words

_LINE: Final = 200


def _is(kind: str, choices: tuple[str, ...] = (), *, longest: int = _LINE) -> dict[str, object]:
    """Describe a field: its kind, its allowed words and its greatest length in characters."""
    return {"kind": kind, "choices": choices, "longest": longest}


_TEXT: Final = _is("text")
_SHORT: Final = _is("text", longest=40)
_PROSE: Final = _is("prose", longest=4000)
_SLUG: Final = _is("slug", longest=64)
_DATE: Final = _is("date")
_EMAIL: Final = _is("email", longest=254)
_LIST: Final = _is("list")
_INTEGER: Final = _is("integer")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAgreement:
    """`[agreement]`: what it is called, whom it is for and how long it is in force."""

    #: Short name in addresses, such as `sgi0`.
    key: str = field(metadata=_SLUG)
    title: str = field(metadata=_TEXT)
    #: Målgrupp, in our own words.
    target_group: str = field(metadata=_PROSE)
    target_group_en: str = field(metadata=_PROSE)
    #: First day in force.
    valid_from: dt.date = field(metadata=_DATE)
    #: Last day in force; none means until further notice.
    valid_to: dt.date | None = field(default=None, metadata=_DATE)
    #: Which text the commitments were read from, and what it lacks.
    source: str = field(metadata=_PROSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAssociation:
    """`[association]`: the *samordningsförbund* that keeps the agreement."""

    #: The key of its own row among the organisations.
    key: str = field(metadata=_SLUG)
    name: str = field(metadata=_TEXT)
    short: str = field(metadata=_SHORT)
    address: str | None = field(default=None, metadata=_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSteeringGroup:
    """`[steering_group]`: who decides, and from which day."""

    name: str = field(metadata=_TEXT)
    valid_from: dt.date = field(metadata=_DATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrganisation:
    """`[[organisation]]`: a party that signs."""

    key: str = field(metadata=_SLUG)
    name: str = field(metadata=_TEXT)
    #: Name in narrow columns.
    short: str = field(metadata=_SHORT)
    kind: str = field(metadata=_is("choice", words.ORGANISATION_KINDS))
    #: Functional mailbox, never a person's.
    email: str | None = field(default=None, metadata=_EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUnit:
    """`[[unit]]`: a place within a party, such as a clinic."""

    key: str = field(metadata=_SLUG)
    #: Key of the organisation it belongs to.
    organisation: str = field(metadata=_SLUG)
    name: str = field(metadata=_TEXT)
    short: str = field(metadata=_SHORT)
    kind: str = field(metadata=_is("choice", words.UNIT_KINDS))
    address: str | None = field(default=None, metadata=_TEXT)
    #: Functional mailbox, never a person's.
    email: str | None = field(default=None, metadata=_EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnnex:
    """`[[annex]]`: a document that goes with the agreement."""

    key: str = field(metadata=_SLUG)
    title: str = field(metadata=_TEXT)
    title_en: str = field(metadata=_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSection:
    """`[[section]]`: a heading of the agreement, in its order."""

    key: str = field(metadata=_SLUG)
    title: str = field(metadata=_TEXT)
    title_en: str = field(metadata=_TEXT)
    #: Said on the page when the source has nothing under the heading.
    missing: str | None = field(default=None, metadata=_TEXT)
    missing_en: str | None = field(default=None, metadata=_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileParameter:
    """`[[parameter]]`: what the source leaves open and the steering group decides."""

    key: str = field(metadata=_is("snake", longest=64))
    label: str = field(metadata=_TEXT)
    label_en: str = field(metadata=_TEXT)
    unit: str = field(metadata=_is("choice", words.PARAMETER_UNITS))
    #: Start value to decide on: never used to judge. None means that there is no proposal.
    proposal: int | bool | str | None = field(default=None, metadata=_is("value"))
    #: Smallest and largest value that may be decided; only for units that are numbers.
    minimum: int | None = field(default=None, metadata=_INTEGER)
    maximum: int | None = field(default=None, metadata=_INTEGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCommitment:
    """`[[commitment]]`: one clause in force for some parties."""

    key: str = field(metadata=_is("code", longest=16))
    #: Key of the section it is shown under.
    section: str = field(metadata=_SLUG)
    #: Where it stands in the source: heading, point, sentence.
    paragraph: str = field(metadata=_TEXT)
    title: str = field(metadata=_TEXT)
    title_en: str = field(metadata=_TEXT)
    #: What is promised, in our own words.
    text: str = field(metadata=_PROSE)
    text_en: str = field(metadata=_PROSE)
    force: str = field(metadata=_is("choice", words.FORCES))
    #: Parties it binds: a group, `organisation:KEY` or `unit:KEY`.
    obliged: tuple[str, ...] = field(metadata=_LIST)
    rule: str = field(metadata=_is("choice", words.RULE_KINDS))
    #: What the rule looks at; the choices depend on the rule.
    subject: str = field(metadata=_TEXT)
    on_miss: str = field(metadata=_is("choice", words.ON_MISS))
    reporter: str = field(metadata=_is("choice", words.REPORTERS))
    #: The rule as a person reads it.
    rule_text: str = field(metadata=_PROSE)
    rule_text_en: str = field(metadata=_PROSE)
    #: Keys of the parameters it is judged by: until all are decided it can't be judged.
    parameters: tuple[str, ...] = field(default=(), metadata=_LIST)
    #: Keys of the parameters that tell how to read it, and that no verdict waits for.
    guidance: tuple[str, ...] = field(default=(), metadata=_LIST)


#: A row of any table.
Row = (
    FileAgreement
    | FileAssociation
    | FileSteeringGroup
    | FileOrganisation
    | FileUnit
    | FileAnnex
    | FileSection
    | FileParameter
    | FileCommitment
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFile:
    """A whole agreement file, in the order of its tables.

    `parameters` and `guidance` of a commitment stand in the order of the file's parameters.
    """

    format: int = words.FORMAT
    agreement: FileAgreement
    association: FileAssociation
    steering_group: FileSteeringGroup
    organisations: tuple[FileOrganisation, ...]
    units: tuple[FileUnit, ...] = ()
    annexes: tuple[FileAnnex, ...] = ()
    sections: tuple[FileSection, ...]
    parameters: tuple[FileParameter, ...] = ()
    commitments: tuple[FileCommitment, ...]


#: Tables that stand once, with the dataclass of each.
SINGLE_TABLES: Final[dict[str, type[Row]]] = {
    "agreement": FileAgreement,
    "association": FileAssociation,
    "steering_group": FileSteeringGroup,
}

#: Tables with rows: their name in the file, the field of `AgreementFile`, the rows' dataclass.
ROW_TABLES: Final[dict[str, tuple[str, type[Row]]]] = {
    "organisation": ("organisations", FileOrganisation),
    "unit": ("units", FileUnit),
    "annex": ("annexes", FileAnnex),
    "section": ("sections", FileSection),
    "parameter": ("parameters", FileParameter),
    "commitment": ("commitments", FileCommitment),
}

#: Tables that must have at least one row.
NEEDED_TABLES: Final = ("organisation", "section", "commitment")
