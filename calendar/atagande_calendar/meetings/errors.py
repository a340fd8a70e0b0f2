"""What is refused about meetings."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class InThePast(Refused):
    """A meeting can't be planned for a time that has been."""

    code = "meeting_in_past"
    message = N_("Tiden har redan varit.")
    next_step = N_("Välj en tid som ligger framåt.")


class NoWorkingDay(Refused):
    """A network meeting on a Saturday, Sunday or holiday."""

    code = "no_working_day"
    message = N_("%(day)s är ingen arbetsdag.")
    next_step = N_("Välj en vardag som inte är helgdag.")


class BadLength(Refused):
    """A meeting of no length, or of a whole day."""

    code = "meeting_length"
    message = N_("Mötet kan inte vara %(minutes)s minuter.")
    next_step = N_("Välj en längd från 15 till 480 minuter.")


class NobodyInvited(Refused):
    """A meeting without anyone to come."""

    code = "nobody_invited"
    message = N_("Ingen är vald, så mötet skulle inte ha några deltagare.")
    next_step = N_("Välj minst en person som ska kallas.")


class NotADraft(Refused):
    """Only a draft can be published."""

    code = "not_a_draft"
    status = HTTPStatus.CONFLICT
    message = N_("Mötet är redan publicerat eller inställt.")
    next_step = N_("Öppna mötet och se vad som har skickats.")


class NotYet(Refused):
    """What has not been can't be reported."""

    code = "meeting_not_yet"
    message = N_("Mötet har inte varit än.")
    next_step = N_("Rapportera när mötet har börjat. Blir det inte av, ställ in det.")


class NotStanding(Refused):
    """Only a published meeting is reported, or called off."""

    code = "meeting_not_standing"
    status = HTTPStatus.CONFLICT
    message = N_("Mötet är inte publicerat, redan rapporterat eller inställt.")
    next_step = N_("Öppna mötet och se vad som gäller.")


class AlreadyClosed(Refused):
    """What is closed is not corrected."""

    code = "meeting_closed"
    status = HTTPStatus.CONFLICT
    message = N_("Mötet är avslutat, så rapporten går inte att ändra.")
    next_step = N_("Är något fel, skriv det i ett yttrande eller ta upp det i styrgruppen.")


class PartyMissing(Refused):
    """An asked party that nothing is said about."""

    code = "attendance_missing"
    message = N_("Ange om %(party)s var med.")
    next_step = N_("Välj var med, ersättare eller inte med.")


class NotAsked(Refused):
    """A party that is not part of the meeting, or one that stands there twice."""

    code = "attendance_unknown_party"
    message = N_("En part i listan hör inte till mötet, eller står där två gånger.")
    next_step = N_("Öppna formuläret igen och fyll i en rad för varje part.")


class BadNumber(Refused):
    """People from an absent party, or nobody from one that was there."""

    code = "attendance_people"
    message = N_("Antalet personer stämmer inte för %(party)s.")
    next_step = N_("Skriv minst 1 för den som var med och 0 för den som inte var med.")


class NoIssues(Refused):
    """Neither issues nor "inget att lyfta", or both."""

    code = "issues_missing"
    message = N_("Skriv minst en fråga eller kryssa för Inget att lyfta, inte både och.")
    next_step = N_("Svaret ”inget att lyfta” räknas lika mycket.")


class NoListHere(Refused):
    """Only a network meeting passes issues on."""

    code = "issues_not_here"
    message = N_("Bara ett nätverksmöte lyfter frågor till styrgruppen.")
    next_step = N_("Ta upp frågan på nästa nätverksmöte.")


class BadListDate(Refused):
    """A list that was sent on before the meeting, or after today."""

    code = "issues_date"
    message = N_("Listan kan inte ha gått till styrgruppen %(day)s.")
    next_step = N_("Skriv en dag från mötet till och med i dag.")


class AlreadySaid(Refused):
    """Someone has answered for the party already."""

    code = "issues_already_said"
    status = HTTPStatus.CONFLICT
    message = N_("Någon har redan svarat för er part efter mötet.")
    next_step = N_("Öppna mötet och läs vad som är skickat.")


class HasBegun(Refused):
    """What has begun is not moved or reworded."""

    code = "meeting_has_begun"
    status = HTTPStatus.CONFLICT
    message = N_("Mötet har börjat eller redan varit, så det går inte att ändra.")
    next_step = N_("Rapportera närvaron, eller ställ in mötet om det inte blev av.")


class EitherLinkOrDocument(Refused):
    """A material is one link or one document."""

    code = "material_either"
    message = N_("Skriv en länk eller välj ett dokument, inte både och.")
    next_step = N_("Lägg till dem ett i taget.")


class BadMaterialLink(Refused):
    """A link that is no https address."""

    code = "material_link"
    message = N_("Länken måste börja med https:// och leda till en webbadress.")
    next_step = N_("Kopiera adressen från webbläsarens adressfält.")


class MaterialWithoutTitle(Refused):
    """A link that says nothing about where it leads."""

    code = "material_title"
    message = N_("Länken saknar rubrik.")
    next_step = N_("Skriv vad man kommer till, till exempel Underlag om väntetider.")


class TooManyMaterials(Refused):
    """More links than anyone reads."""

    code = "material_too_many"
    message = N_("Mötet har redan %(most)s länkar.")
    next_step = N_("Ta bort en länk, eller samla materialet på ett ställe.")


class DateTwice(Refused):
    """Two meetings of a series on one day."""

    code = "series_date_twice"
    message = N_("Två av mötena ligger på samma dag.")
    next_step = N_("Flytta det ena till en annan dag.")


class TooManyDates(Refused):
    """More meetings than a series holds."""

    code = "series_too_many"
    message = N_("En serie kan ha högst %(most)s möten.")
    next_step = N_("Välj färre gånger. Du kan lägga till en ny serie senare.")


class NothingToCome(Refused):
    """Nothing of a series is still to come."""

    code = "series_nothing_to_come"
    status = HTTPStatus.CONFLICT
    message = N_("Inget av de valda mötena är kvar att ändra.")
    next_step = N_("Öppna serien och se vilka möten som är kvar.")


class LastOfSeries(Refused):
    """Nobody would be left in a series."""

    code = "series_last_person"
    message = N_("Ingen skulle vara kvar i serien.")
    next_step = N_("Ställ in mötena i stället, eller kalla någon annan först.")
