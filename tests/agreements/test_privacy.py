"""Personal numbers are found however they are written, and little else is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.privacy import find_personal_number

#: Invented numbers; the check digits are right where the form needs it.
NUMBERS = [
    "19850709-9805",
    "198507099805",
    "850709-9805",
    "8507099805",
    "850709+9805",
    "850709 9805",
    "19850709 9805",
    "1985-07-09-9805",
    "850769-9802",  # coordination number
    "850709–9805",  # en dash
    "８５０７０９-９８０５",
    "850709\u200b-9805",
    "Gäller 850709-9805, se brev",
    "(8507099805)",
    "850709-T805",
    "850709\n9805",
    "850709   \t  -   9805",
    "850709/9805",
    "19850709_9805",
    "pnr850709-9805",
    "SOC8507099805",
    "850709-9805abc",
    "٨٥٠٧٠٩-٩٨٠٥",
]
OTHERS = [
    "",
    "A7K2-M9QX",
    "2026-03-30",
    "§ 12",
    "kl. 13.00–14.00",
    "08-123 456 78",
    "070-123 45 67",
    "191 86 Sollentuna",
    "KS 2019/528",
    "2026-03-03T13:00:00+01:00",
    "1234567890",
    "851309-9805",  # no thirteenth month
    "0123456789abcdef0123456789abcdef",
    "8507099806",  # wrong check digit
    "SN20260312-1235",  # a record's number: letters, and a wrong check digit
    "8507099805abcdef8507099805abcdef",
    "12ab8507-0998-4805-8507-099805abcdef",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_personal_number_is_found(text: str) -> None:
    assert find_personal_number(text) is not None


@pytest.mark.parametrize("text", OTHERS)
def test_other_texts_pass(text: str) -> None:
    assert find_personal_number(text) is None


@given(before=st.text(" .,:;()/", max_size=5), after=st.text(" .,:;()/", max_size=5))
def test_what_stands_around_it_hides_nothing(before: str, after: str) -> None:
    assert find_personal_number(f"{before}850709-9805{after}") is not None


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    found = find_personal_number(text)
    assert found is None or any(char.isdigit() for char in found)


@pytest.mark.parametrize(
    "text", ["850709" + " " * 200_000 + "x", "850709 " * 50_000, "0-" * 100_000]
)
def test_a_long_text_is_searched_at_once(text: str) -> None:
    began = time.process_time()
    assert find_personal_number(text) is None
    assert time.process_time() - began < 5, "in proportion to its length; once it took hours"
