"""Logs in JSON without personal data: routes by their pattern, never by what stood in them."""

import logging
import sys
import time
import traceback

from flask import Response, g, has_app_context, request

LOGGER = logging.getLogger("atagande")


def set_up(level: str) -> None:
    """Write the service's log as one JSON object a line on standard error."""
    if any(getattr(handler, "atagande", False) for handler in LOGGER.handlers):
        LOGGER.setLevel(level)
        return
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - loaded on use

    handler = logging.StreamHandler(sys.stderr)
    handler.atagande = True  # type: ignore[attr-defined]  # marks our own handler
    handler.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{message}",
            style="{",
            rename_fields={
                "asctime": "at",
                "levelname": "level",
                "message": "event",
            },
        )
    )
    LOGGER.addHandler(handler)
    LOGGER.setLevel(level)
    LOGGER.propagate = False


def log_request(response: Response) -> None:
    """Log an answered request: pattern of the route, status, milliseconds, who by number."""
    me = g.get("me")
    LOGGER.info(
        "request",
        extra={
            "request": g.get("request_id"),
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            "person": me.person_id if me else None,
            "association": me.association_id if me else None,
        },
    )


def log_crash(error: BaseException) -> None:
    """Log where something broke: the type and the lines of code, not the error's own text.

    An error's text may hold what someone wrote (a database error names its parameters).
    """
    LOGGER.error(
        "crash",
        extra={
            "request": g.get("request_id") if has_app_context() else None,
            "error": type(error).__name__,
            "where": [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ][-12:],
        },
    )
