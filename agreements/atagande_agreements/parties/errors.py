"""What is refused about parties and their people."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class ClinicIsKnown(Refused):
    """The address is somebody's already."""

    code = "clinic_is_known"
    status = HTTPStatus.CONFLICT
    message = N_("Adressen finns redan i registret.")
    next_step = N_("Välj mottagningen i listan, eller skriv mottagningens egen funktionsbrevlåda.")


class PartyEnded(Refused):
    """The party has ended, or an end is decided."""

    code = "party_ended"
    status = HTTPStatus.CONFLICT
    message = N_("%(party)s upphör eller har upphört. Sista dag är %(day)s.")
    next_step = N_("Välj den part eller enhet som har tagit över.")


class NotPartyThen(Refused):
    """Something is dated when the party was not one."""

    code = "not_party_then"
    message = N_("%(party)s fanns inte %(day)s.")
    next_step = N_("Välj den enhet som fanns då, eller kontrollera datumet.")


class TooEarly(Refused):
    """The change would leave the old party no day at all."""

    code = "succession_too_early"
    message = N_("Ändringen måste gälla från en dag efter %(day)s, då %(party)s började.")
    next_step = N_("Välj ett senare datum.")


class JudgedSince(Refused):
    """Something on or after the day of the change has been judged already."""

    code = "judged_since"
    status = HTTPStatus.CONFLICT
    message = N_("%(party)s har resultat som redan är bedömda, det senaste %(day)s.")
    next_step = N_("Låt ändringen gälla från en senare dag. Gamla resultat flyttas aldrig.")


class SameParty(Refused):
    """A party can't go over into itself."""

    code = "same_party"
    message = N_("%(party)s kan inte gå upp i sig själv.")
    next_step = N_("Välj en annan enhet, eller skapa en ny.")


class TooFew(Refused):
    """A merger or a split with fewer than two."""

    code = "too_few"
    message = N_("Välj minst två enheter.")
    next_step = N_("Är det en enda som byter namn eller ersätts, välj det i stället.")


class OtherOrganisation(Refused):
    """Units of different organisations can't merge."""

    code = "other_organisation"
    message = N_("%(party)s hör till en annan organisation.")
    next_step = N_("Välj enheter i samma organisation.")


class OtherKind(Refused):
    """The parties are not of the same kind."""

    code = "other_kind"
    message = N_("%(party)s är av ett annat slag och kan inte ta över.")
    next_step = N_("Välj en av samma slag, eller skapa en ny.")


class OtherDuties(Refused):
    """An existing party does not have the commitments it would take over."""

    code = "other_duties"
    message = N_("%(party)s har inte samma åtaganden och kan inte ta över.")
    next_step = N_("Skapa en ny enhet som tar över. Den får åtagandena från första dagen.")


class NoDecision(Refused):
    """A change without the decision behind it."""

    code = "no_decision"
    message = N_("Skriv vilket beslut ändringen bygger på.")
    next_step = N_("Till exempel: Regionens beslut 2026-05-12, dnr 123.")


class SameName(Refused):
    """The new name is the one the party has."""

    code = "same_name"
    message = N_("Parten heter redan %(name)s.")
    next_step = N_("Skriv det nya namnet.")


class NamedSince(Refused):
    """There is a later change of name."""

    code = "named_since"
    status = HTTPStatus.CONFLICT
    message = N_("Ett namnbyte från %(day)s är redan registrerat.")
    next_step = N_("Välj ett senare datum.")


class KeyTaken(Refused):
    """There is already a party with that key."""

    code = "key_taken"
    status = HTTPStatus.CONFLICT
    message = N_("Kortnamnet %(key)s används redan.")
    next_step = N_("Välj ett annat kortnamn.")


class BadKey(Refused):
    """The key can't stand in an address."""

    code = "bad_key"
    message = N_("Kortnamnet %(key)s går inte att använda.")
    next_step = N_(
        "Använd 2–64 tecken: a–z, siffror och bindestreck, till exempel norra-mottagningen."
    )


class EmptyName(Refused):
    """A name that is missing or too long."""

    code = "empty_name"
    message = N_("Namnet saknas eller är för långt.")
    next_step = N_("Skriv högst %(most)s tecken.")


class BadEmail(Refused):
    """The address can't be sent to."""

    code = "bad_email"
    message = N_("Adressen %(email)s går inte att skicka till.")
    next_step = N_("Skriv en adress i arbetet, utan åäö, till exempel namn@kommun.example.")


class PersonExists(Refused):
    """The association already has someone with that address."""

    code = "person_exists"
    status = HTTPStatus.CONFLICT
    message = N_("Det finns redan en person med adressen %(email)s.")
    next_step = N_("Ändra den personen, eller ange en annan adress.")


class LastAdministrator(Refused):
    """Nobody would be left to change anything."""

    code = "last_administrator"
    status = HTTPStatus.CONFLICT
    message = N_("Förbundet måste ha minst en administratör.")
    next_step = N_("Ge någon annan rollen först.")


class OtherUnit(Refused):
    """The unit is not one of the organisation's."""

    code = "other_unit"
    message = N_("Enheten hör inte till organisationen.")
    next_step = N_("Välj en enhet i samma organisation.")


class RolesApart(Refused):
    """An administrator of the association may hold no cases (lagen (2003:1210) gives no ground)."""

    code = "roles_apart"
    message = N_("Administratören kan inte också ha en roll som når enskilda ärenden.")
    next_step = N_("Ge den rollen till någon annan.")


class OwnRoles(Refused):
    """Someone would give themselves another party or other roles."""

    code = "own_roles"
    status = HTTPStatus.FORBIDDEN
    message = N_("Du kan inte ändra din egen part eller dina egna roller.")
    next_step = N_("Be en annan administratör att göra det.")
