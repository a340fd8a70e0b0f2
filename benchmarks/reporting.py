"""P14 and P15: a report as tagged PDF against bare typst, and long tables in little memory.

P14: from the kept JSON to PDF/UA-1, against typst alone setting the same document without tags.
Each gets a document that nobody has set before, so neither lives on what it remembers.
Processor time.

P15: 50 000 rows to a workbook and to CSV, each in a process of its own; the most it ever held.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from time import process_time
from typing import Any

from atagande_plugin import pdf
from atagande_plugin.reports.paper import SOURCE, as_pdf, content
from atagande_plugin.reports.writing import Stamp, document
from atagande_plugin.translation import words
from benchmarks.measuring import Result, Sizes, interleave, ratio, seconds

MADE_AT = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
SWEDISH = words("sv")
CODES = ("met", "partly", "not_met", "unreported", "not_assessable")
PARTIES, COMMITMENTS, DEVIATIONS = 12, 60, 300
XLSX_MEGABYTES, CSV_MEGABYTES = 80, 30
#: Parts of the table of P15; fewer only to try that it runs.
ROWS = 50_000
#: Every document is another by its number.
_numbers = count(1)


def _tally(start: int) -> dict[str, int]:
    return {code: (start + place) % 5 for place, code in enumerate(CODES)}


def said() -> Mapping[str, Any]:
    """Return the contents of a large report: a whole page of everything there can be."""
    number = next(_numbers)
    parties: list[dict[str, Any]] = [
        {
            "key": f"part-{one}",
            "name": f"Psykosmottagningen Sollentuna/Upplands Väsby/Sigtuna {one}",
            "short_name": f"Mottagning {one}",
            "tally": _tally(one),
            "before": _tally(one + 1),
            "obligations": sum(_tally(one).values()),
        }
        for one in range(PARTIES)
    ]
    whole = {code: sum(one["tally"][code] for one in parties) for code in CODES}
    lines = [
        {
            "key": f"K{one}",
            "title": f"Åtagande {one} om samverkan kring målgruppen",
            "title_en": f"Commitment {one}",
            "section": f"Avsnitt {one // 10}",
            "section_en": f"Section {one // 10}",
        }
        for one in range(COMMITMENTS)
    ]
    cells = [
        {
            "commitment": line["key"],
            "party": party["key"],
            "status": CODES[(row + column + number) % 5],
            "met": row % 4,
            "due": 4,
            "reason": None,
        }
        for row, line in enumerate(lines)
        for column, party in enumerate(parties)
    ]
    deviations = [
        {
            "name": f"A-{number * 1000 + one}",
            "commitment": f"K{one % COMMITMENTS}",
            "title": "Svar på förfrågan",
            "title_en": "Answer",
            "party": parties[one % PARTIES]["name"],
            "opened_on": (date(2026, 7, 1) + timedelta(days=one % 90)).isoformat(),
            "ended_on": None,
            "state": "open",
            "ending": None,
            "open_at_end": True,
            "replied": one % 2 == 0,
            "contested": False,
            "rung": "reply",
            "measure_owner": None,
            "measure_due_on": None,
            "measure_done_on": None,
            "paragraph": None,
            "decided_on": None,
        }
        for one in range(DEVIATIONS)
    ]
    counts = {"opened": 300, "reopened": 0, "closed": 0, "withdrawn": 0, "open_at_end": 300}
    return {
        "association": "Samordningsförbundet",
        "agreement": f"Överenskommelse {number}",
        "before_first": "2026-04-01",
        "before_last": "2026-06-30",
        "partly": [],
        "overview": {
            "first": "2026-07-01",
            "last": "2026-09-30",
            "today": "2026-10-05",
            "version": 1,
            "obligations": sum(whole.values()),
            "tally": whole,
            "before": whole,
            "steps": ["2026-Q1", "2026-Q2", "2026-Q3"],
            "trend": [whole, whole, whole],
            "parties": parties,
            "types": [],
            "commitments": lines,
            "cells": cells,
            "reasons": {},
            "missing": [],
        },
        "deviations": {"now": counts, "before": counts, "lines": deviations, "left_out": 0},
        "decisions": [],
        "lifted": [],
        "undecided": [],
        "figures": [],
        "figures_awaited": [],
        "small_number_limit": 5,
    }


def papers(sizes: Sizes) -> Iterator[Result]:
    """P14: a large report from its JSON to PDF/UA-1, against the bare library."""
    from typst import compile as compiled  # noqa: PLC0415 - only where it is measured

    stamp = Stamp("Uppföljning tredje kvartalet 2026", "SUVS 2026/14", MADE_AT)
    fonts = pdf._fonts()  # noqa: SLF001 - the peer is spared what the service loads once

    def ours() -> float:
        kept = json.dumps(said())
        return seconds(
            lambda: as_pdf(document(json.loads(kept), stamp, SWEDISH), SWEDISH, MADE_AT),
            clock=process_time,
        )

    def bare() -> float:
        data = content(document(said(), stamp, SWEDISH), SWEDISH)
        files: Any = pdf.parts(SOURCE, data, language="sv", made_at=MADE_AT)
        return seconds(
            lambda: compiled(
                files, format="pdf", font_paths=fonts, ignore_system_fonts=True, pdf_tags=False
            ),
            clock=process_time,
        )

    candidates = {"rapporten": ours, "typst": bare}
    yield ratio(
        "P14",
        "Rapport om 720 rutor och 300 avvikelser till märkt PDF (PDF/UA-1), mot bara typst utan "
        "märkning",
        1.2,
        interleave(candidates, sizes.rounds),
    )


def tables(sizes: Sizes) -> Iterator[Result]:
    """P15: the most memory that a long table takes, start of Python included."""
    rows = min(ROWS, sizes.backlog)
    for kind, limit in (("xlsx", XLSX_MEGABYTES), ("csv", CSV_MEGABYTES)):
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "benchmarks.long_table", kind, str(rows)],
            check=True,
            capture_output=True,
            text=True,
        )
        yield Result(
            "P15",
            f"{ROWS} rader till {kind.upper()}, hela processens mesta minne",
            limit,
            json.loads(done.stdout)["megabytes"],
            unit="MB",
        )
