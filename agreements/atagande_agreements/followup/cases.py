"""Which commitments are about people's cases: their numbers are told by `figures` alone."""

#: Rules whose every occurrence is one person's case.
CASE_RULES = frozenset(
    {
        "answers_within",
        "case_gate",
        "effort_within",
        "followed_up_within",
        "prepared_before",
        "service_within",
    }
)
#: Rules whose occurrences count people's cases of a term.
COUNTING_RULES = frozenset({"asked_when_unclear", "quality_counts", "share_of_cases"})
#: First parts of the origins that are one person's case.
CASE_ORIGINS = ("enquiry:", "referral:", "sip:")
