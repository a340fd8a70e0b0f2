"""The JSON API at /api/v1: bearer tokens, problem+json, idempotency keys, OpenAPI."""

from atagande_plugin.web.kernel import Section


def sections() -> list[Section]:
    """Return the API's sections."""
    from atagande_plugin.api.routes import build  # noqa: PLC0415 - it needs the kernel above

    return [build()]
