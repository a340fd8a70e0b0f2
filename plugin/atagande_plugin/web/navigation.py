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
    STEERING,
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


MENU: tuple[tuple[str, str, str, Access], ...] = (
    ("/", N_("Start"), "home", MEMBERS),
    ("/overenskommelsen", N_("Överenskommelsen"), "agreement", FOLLOWERS),
    ("/matris", N_("Matrisen"), "matrix", FOLLOWERS),
    ("/avvikelser", N_("Avvikelser"), "deviation", FOLLOWERS),
    ("/styrgruppen", N_("Styrgruppen"), "steering", STEERING),
    ("/moten", N_("Möten"), "meetings", FOLLOWERS),
    ("/forfragningar", N_("Förfrågningar"), "enquiry", CASE_HOLDERS),
    ("/sip", N_("SIP"), "sip", CASE_HOLDERS),
    ("/mottagningar", N_("Mottagningarnas tider"), "clock", CASE_HOLDERS),
    ("/utskick", N_("Utskick"), "outbox", ADMINISTRATOR),
    ("/drift", N_("Drift"), "operations", OPERATIONS),
)


def navigation(me: Me | None, path: str) -> list[Item]:
    """Return the menu of a person, with the page they are on marked."""
    if me is None:
        return []
    return [
        Item(href, g.words.text(label), icon, _is_current(href, path))
        for href, label, icon, access in MENU
        if access.allows(me.roles)
    ]


def _is_current(href: str, path: str) -> bool:
    return path == href if href == "/" else path == href or path.startswith(f"{href}/")
