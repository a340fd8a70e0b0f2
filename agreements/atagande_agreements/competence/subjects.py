"""What the trainings are about, and the names a file may use for it."""

from collections.abc import Iterable, Mapping

from atagande_agreements.commitments.models import Commitment
from atagande_agreements.i18n import N_

RULE = "competence"
#: Subject -> what it is called in lists and files. Others go by their commitment's title.
LABELS: Mapping[str, str] = {
    "sip": N_("SIP"),
    "medical_certificates": N_("Läkarintyg"),
    "social_insurance_rules": N_("Försäkringskassans regler"),
    "insurance_medicine_support": N_("Försäkringsmedicinskt beslutsstöd"),
}
_ENGLISH = {
    "sip": "SIP",
    "medical_certificates": "Medical certificates",
    "social_insurance_rules": "Social insurance rules",
    "insurance_medicine_support": "Insurance medicine guidance",
}


def label(commitment: Commitment) -> str:
    """Return the message id of what a commitment's trainings are about."""
    return LABELS.get(commitment.subject, commitment.title)


def names(commitments: Iterable[Commitment]) -> dict[str, str]:
    """Return the subject that each name stands for, names in lower case."""
    found: dict[str, str] = {}
    for one in commitments:
        known = (
            one.subject,
            one.key,
            one.title,
            one.title_en,
            label(one),
            _ENGLISH.get(one.subject, one.subject),
        )
        for name in known:
            found.setdefault(name.strip().casefold(), one.subject)
    return found
