"""PDF documents: what is set, what can't be, and that the same data gives the same bytes."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from atagande_plugin import pdf

MADE_AT = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
SOURCE = """#import "house.typ": *
#let data = json("data.json")
#show: house.with(data)
#data.text
#house-table((1fr, auto), ("Part", "Läge"), name(data.text), status("met", "Uppfyllt"))
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a document that says one text twice."""
    (tmp_path / "trial.typ").write_text(SOURCE, "utf-8")
    (tmp_path / "house.typ").write_text((pdf.FOLDER / "house.typ").read_text("utf-8"), "utf-8")
    monkeypatch.setattr(pdf, "FOLDER", tmp_path)
    pdf._text.cache_clear()
    return "trial"


def made(source: str, text: str, language: str = "sv") -> bytes:
    return pdf.typeset(
        source,
        {"title": "Titel", "association": "Förbundet", "text": text, "diary_number": "7/26"},
        language=language,
        made_at=MADE_AT,
    )


def read(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join("".join(one.extract_text() for one in pages).split())


def test_the_same_data_gives_the_same_bytes_and_tells_no_other_time(source: str) -> None:
    first, second = made(source, "Hej"), made(source, "Hej")
    assert first == second
    assert first != made(source, "Hej då")
    metadata = PdfReader(io.BytesIO(first)).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == MADE_AT.date()


@pytest.mark.parametrize(
    "text", ["#panic()", "*fet* _kursiv_", "$x^2$", "// tyst", "<etikett> @nyckel", "\\ ~ --"]
)
def test_what_stands_in_the_data_is_never_read_as_markup(source: str, text: str) -> None:
    assert "".join(text.split()) in "".join(read(made(source, text)).split())


def test_a_sign_that_no_font_has_becomes_a_box_and_the_rest_stays(source: str) -> None:
    assert "Bra □ jobbat □!" in read(made(source, "Bra 🎉 jobbat 日!"))
    assert "Œ Ω Ж ≤ → ½ €" in read(made(source, "Œ Ω Ж ≤ → ½ €"))


def test_what_is_no_sign_becomes_a_space() -> None:
    data: dict[str, Any] = {"a": ["x\x0by", {"b": "\x1f"}], "c": 3}
    assert pdf.legible(data) == {"a": ["x y", {"b": " "}], "c": 3}


def test_usual_texts_are_given_on_as_they_are() -> None:
    data = {"a": "Åtgärd – ”så” här … § 12 ✓"}
    assert pdf.legible(data) is data


def test_the_foot_of_the_page_has_its_number_and_the_diary_number(source: str) -> None:
    text = read(made(source, "Hej"))
    assert "Diarienummer 7/26" in text
    assert "Sida 1 av 1" in text
