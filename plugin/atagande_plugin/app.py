"""The Flask application: sections, templates, headers, errors."""

import os
import secrets
import time
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from flask import (
    Flask,
    Response,
    g,
    get_flashed_messages,
    make_response,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from atagande_agreements.civil_time import Clock, local_date, utc_now
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_plugin import config, observability
from atagande_plugin.api import sections as api_sections
from atagande_plugin.api.problems import problem
from atagande_plugin.services import Services, attach, services
from atagande_plugin.translation import words
from atagande_plugin.web import guard, kernel, replay
from atagande_plugin.web.at_meeting import group_meetings
from atagande_plugin.web.navigation import navigation
from atagande_plugin.web.paging import RowNumber
from atagande_plugin.web.sections import sections

#: Where Teams, Outlook and Microsoft 365 may show our tab from.
TEAMS_HOSTS = (
    "https://teams.microsoft.com https://*.teams.microsoft.com https://*.cloud.microsoft "
    "https://*.microsoft365.com https://*.office.com https://outlook.office.com "
    "https://outlook.office365.com"
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {ancestors}"
)
#: Bytes of a request's body; the service takes no files.
LARGEST_BODY = 1_000_000
#: Seconds that a browser may keep a static file; its address changes with the version.
STATIC_AGE = 31_536_000

#: HTTP errors that Flask raises by itself -> what is said.
PLAIN = {
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Adressen tar inte emot den sortens anrop."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("Det du skickade är för stort."),
    HTTPStatus.BAD_REQUEST: N_("Anropet går inte att läsa."),
}


def create_app(settings: config.Settings | None = None, *, now: Clock = utc_now) -> Flask:
    """Return the application; settings come from the environment unless they are given."""
    settings = settings or config.load(os.environ)
    observability.set_up(settings.log_level)
    app = Flask("atagande_plugin", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="atagande_flash",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_PARTS=500,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_AGE,
    )
    app.url_map.converters["int"] = RowNumber
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap it
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    attach(app, Services(settings, now))
    _templates(app, settings)
    for section in (*sections(), *api_sections()):
        app.register_blueprint(section)
    app.register_error_handler(Refused, _on_refused)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_crash)
    app.before_request(_begin)
    app.after_request(_finish)
    kernel.check_declared(app)
    return app


def _templates(app: Flask, settings: config.Settings) -> None:
    """Give the templates their words, dates and links."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.i18n")
    install: Any = env.extensions["jinja2.ext.InternationalizationExtension"]
    install._install_callables(  # noqa: SLF001 - the public name is added to env at run time
        _words("text"),
        _words("form"),
        newstyle=True,
    )
    stamp = version("atagande")
    env.globals.update(
        _=_marked_text,
        static_url=cache(lambda filename: url_for("static", filename=filename, v=stamp)),
        form_hidden=_form_hidden,
        demo=settings.demo,
        version=stamp,
        day=_words("day"),
        short_day=_words("short_day"),
        clock=_words("clock"),
        moment=_words("moment"),
        span=_words("span"),
        local_date=local_date,
        in_language=_in_language,
        group_meetings=group_meetings,
    )
    app.context_processor(_context)


def _marked_text(message: str, **values: Any) -> Markup:
    """Return a template's text in the visitor's language; its values are escaped."""
    if values:
        return _marked(g.words.language, message) % values
    return _filled(g.words.language, message)


@lru_cache(maxsize=4096)
def _marked(language: str, message: str) -> Markup:
    return Markup(words(language).text(message))  # noqa: S704 - the catalogue's own text


@lru_cache(maxsize=4096)
def _filled(language: str, message: str) -> Markup:
    """Return a text without placeholders, ready: a page has hundreds of them."""
    return _marked(language, message) % {}


def _words(name: str) -> Callable[..., Any]:
    """Return what calls a method of the request's words, whatever its language is."""

    def call(*values: Any, **options: Any) -> Any:
        return getattr(g.words, name)(*values, **options)

    return call


def _in_language(row: Any, name: str) -> Any:
    """Return a row's text in the visitor's language: `text` or `text_en`."""
    english = getattr(row, f"{name}_en", None) if g.words.language == "en" else None
    return english or getattr(row, name)


def _form_hidden(*, once: bool = True) -> Markup:
    """Return the hidden fields every form has: its session's token and a key of its own.

    A choice that is just set, however often it is sent, needs no key: `once` is false.
    """
    fields = [(guard.TOKEN_FIELD, guard.form_token(g.get("me")))]
    if once:
        fields.append((replay.KEY_FIELD, secrets.token_hex(16)))
    one = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup().join(one.format(*field) for field in fields)


def _context() -> dict[str, Any]:
    theme = request.cookies.get("theme", "")
    return {
        "me": g.get("me"),
        "nav": navigation(g.get("me"), request.path),
        "lang": g.words.language,
        "theme": theme if theme in {"light", "dark", "contrast"} else "",
        "flash_messages": get_flashed_messages(with_categories=True),
        "today": local_date(g.now) if "now" in g else date.min,
    }


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    g.me = None
    g.now = services().now()
    kernel.choose_language()


def _finish(response: Response) -> Response:
    """Add the headers every answer has, and log the request without anything personal."""
    ancestors = f"'self' {TEAMS_HOSTS}" if request.path.startswith("/tab/") else "'none'"
    response.headers.setdefault("Content-Security-Policy", POLICY.format(ancestors=ancestors))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if services().settings.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    observability.log_request(response)
    return response


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _on_refused(refusal: Refused) -> Response:
    if _is_api():
        return problem(refusal)
    return _page(
        refusal.status,
        g.words.text(refusal.message, refusal.params or None),
        g.words.text(refusal.next_step, refusal.params or None),
    )


def _on_http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    if status is HTTPStatus.NOT_FOUND:
        return _on_refused(NotFound())

    class Plain(Refused):
        code = "http"

    refusal = Plain()
    refusal.message = PLAIN.get(status, PLAIN[HTTPStatus.BAD_REQUEST])
    if _is_api():
        return problem(refusal, status=status)
    return _page(status, g.words.text(refusal.message), g.words.text(refusal.next_step))


def _on_crash(error: Exception) -> Response:
    """Say that something broke, and log what without what anyone wrote."""
    observability.log_crash(error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    message = N_("Något gick fel hos oss. Inget har sparats.")
    step = N_("Försök igen om en stund. Hör av dig till förbundet om felet kommer tillbaka.")
    if _is_api():
        crash = Refused()
        crash.message, crash.next_step = message, step
        return problem(crash, status=status)
    return _page(status, g.words.text(message), g.words.text(step), g.request_id)


def _page(status: HTTPStatus, message: str, next_step: str, reference: str = "") -> Response:
    title = {
        HTTPStatus.FORBIDDEN: N_("Du har inte tillgång"),
        HTTPStatus.NOT_FOUND: N_("Sidan finns inte"),
        HTTPStatus.INTERNAL_SERVER_ERROR: N_("Något gick fel"),
        HTTPStatus.TOO_MANY_REQUESTS: N_("Vänta lite"),
    }.get(status, N_("Det gick inte"))
    page = render_template(
        "error.html",
        title=g.words.text(title),
        message=message,
        next_step=next_step,
        reference=reference,
    )
    return Response(page, status)
