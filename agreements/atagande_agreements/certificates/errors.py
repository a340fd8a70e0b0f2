"""What is refused about reports of certificates."""

from http import HTTPStatus

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_


class FuturePeriod(Refused):
    """The half-year has not begun."""

    code = "future_period"
    message = N_("Halvåret %(period)s har inte börjat, så det går inte att rapportera än.")
    next_step = N_("Välj ett halvår som pågår eller är slut.")


class NegativeCount(Refused):
    """A count below nothing."""

    code = "negative_count"
    message = N_("Ett antal kan inte vara mindre än noll.")
    next_step = N_("Skriv 0 om det inte var något.")


class MoreLackingThanReceived(Refused):
    """A part is larger than its whole."""

    code = "lacking_above_received"
    message = N_("%(lacking)s intyg utan aktivitetsförmåga är fler än de %(received)s mottagna.")
    next_step = N_("De som saknar uppgiften räknas också som mottagna. Kontrollera antalen.")


class MoreCompletedThanLacking(Refused):
    """A part is larger than its whole."""

    code = "completed_above_lacking"
    message = N_(
        "%(completed)s kompletterade intyg är fler än de %(lacking)s som saknade uppgiften."
    )
    next_step = N_(
        "Bara ett intyg som saknade uppgiften kan ha kompletterats. Kontrollera antalen."
    )


class HalfSplit(Refused):
    """Some of the counts by sex are there, and some are not."""

    code = "half_split"
    message = N_("Uppdelningen på kvinnor och män är inte fullständig.")
    next_step = N_("Fyll i alla fyra antalen, eller inget av dem.")


class SplitAboveWhole(Refused):
    """Women and men together are more than all."""

    code = "split_above_whole"
    message = N_("Kvinnor och män är tillsammans fler än alla intyg.")
    next_step = N_("Kontrollera antalen. Den vars kön ni inte vet räknas bara i det hela.")


class NothingReported(Refused):
    """There are no figures to say anything about."""

    code = "nothing_reported"
    status = HTTPStatus.CONFLICT
    message = N_("Ingen kommun har rapporterat något om mottagningen för %(period)s.")
    next_step = N_("Ni kan yttra er när det finns siffror.")


class EmptyStatement(Refused):
    """A statement without words."""

    code = "empty_statement"
    message = N_("Yttrandet är tomt.")
    next_step = N_("Skriv vad mottagningen vill säga om siffrorna.")
