"""The API's further routes of enquiries."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import CASE_HOLDERS

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        "/enquiries/{number}/answer/correction",
        "enquiries.correct",
        "Correct the date an answer came; the former date stays in the history",
        CASE_HOLDERS,
        "EnquiryLine",
        takes="enquiries.Answer",
    ),
    Endpoint(
        "POST",
        "/enquiries/{number}/forwarding",
        "enquiries.forward",
        "Record that another therapist passed the question on; the answer time goes on",
        CASE_HOLDERS,
        "EnquiryLine",
        takes="enquiries.Forwarding",
    ),
)
