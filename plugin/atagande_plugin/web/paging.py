"""Lists in pages: which one an address asks for, and which numbers a row can have there."""

from typing import Any

from flask import request
from werkzeug.routing import IntegerConverter

from atagande_agreements.db import HIGHEST_ID

#: No list is longer; a number beyond it is read as this one.
LAST_PAGE = 100_000


class RowNumber(IntegerConverter):
    """A number in an address; one that no row can have is not found, whatever the database."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"max": HIGHEST_ID} | options))


def page_number() -> int:
    """Return which page of a list the address asks for, from 1."""
    return min(max(request.args.get("sida", 1, type=int), 1), LAST_PAGE)


def pages_of(total: int, size: int) -> int:
    """Return how many pages of `size` rows `total` rows fill."""
    return -(-total // size)
