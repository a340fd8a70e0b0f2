"""What belongs to no feature: language and theme, health, accessibility, the Teams tab."""

from typing import Any

from flask import Response, g, make_response, redirect, render_template
from sqlalchemy import text

from atagande_plugin.auth.access import PUBLIC
from atagande_plugin.services import services
from atagande_plugin.translation import LANGUAGES
from atagande_plugin.web import guard, kernel

section = kernel.Section("site", __name__)
_YEAR = 31_536_000
THEMES = ("", "light", "dark", "contrast")


@section.route_for("/installningar", allow=PUBLIC, methods=("POST",), takes="site.Preferences")
def preferences(form: Any) -> Response:
    """Keep the visitor's language and theme in their own browser."""
    response = make_response(redirect(guard.safe_next(form.next)))
    secure = services().settings.secure
    if form.lang in LANGUAGES:
        response.set_cookie("lang", form.lang, max_age=_YEAR, samesite="Lax", secure=secure)
    if form.theme is not None:
        response.set_cookie("theme", form.theme, max_age=_YEAR, samesite="Lax", secure=secure)
    return response


@section.route_for("/tillganglighet", allow=PUBLIC)
def accessibility() -> str:
    """Show the accessibility statement (DOS-lagen (2018:1937) 13 §)."""
    return render_template("site/accessibility.html")


@section.route_for("/tab/oversikt", allow=PUBLIC)
def tab() -> str:
    """Show the personal tab in Teams: for now the way into the browser."""
    return render_template("site/tab.html", tab=True, base_url=services().settings.base_url)


@section.route_for("/healthz", allow=PUBLIC)
def alive() -> Response:
    """Tell that the process answers."""
    return Response("ok\n", content_type="text/plain")


@section.route_for("/readyz", allow=PUBLIC)
def ready() -> Response:
    """Tell that the database answers too."""
    g.session.execute(text("SELECT 1"))
    return Response("ready\n", content_type="text/plain")
