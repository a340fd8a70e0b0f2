"""Routes that change a meeting, and tell what has happened with its invitations."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import CASE_HOLDERS, FOLLOWERS, roles

_REPORTERS = roles(Role.ADMINISTRATOR, Role.CONVENER, Role.UNIT_CHIEF)
_MEETING = "/meetings/{number}"
_SHAPES = "meeting_changes_shapes"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        f"{_MEETING}/change",
        "meeting_changes.change",
        "Change a draft or a published meeting; those whose calendars need it are told",
        _REPORTERS,
        f"{_SHAPES}.ChangedMeeting",
        takes="meeting_changes.MeetingChange",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/delete",
        "meeting_changes.delete",
        "Throw a draft away; nobody has been told of it",
        _REPORTERS,
        f"{_SHAPES}.DraftGone",
        takes="meeting_changes.DeleteDraft",
    ),
    Endpoint(
        "GET",
        f"{_MEETING}/proposals",
        "meeting_changes.proposed",
        "Other times that people ask for",
        _REPORTERS,
        f"{_SHAPES}.ProposedTimes",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/proposals/accept",
        "meeting_changes.accept",
        "Move the meeting to a time that someone has asked for",
        _REPORTERS,
        f"{_SHAPES}.ChangedMeeting",
        takes="meeting_changes.AcceptProposal",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/proposals/decline",
        "meeting_changes.decline",
        "Say no to every time that one person has asked for; the person is told that it stands",
        _REPORTERS,
        f"{_SHAPES}.ProposedTimes",
        takes="meeting_changes.OfInvitation",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/resend",
        "meeting_changes.resend",
        "Send one person the present invitation again",
        _REPORTERS,
        f"{_SHAPES}.InvitationTrail",
        takes="meeting_changes.OfInvitation",
    ),
    Endpoint(
        "GET",
        f"{_MEETING}/invitations/{{invitation}}/trail",
        "meeting_changes.meeting_trail",
        "All that has happened with one invitation to a meeting",
        FOLLOWERS,
        f"{_SHAPES}.InvitationTrail",
    ),
    Endpoint(
        "GET",
        "/sips/{number}/invitations/{invitation}/trail",
        "meeting_changes.sip_trail",
        "All that has happened with one invitation to a SIP you see",
        CASE_HOLDERS,
        f"{_SHAPES}.InvitationTrail",
    ),
    Endpoint(
        "GET",
        f"{_MEETING}/materials",
        "meeting_changes.materials",
        "What is to be read before a meeting",
        FOLLOWERS,
        f"{_SHAPES}.MaterialList",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/materials",
        "meeting_changes.add",
        "Add a link or one of the agreement's documents",
        _REPORTERS,
        f"{_SHAPES}.MaterialList",
        takes="meeting_changes.AddMaterial",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/materials/{{material}}/remove",
        "meeting_changes.remove",
        "Take a link away",
        _REPORTERS,
        f"{_SHAPES}.MaterialList",
    ),
)
