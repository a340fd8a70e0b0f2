"""A report as a PDF: what `typst/report.typ` is given."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from atagande_agreements.i18n import N_
from atagande_plugin.pdf import typeset
from atagande_plugin.reports.document import Column, Document, Kind, Row, Sign, Table
from atagande_plugin.reports.writing import shown
from atagande_plugin.translation import Words

SOURCE = "report"
#: Rows of a table that a PDF has room for.
MOST_ROWS = 300


def as_pdf(document: Document, words: Words, made_at: datetime) -> bytes:
    """Return a report as tagged PDF."""
    data = content(document, words)
    return typeset(SOURCE, data, language=document.language, made_at=made_at)


def content(document: Document, words: Words) -> Mapping[str, Any]:
    """Return a report as the data of its typst source: every text ready to be set."""
    return {
        "title": document.title,
        "association": document.association,
        "diary_number": document.diary_number,
        "agreement": document.agreement,
        "dated": words.day(document.made_on),
        "lead": document.lead,
        "bar": [
            {"code": code, "word": word, "number": number} for code, word, number in document.bar
        ],
        "parts": [
            {
                "key": part.key,
                "heading": part.heading,
                "text": part.text,
                "tables": [_table(table, words) for table in part.tables if table.on_page],
            }
            for part in document.parts
        ],
    }


def _table(table: Table, words: Words) -> Mapping[str, Any]:
    left_out = table.left_out + max(0, len(table.rows) - MOST_ROWS)
    return {
        "key": table.key,
        "title": table.title,
        "note": table.note,
        "more": words.plural(
            "%(num)s rad till står i Excel-filen eller på sidan Avvikelser.",
            "%(num)s rader till står i Excel-filen eller på sidan Avvikelser.",
            left_out,
        )
        if left_out
        else "",
        "wide": table.is_wide,
        "columns": [
            {"label": one.label, "kind": one.kind.value, "weight": one.weight}
            for one in table.columns
            if one.on_page
        ],
        "bars": any(row.bar is not None for row in table.rows),
        "rows": [_row(row, table.columns, words) for row in table.rows[:MOST_ROWS]],
    }


def _row(row: Row, columns: Sequence[Column], words: Words) -> Mapping[str, Any]:
    return {
        "group": row.group,
        "total": row.is_total,
        "bar": row.bar,
        "cells": [
            _cell(cell, column, words)
            for cell, column in zip(row.cells, columns, strict=False)
            if column.on_page
        ],
    }


def _cell(cell: object, column: Column, words: Words) -> Mapping[str, str]:
    if isinstance(cell, Sign):
        return {"sign": cell.code, "text": cell.word, "count": cell.count}
    if cell is None and column.kind is Kind.SIGN:
        return {"sign": "", "text": words.text(N_("Gäller inte")), "count": ""}
    return {"text": shown(cell, words, column.kind)}
