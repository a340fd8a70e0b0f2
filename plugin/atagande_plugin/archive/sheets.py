"""The lists of an archive: their columns, and the one query that gives each its rows.

No list tells of a single case: occurrences and deviations that arose from one are left out, or
stand without its date and without free text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from atagande_plugin.archive import queries


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list: a file of commas and a file of JSON with the same rows."""

    #: File name without its end.
    name: str
    #: What it is, in Swedish: the reader of an archive is a person.
    about: str
    columns: tuple[str, ...]
    #: (number of the agreement or association) -> a column for each of `columns`.
    query: Callable[[int], Select[Any]]


#: One of each for every agreement.
OF_AGREEMENT: tuple[Sheet, ...] = (
    Sheet(
        "beslut",
        "Beslutsregistret: styrgruppens beslut med paragraf, diarienummer och datum.",
        (
            *("beslut", "slag", "paragraf", "diarienummer", "beslutat", "motets_dag"),
            *("anteckning", "infort_av", "infort"),
        ),
        queries.decisions,
    ),
    Sheet(
        "sarskilda-uttalanden",
        "Vad parter ville ha sagt om ett beslut (kolumnen beslut pekar på beslutsregistret).",
        ("beslut", "part", "text", "infort"),
        queries.dissents,
    ),
    Sheet(
        "matvarden",
        "Besluten om mätvärden, till exempel hur många dagar ett svar får ta.",
        ("matvarde", "namn", "varde", "enhet", "galler_fran", "beslut"),
        queries.parameters,
    ),
    Sheet(
        "trappan",
        "Besluten om konsekvenstrappans steg.",
        ("steg", "anvands", "dagar", "text", "galler_fran", "beslut"),
        queries.ladder,
    ),
    Sheet(
        "gallringsbeslut",
        "Hur länge handlingar sparas. Tomt antal månader på en regel betyder att de bevaras.",
        ("slag", "handlingar", "manader", "till_och_med", "galler_fran", "beslut"),
        queries.retention,
    ),
    Sheet(
        "protokoll",
        "Justerade protokoll och rättelser. Innehållet är JSON, och summan är dess SHA-256.",
        (
            *("protokoll", "mote", "motet_borjade", "nummer", "skal_till_rattelse", "justerat"),
            *("justerat_av", "diarienummer", "sha256", "innehall"),
        ),
        queries.minutes,
    ),
    Sheet(
        "rapporter",
        "Utfärdade rapporter. Filerna ligger i mappen rapporter, byte för byte som de utfärdades.",
        (
            *("rapport", "titel", "fran_och_med", "till_och_med", "sprak", "diarienummer"),
            *("utfardad", "format", "byte", "sha256"),
        ),
        queries.reports,
    ),
    Sheet(
        "dokument",
        "Dokumenten i alla versioner, med sin text.",
        ("dokument", "version", "titel", "publicerad", "lank", "text"),
        queries.documents,
    ),
    Sheet(
        "bedomningar",
        "Varje tillfälle att hålla ett åtagande och hur det bedömdes, utom enskilda ärenden.",
        (
            *("tillfalle", "atagande", "part", "enhet", "handelse", "sista_dag", "hallet"),
            *("status", "beslut"),
        ),
        queries.verdicts,
    ),
    Sheet(
        "avvikelser",
        "Avvikelserna. De som gäller enskilda ärenden står utan ärendets dag och utan fritext.",
        (
            *("avvikelse", "atagande", "part", "enhet", "handelse", "enskilt_arende", "lage"),
            *("avslut", "steg_i_trappan", "oppnad", "hanteras_med"),
        ),
        queries.deviations,
    ),
    Sheet(
        "avvikelsers-steg",
        "Avvikelsernas steg i ordning: yttranden, åtgärder och beslut.",
        ("avvikelse", "nummer", "slag", "nar", "av", "text", "beslut"),
        queries.steps,
    ),
    Sheet(
        "atgarder",
        "Åtgärderna, vem som äger dem och när de var klara.",
        (
            *("avvikelse", "part", "enhet", "text", "sista_dag", "klar", "vad_som_gjordes"),
            "beslut",
        ),
        queries.measures,
    ),
    Sheet(
        "publicerade-siffror",
        "Antal ärenden som de publicerades, kvartal för kvartal. Tomt värde är dolt.",
        (
            *("grupp", "matt", "slag", "part", "enhet", "kon", "fran_och_med", "till_och_med"),
            *("version", "varde", "publicerad"),
        ),
        queries.figures,
    ),
    Sheet(
        "moten",
        "Mötena, utom SIP.",
        (
            *("mote", "slag", "lage", "titel", "borjar", "minuter", "plats", "sammankallande"),
            "dagordning",
        ),
        queries.meetings,
    ),
    Sheet(
        "narvaro",
        "Vilka parter som var med på mötena, och hur många de var.",
        ("mote", "part", "enhet", "narvaro", "antal"),
        queries.attendance,
    ),
    Sheet(
        "lyfta-fragor",
        "Frågor som möten lyfte till styrgruppen.",
        ("mote", "part", "lyft", "text"),
        queries.issues,
    ),
)

#: One of each for every association.
OF_ASSOCIATION: tuple[Sheet, ...] = (
    Sheet(
        "overenskommelser",
        "Överenskommelserna. Var och en har en mapp med sitt namn.",
        ("overenskommelse", "titel", "galler_fran", "galler_till", "styrgrupp"),
        queries.agreements,
    ),
    Sheet(
        "parter",
        "Parterna och deras enheter.",
        ("part", "namn", "enhet", "enhetens_namn", "galler_fran", "galler_till"),
        queries.parties,
    ),
    Sheet(
        "personer",
        "Personer efter funktion, utan namn och adress. Historiken pekar på numret.",
        ("person", "funktion", "part", "enhet", "roll", "aktiv"),
        queries.people,
    ),
)
