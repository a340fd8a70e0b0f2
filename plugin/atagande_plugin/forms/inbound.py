"""What stands in the query of the list of mail that came in."""

from atagande_plugin.forms.api_lists import Page


class InboundPage(Page):
    """A part of the mails that came in, perhaps only those that someone has to read."""

    waiting: bool = False
