"""Who may reach a route. Declared beside each route and checked before its handler runs."""

from dataclasses import dataclass

from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role


@dataclass(frozen=True, slots=True)
class Access:
    """A declaration: the roles that reach a route, or that anyone does."""

    roles: frozenset[Role] = frozenset()
    #: Reached without signing in: sign-in itself, answer links (their token is the key), health.
    public: bool = False
    #: Message id said to someone whose role does not reach it; "" for the general one.
    why: str = ""

    def allows(self, roles: frozenset[Role]) -> bool:
        """Tell whether someone with these roles gets through."""
        return self.public or not self.roles.isdisjoint(roles)


def roles(*allowed: Role) -> Access:
    """Declare that people with any of the roles reach the route."""
    return Access(frozenset(allowed))


PUBLIC = Access(public=True)
#: Everyone who is signed in.
MEMBERS = roles(*Role)
ADMINISTRATOR = roles(Role.ADMINISTRATOR)
STEERING = roles(Role.STEERING)
#: Those who prepare the steering group's meetings, and the group itself.
PREPARERS = roles(Role.STEERING, Role.ADMINISTRATOR)
#: Those who follow the agreement up; operations only sees the machinery.
FOLLOWERS = roles(Role.ADMINISTRATOR, Role.STEERING, Role.UNIT_CHIEF, Role.CONVENER, Role.READER)
#: Those who hold cases. The association's people are not among them: it has no legal ground to
#: handle individuals (lagen (2003:1210) om finansiell samordning gives none).
_ONLY_CASES = N_("Sidan är bara för dem som har ärenden. Förbundet hanterar inte enskilda ärenden.")
CASE_HOLDERS = Access(frozenset({Role.CONVENER, Role.UNIT_CHIEF}), why=_ONLY_CASES)
CONVENER = Access(frozenset({Role.CONVENER}), why=_ONLY_CASES)
#: Those who may speak for a party: its chiefs, and the administrator for the association itself.
SPEAKERS = roles(Role.UNIT_CHIEF, Role.ADMINISTRATOR)
#: Those who plan meetings between organisations.
PLANNERS = roles(Role.ADMINISTRATOR, Role.CONVENER)
OPERATIONS = roles(Role.OPERATIONS, Role.ADMINISTRATOR)
