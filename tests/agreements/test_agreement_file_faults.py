"""Every fault in an agreement file, with its line and what to do about it."""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atagande_agreements.privacy import find_personal_number
from atagande_agreements.register.agreement_file import parse, parse_bytes

FILES = Path(__file__).parent / "files"
SMALL = (FILES / "small.toml").read_text(encoding="utf-8")
CASES = tomllib.loads((FILES / "faults.toml").read_text(encoding="utf-8"))["case"]
PERSONAL_NUMBER = "19121212-1212"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_fault_is_named_with_its_line_and_a_remedy(case: dict[str, Any]) -> None:
    before, after = case["before"], case["after"]
    start = SMALL.index(before)
    line = SMALL.count("\n", 0, start) + 1 + after.partition(">")[0].count("\n") * (">" in after)
    text = SMALL.replace(before, after.replace(">", ""), 1)
    agreement, faults = parse(text, filename="prov.toml")
    assert agreement is None
    found = [one for one in faults if (one.code, one.path) == (case["code"], case["path"])]
    assert len(found) == 1, faults
    assert found[0].line == line
    assert case["problem"] in found[0].problem % found[0].params
    assert case["remedy"] in found[0].remedy % found[0].params
    assert str(found[0]).startswith(f"prov.toml:{line}: ")
    others = [f"{one.code} {one.path}" for one in faults if one is not found[0]]
    assert others == case.get("others", [])


def test_clinics_oblige_nobody_when_there_is_no_clinic() -> None:
    text = SMALL.replace('kind = "clinic"', 'kind = "office"').replace(
        '["clinics", "organisation:provby"]', '["clinics"]'
    )
    _, faults = parse(text, filename="prov.toml")
    assert [(one.code, one.path) for one in faults] == [("nobody_obliged", "commitment[1].obliged")]


@pytest.mark.parametrize(
    ("line", "header", "key", "path"),
    [
        ('title = "Svar"\n', '[[commitment]]\nkey = "P3"', "title", "commitment[1].title"),
        ('kind = "clinic"\n', "[[unit]]", "kind", "unit[1].kind"),
        ("valid_from = 2024-01-01\n", "[agreement]", "valid_from", "agreement.valid_from"),
        ("maximum = 60\n", "[[parameter]]", "maximum", "parameter[1].maximum"),
    ],
)
def test_a_missing_key_is_told_at_its_header(line: str, header: str, key: str, path: str) -> None:
    text = SMALL.replace(line, "", 1)
    _, faults = parse(text, filename="prov.toml")
    assert [(one.code, one.path) for one in faults] == [("missing_key", path)]
    assert faults[0].line == text.count("\n", 0, text.index(header)) + 1
    assert key in faults[0].problem % faults[0].params


def test_a_file_without_commitments_is_refused() -> None:
    text = SMALL[: SMALL.index("[[commitment]]")]
    _, faults = parse(text, filename="prov.toml")
    assert "no_commitments" in {one.code for one in faults}


def test_an_empty_file_names_every_header_that_is_missing() -> None:
    agreement, faults = parse("", filename="prov.toml")
    assert agreement is None
    assert [(one.line, one.code, one.path) for one in faults] == [
        (1, "missing_table", "agreement"),
        (1, "missing_table", "association"),
        (1, "no_commitments", "commitment"),
        (1, "format", "format"),
        (1, "missing_table", "organisation"),
        (1, "missing_table", "section"),
        (1, "missing_table", "steering_group"),
    ]


def test_every_fault_is_found_in_one_go_also_past_lines_that_cannot_be_read() -> None:
    text = (
        SMALL.replace('force = "ska"', "force = ska")
        .replace('guidance = ["deputy"]', 'guidance = ["deputy"')
        .replace('unit = "percent"', 'unit = "procent"')
        .replace('subject = "other_therapist"', 'subject = "other_therapist')
        .replace('key = "P4"', 'key = "P3"')
        .replace("svar@provby.example", "svår@provby.example")
    )
    _, faults = parse(text, filename="prov.toml")
    assert [(one.code, one.path) for one in faults] == [
        ("email", "organisation[2].email"),
        ("unknown_unit", "parameter[2].unit"),
        ("syntax", "commitment[1].force"),
        ("syntax", "commitment[1].guidance"),
        ("duplicate", "commitment[2].key"),
        ("syntax", "commitment[2].subject"),
    ]


def test_a_personal_number_is_never_quoted_back() -> None:
    text = SMALL.replace('force = "ska"', f'force = "{PERSONAL_NUMBER}"').replace(
        'short = "Norra"', f'short = "Norra"\n"{PERSONAL_NUMBER}" = 1'
    )
    _, faults = parse(text, filename="prov.toml")
    assert {one.code for one in faults} >= {"personal_number", "unknown_force", "unknown_key"}
    assert not any(find_personal_number(repr(dataclasses.astuple(one))) for one in faults)


def test_a_personal_number_is_found_in_a_file_that_cannot_be_read() -> None:
    _, faults = parse(f"[[[\n# {PERSONAL_NUMBER}\n", filename="prov.toml")
    assert [(one.line, one.code) for one in faults] == [(1, "syntax"), (2, "personal_number")]


def test_bytes_that_are_not_utf_8_are_named_by_line() -> None:
    agreement, faults = parse_bytes(SMALL.encode("latin-1"), filename="prov.toml")
    assert agreement is None
    assert [(one.code, one.line) for one in faults] == [("encoding", 6)]
    assert "UTF-8" in faults[0].remedy


def test_bytes_with_a_byte_order_mark_are_read() -> None:
    agreement, faults = parse_bytes(SMALL.encode("utf-8-sig"), filename="prov.toml")
    assert agreement is not None
    assert (agreement, faults) == parse(SMALL, filename="prov.toml")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a = " + "{a=" * 5000,
        "a = " + "9" * 5000,
        "a = 0x" + "f" * 9000,
        "a" + ".a" * 5000 + " = 1",
        "a = '''",
        "a = [",
        "\x00",
        "[[]]",
        "= 1",
    ],
)
def test_a_hostile_text_is_refused_and_never_stops_the_check(text: str) -> None:
    agreement, faults = parse(text, filename="prov.toml")
    assert agreement is None
    assert faults


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_with_lines_that_exist(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SMALL)))
    length = data.draw(st.integers(0, 200))
    extra = data.draw(st.text("\"'[]{}=,\\#\n ab1", max_size=5))
    text = SMALL[:start] + extra + SMALL[start + length :]
    agreement, faults = parse(text, filename="prov.toml")
    assert (agreement is None) == bool(faults)
    last = text.count("\n") + 1
    for fault in faults:
        assert 1 <= fault.line <= last
        assert fault.problem % fault.params
        assert fault.remedy % fault.params
