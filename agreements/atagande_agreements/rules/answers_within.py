"""Answers within n working days (P3: an enquiry is answered "snarast möjligt").

The question's own day is not counted; the answer is in time up to the end of the n-th working day,
Stockholm time. Until the steering group has decided n, nothing is judged.
"""

from atagande_agreements.civil_time import add_working_days, end_of_day, working_days_between
from atagande_agreements.commitments.models import Status
from atagande_agreements.rules.verdict import UNDECIDED, Facts, Verdict

PARAMETER = "answer_days"


def judge(facts: Facts) -> Verdict:
    """Return whether the question was answered in time; `facts.decided` is in working days."""
    if facts.decided is None:
        return UNDECIDED
    due_on = add_working_days(facts.event_on, facts.decided)
    missed_from = end_of_day(due_on)
    if facts.kept_on is not None and facts.kept_on <= due_on:
        return Verdict(Status.MET, due_on)
    if facts.kept_on is not None:
        late = working_days_between(due_on, facts.kept_on)
        return Verdict(Status.NOT_MET, due_on, missed_from, late)
    status = Status.PENDING if facts.now < missed_from else Status.NOT_MET
    return Verdict(status, due_on, missed_from)
