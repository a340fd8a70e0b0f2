"""Input about enquiries."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_plugin.forms.base import Form


class NewEnquiry(Form):
    """Register an enquiry; `unit` is the clinic's key."""

    unit: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reference: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    sent_on: date
    channel: Channel
    addressee: Addressee


class Answer(Form):
    """Register the date an answer came; `version` is that of the page it was read on."""

    answered_on: date
    version: int


class Forwarding(Form):
    """Register the date another therapist passed the question on; nobody is named."""

    forwarded_on: date
    version: int
