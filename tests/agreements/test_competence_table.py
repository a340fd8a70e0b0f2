"""Rows become reports, or faults that name the cell and the remedy. Pure: no database."""

from datetime import date

import pytest

from atagande_agreements.competence.errors import EmptyFile, PersonalNumberInFile
from atagande_agreements.competence.places import Place
from atagande_agreements.competence.table import COLUMNS, MOST_FAULTS, Fault, Known, read_table
from atagande_agreements.parties.models import Organisation, Unit

NUMBER = "19900101-2389"
ROW = "sigtuna-ek;sip;2025-05-01;12;;20"


def known() -> Known:
    sigtuna = Organisation(id=1, key="sigtuna", name="Sigtuna")
    place = Place(sigtuna, Unit(id=2, key="sigtuna-ek", name="Ekonomiskt bistånd"))
    return Known(
        places=[place],
        own=frozenset({place.key}),
        subjects={"sip": "sip", "läkarintyg": "medical_certificates"},
        asked=frozenset({"sip", "medical_certificates"}),
        as_of=date(2026, 3, 2),
        since=date(2019, 10, 25),
    )


def cells(*lines: str) -> list[list[str]]:
    return [list(COLUMNS), *(line.split(";") for line in lines)]


def words(fault: Fault) -> str:
    """Return what a fault says and what to do, as on the Swedish page."""
    said = f"{fault.message} {fault.next_step}"
    return said % fault.params if fault.params else said


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        ("sollentuna-ek;sip;2025-05-01;1;;20", "enhet", "ingen enhet som du rapporterar för"),
        ("finns-inte;sip;2025-05-01;1;;20", "enhet", "Skriv sigtuna-ek."),
        ("sigtuna-ek;dans;2025-05-01;1;;20", "ämne", "dans är inget ämne som gäller er."),
        ("sigtuna-ek;;2025-05-01;1;;20", "ämne", "är inget ämne"),
        ("sigtuna-ek;sip;1 maj;1;;20", "datum", "Skriv datumet som ÅÅÅÅ-MM-DD."),
        ("sigtuna-ek;sip;2025-02-30;1;;20", "datum", "2025-02-30 är inget datum."),
        ("sigtuna-ek;sip;2026-03-03;1;;20", "datum", "senare än 2026-03-02"),
        ("sigtuna-ek;sip;;1;;20", "datum", "Datum saknas."),
        ("sigtuna-ek;sip;2025-05-01;;;20", "antal", "Antalet saknas."),
        ("sigtuna-ek;sip;2025-05-01;0;;20", "antal", "0 är inget antal."),
        ("sigtuna-ek;sip;2025-05-01;1,5;;20", "antal", "1,5 är inget antal."),
        ("sigtuna-ek;sip;2025-05-01;9999999;;20", "antal", "heltal från 0 till 100000"),
        ("sigtuna-ek;sip;2025-05-01;2;Ann;20", "antal", "varje namn är en person"),
        ("sigtuna-ek;sip;2025-05-01;;Ann 4711;20", "namn", "innehåller nummer"),
        ("sigtuna-ek;sip;2025-05-01;1;;21", "personal", "Personal är 21 här men 20 på rad 2."),
        ("sigtuna-ek;sip;2025-05-02;9;;20", "personal", "21 är utbildade, men personalen är 20."),
        ("sigtuna-ek;sip;2025-05-01;1;;20;mer", "", "fler celler än rubriker"),
        ("sigtuna-ek;läkarintyg;2025-05-01;1;;", "personal", "Antalet personal saknas"),
        ("=1+1;sip;2025-05-01;1;;20", "enhet", "börjar med =, som en formel"),
        ("sigtuna-ek;sip;2025-05-01;+2;;20", "antal", "börjar med +"),
        ("sigtuna-ek;sip;2025-05-01;-2;;20", "antal", "börjar med -"),
        ("sigtuna-ek;sip;2025-05-01;;@SUM(A1);20", "namn", "börjar med @"),
        ("sigtuna-ek;sip;2025-05-01;;=cmd|x;20", "namn", "börjar med ="),
        ("sigtuna-ek;sip;=TODAY();1;;20", "datum", "Skriv värdet i stället för formeln"),
    ],
)
def test_a_faulty_cell_is_named_with_its_remedy(row: str, place: str, said: str) -> None:
    table = read_table(cells(ROW, row), known())
    assert table.fault_count == len(table.faults) > 0
    found = [one for one in table.faults if one.column == place and said in words(one)]
    assert [one.row in {2, 3} for one in found] == [True]


def test_a_name_twice_is_named_with_the_other_row() -> None:
    table = read_table(
        cells("sigtuna-ek;sip;2025-05-01;;Ann;20", "sigtuna-ek;sip;2025-06-01;;ANN;20"), known()
    )
    assert ["Samma namn står på rad 2." in words(one) for one in table.faults] == [True]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("enhet;datum;antal;personal", "Kolumnen finns inte."),
        ("ämne;datum;personal", "Kolumnen finns inte."),
        ("ämne;ämne;datum;antal;personal", "Kolumnen finns två gånger."),
    ],
)
def test_a_faulty_header_is_named(header: str, said: str) -> None:
    table = read_table([header.split(";"), ["x"] * 5], known())
    assert said in " ".join(map(words, table.faults))


def test_every_fault_is_counted_but_not_all_are_described() -> None:
    table = read_table(cells(*["x;sip;2025-05-01;1;;20"] * 500), known())
    assert (table.fault_count, len(table.faults)) == (500, MOST_FAULTS)


def test_a_training_before_the_agreement_is_noted_for_a_second_look() -> None:
    table = read_table(cells("sigtuna-ek;sip;2018-05-01;1;;20"), known())
    assert table.fault_count == 0
    [notice] = table.notices
    assert "2018-05-01 är före överenskommelsens första dag" in words(notice)


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("row", [1, 2])
def test_a_personal_number_in_any_cell_is_refused_and_comes_out_nowhere(
    column: int, row: int
) -> None:
    rows = cells(ROW)
    rows[row - 1][column] = NUMBER
    with pytest.raises(PersonalNumberInFile) as refused:
        read_table(rows, known())
    assert (refused.value.params["row"], refused.value.params["column"]) == (row, column + 1)
    assert "2389" not in repr(vars(refused.value))


@pytest.mark.parametrize("rows", [[], [[]], [list(COLUMNS)], [list(COLUMNS), ["", " "]]])
def test_a_file_without_a_row_below_its_header_is_empty(rows: list[list[str]]) -> None:
    with pytest.raises(EmptyFile):
        read_table(rows, known())
