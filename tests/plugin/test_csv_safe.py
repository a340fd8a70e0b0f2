"""CSV of ours: nothing in it is computed, and what is written is read back the same."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.competence.counts import (
    Numbers,
    Training,
    check_numbers,
    is_name,
    numbers_in_order,
)
from atagande_agreements.competence.places import Place
from atagande_agreements.competence.table import COLUMNS, Known, as_rows, read_table
from atagande_agreements.parties.models import Organisation, OrganisationKind
from atagande_agreements.privacy import find_personal_number
from atagande_plugin import csv_safe
from atagande_plugin.sheets import read_sheet

AS_OF = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+46 8", "'+46 8"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("'=1", "''=1"),
        ("'citat'", "'citat'"),
        ("Sigtuna", "Sigtuna"),
        ("", ""),
        (None, ""),
        (20, "20"),
        (-20, "'-20"),
    ],
)
def test_what_a_program_would_compute_gets_an_apostrophe(value: object, written: str) -> None:
    assert csv_safe.cell(value) == written


@given(st.text())
def test_no_cell_is_computed_and_every_cell_comes_back(text: str) -> None:
    written = csv_safe.cell(text)
    assert not written.lstrip(" ").startswith(csv_safe.DANGEROUS)
    assert csv_safe.plain(written) == text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2)))
def test_a_file_has_the_cells_it_was_given(rows: list[list[str]]) -> None:
    text = csv_safe.as_csv(rows).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    assert [[csv_safe.plain(cell) for cell in row] for row in found] == rows


DAYS = st.dates(date(2019, 11, 1), AS_OF)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
    lambda name: is_name(name) and find_personal_number(name) is None
)
COUNTS = st.lists(st.builds(Training, DAYS, st.integers(1, 50)), max_size=8)
NAMED = st.dictionaries(NAMES, DAYS, max_size=8)


@given(counts=COUNTS, named=NAMED, more=st.integers(0, 20))
def test_what_is_exported_is_imported_as_the_same(
    counts: list[Training], named: dict[str, date], more: int
) -> None:
    distinct = {name.casefold(): (name, day) for name, day in named.items()}
    rows = [*counts, *(Training(day, 1, name) for name, day in distinct.values())]
    numbers = Numbers(sum(one.people for one in rows) + more, tuple(rows))
    check_numbers(numbers, AS_OF)
    organisation = Organisation(key="fk", name="Försäkringskassan", kind=OrganisationKind.INSURANCE)
    place = Place(organisation)
    known = Known(
        places=[place],
        own=frozenset({"fk"}),
        subjects={"sip": "sip"},
        asked=frozenset({"sip"}),
        as_of=AS_OF,
        since=date(2019, 10, 25),
    )
    ordered = numbers_in_order(numbers)
    file = csv_safe.as_csv([COLUMNS, *as_rows(place, "sip", ordered)])
    table = read_table(read_sheet(file), known)
    assert table.faults == []
    (draft,) = table.drafts
    assert numbers_in_order(draft.numbers) == ordered
