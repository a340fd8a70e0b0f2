"""What is refused about archives."""

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class ArchiveFile(Refused):
    """The file can't be written or read."""

    code = "archive_file"
    message = N_("Arkivexporten %(file)s går inte att skriva eller läsa: %(reason)s.")
    next_step = N_("Kontrollera namnet och att du har rätt till katalogen.")


class ArchiveExists(Refused):
    """There is a file by that name; an older archive is never written over."""

    code = "archive_exists"
    message = N_("Filen %(file)s finns redan och skrivs inte över.")
    next_step = N_("Välj ett annat namn.")


class NoArchive(Refused):
    """The file is no archive of ours."""

    code = "no_archive"
    message = N_("Filen %(file)s är ingen arkivexport från Åtagande.")
    next_step = N_("Välj en fil som atagande archive har skrivit.")


class DamagedArchive(Refused):
    """Something in the archive is not what its manifest says."""

    code = "damaged_archive"
    message = N_("Arkivexporten är skadad: %(part)s stämmer inte med sin kontrollsumma.")
    next_step = N_("Använd ett annat exemplar.")


class BrokenTrail(Refused):
    """The trail in the archive was tampered with."""

    code = "archive_trail"
    message = N_("Historikens kedja i arkivexporten är bruten vid post %(number)s.")
    next_step = N_("Använd ett annat exemplar och ta reda på vem som har haft det här.")
