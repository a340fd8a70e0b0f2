"""Input about private calendar addresses."""

from typing import Literal

from atagande_plugin.forms.base import Form, RowNumber


class NewFeed(Form):
    """Make an address: of one's own calls, or of those to the unit one leads.

    `replaces` is the number of the one that works now, 0 if there is none; it stops at once.
    """

    of: Literal["person", "unit"]
    replaces: RowNumber = 0


class RevokeFeed(Form):
    """Take an address away: a button and no fields."""
