"""The main menu: what each role works with, in the order they need it."""

from dataclasses import dataclass

from flask import g

from atagande_agreements.i18n import N_
from atagande_plugin.auth.access import (
    ADMINISTRATOR,
    CASE_HOLDERS,
    FOLLOWERS,
    MEMBERS,
    OPERATIONS,
    PLANNERS,
    PREPARERS,
    Access,
)
from atagande_plugin.auth.identity import Me


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu."""

    href: str
    label: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that belong together, under a heading; the first group has none."""

    label: str
    items: list[Item]


#: Those who only read what the group has decided; the others find it on the group's own page.
_READERS = Access(FOLLOWERS.roles - PREPARERS.roles)

Entry = tuple[str, str, str, Access]
MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (("/", N_("Start"), "home", MEMBERS),)),
    (
        N_("Följ upp"),
        (
            ("/uppfoljning", N_("Uppföljning"), "report", FOLLOWERS),
            ("/overenskommelsen", N_("Överenskommelsen"), "agreement", FOLLOWERS),
            ("/matris", N_("Matrisen"), "matrix", FOLLOWERS),
            ("/parter", N_("Parter"), "organisation", FOLLOWERS),
            ("/avvikelser", N_("Avvikelser"), "deviation", FOLLOWERS),
            ("/styrgruppen", N_("Styrgruppen"), "steering", PREPARERS),
            ("/styrgruppen/beslut", N_("Beslut"), "steering", _READERS),
            ("/rapporter", N_("Rapporter"), "print", FOLLOWERS),
            ("/dokument", N_("Dokument"), "handbook", FOLLOWERS),
            ("/gallring", N_("Gallring"), "history", PREPARERS),
        ),
    ),
    (
        N_("Rapportera"),
        (
            ("/redovisning", N_("Redovisning"), "edit", FOLLOWERS),
            ("/kompetens", N_("Kompetens"), "people", FOLLOWERS),
            ("/lakarintyg", N_("Läkarintyg"), "tasks", FOLLOWERS),
            ("/kontaktvagar", N_("Kontaktvägar"), "link", FOLLOWERS),
        ),
    ),
    (
        N_("Möten och ärenden"),
        (
            ("/moten", N_("Möten"), "meetings", FOLLOWERS),
            ("/gemensam-tid", N_("Gemensam tid"), "search", PLANNERS),
            ("/sip", N_("SIP"), "sip", CASE_HOLDERS),
            ("/forfragningar", N_("Förfrågningar"), "enquiry", CASE_HOLDERS),
            ("/forsta-moten", N_("Första möten med AF"), "person", CASE_HOLDERS),
            ("/mottagningar", N_("Mottagningarnas tider"), "clock", CASE_HOLDERS),
            ("/vantetider", N_("Väntetider"), "history", FOLLOWERS),
            ("/mottagningar/oppettider", N_("Öppettider för SIP"), "clock", ADMINISTRATOR),
        ),
    ),
    (
        N_("Teknik"),
        (
            ("/utskick", N_("Utskick"), "outbox", ADMINISTRATOR),
            ("/inkorg", N_("Inkorg"), "mail", OPERATIONS),
            ("/drift", N_("Drift"), "operations", OPERATIONS),
        ),
    ),
)


def navigation(me: Me | None, path: str) -> list[Group]:
    """Return the menu of a person, with the page they are on marked."""
    if me is None:
        return []
    groups = (
        Group(
            g.words.text(label) if label else "",
            [
                Item(href, g.words.text(name), icon, _is_current(href, path))
                for href, name, icon, access in entries
                if access.allows(me.roles)
            ],
        )
        for label, entries in MENU
    )
    return [group for group in groups if group.items]


def _is_current(href: str, path: str) -> bool:
    return path == href if href == "/" else path == href or path.startswith(f"{href}/")
