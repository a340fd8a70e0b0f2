"""The closed lists of words an agreement file may use; each is in one place, here.

The words are keys in the file and in the database; what a person reads for each of them is in the
message catalogue. Source of the forces, parties, rules and reporters: the local agreement valid
from 2019-10-25, section by section.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: The version of the file format this code reads and writes.
FORMAT: Final = 1

#: What the clause's verb binds to: a *ska* (or plain statement) can be breached, a *bör* gives an
#: observation, a *kan* gives nothing, *verkar för* is an effort whose result is shown.
FORCES: Final = ("ska", "bor", "kan", "verkar_for")

#: What a missed occurrence becomes.
ON_MISS: Final = ("deviation", "observation", "none")

#: Each rule kind with the subjects it can be about. A subject tells which meeting, competence,
#: gate or document the rule looks at.
RULE_SUBJECTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "held_per_period": ("steering_meeting", "seminar"),
        "document_updated": ("agreement_documents",),
        "attends_each": ("seminar",),
        "attends_per_period": ("network_meeting",),
        "lifted_issues": ("network_meeting",),
        "published_reconfirmed": ("contacts",),
        "competence": (
            "sip",
            "medical_certificates",
            "social_insurance_rules",
            "insurance_medicine_support",
        ),
        "case_gate": ("sip_venue", "sip_length", "first_meeting_consent"),
        "followed_up_within": ("sip_preparation",),
        "prepared_before": ("first_meeting_material",),
        "share_of_cases": ("written_to_clinic", "first_meeting_attended"),
        "asked_when_unclear": ("enquiry_when_unclear",),
        "attends_when_summoned": ("steering_meeting",),
        "quality_counts": ("medical_certificates",),
        "answers_within": ("enquiry",),
        "permission": ("other_therapist",),
        "standing": ("vocational_rehabilitation", "preparatory_services"),
        "effort_within": ("af_contact",),
        "service_within": ("af_assessment", "af_plan"),
    }
)

#: Every rule kind. `effort_within` shows a median beside its target; `service_within` judges each
#: case against a number of days.
RULE_KINDS: Final = tuple(RULE_SUBJECTS)

#: Parties a commitment can bind, besides `organisation:KEY` and `unit:KEY`.
PARTY_GROUPS: Final = ("association", "all_members", "clinics", "municipalities")

ORGANISATION_KINDS: Final = (
    "samordningsforbund",
    "arbetsformedlingen",
    "forsakringskassan",
    "kommun",
    "region",
)

#: The kind of the one organisation that is the association itself, and not a member.
ASSOCIATION_KIND: Final = "samordningsforbund"

UNIT_KINDS: Final = ("clinic", "office")

#: Who files the evidence: the association's administrator, the meeting's own record (attendance
#: and closing), the obliged party, the unit's chief, whoever convened the case, the municipality
#: that asked, whoever referred the client, or nobody (a permission).
REPORTERS: Final = (
    "association",
    "meeting",
    "party",
    "unit_chief",
    "convener",
    "municipality",
    "referrer",
    "nobody",
)

#: Units whose values are whole numbers with a minimum and a maximum.
NUMBER_UNITS: Final = (
    "working_days",
    "calendar_days",
    "weeks",
    "months",
    "per_year",
    "percent",
    "count",
)

PARAMETER_UNITS: Final = (*NUMBER_UNITS, "boolean", "organisation", "text")
