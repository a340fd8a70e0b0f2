"""What is said of a cell that is not right: what is wrong, and the remedy."""

from atagande_agreements.i18n import N_

NO_COLUMN = N_("Kolumnen finns inte."), N_("Lägg till den, eller utgå från den tomma mallen.")
NOT_USED = N_("Kolumnen känns inte igen."), N_("Den läses inte. Ta gärna bort den.")
TWICE = N_("Kolumnen finns två gånger."), N_("Ta bort den ena.")
TOO_WIDE = N_("Raden har fler celler än rubriker."), N_("Ta bort det som står utanför kolumnerna.")
COMPUTED = (
    N_("Cellen börjar med %(sign)s, som en formel."),
    N_("Skriv värdet i stället för formeln, utan tecknet."),
)
NO_UNIT = N_("Enheten saknas."), N_("Skriv %(units)s.")
OTHER_UNIT = (
    N_("%(value)s är ingen enhet som du rapporterar för."),
    N_("Skriv %(units)s."),
)
OTHER_SUBJECT = N_("%(value)s är inget ämne som gäller er."), N_("Skriv %(subjects)s.")
BAD_DATE = N_("%(value)s är inget datum."), N_("Skriv datumet som ÅÅÅÅ-MM-DD.")
NO_DATE = N_("Datum saknas."), N_("Skriv dagen för utbildningen som ÅÅÅÅ-MM-DD.")
LATE_DATE = (
    N_("%(value)s är senare än %(day)s, dagen som uppgifterna gäller."),
    N_("Rätta datumet, eller ta med utbildningen nästa gång."),
)
EARLY_DATE = (
    N_("%(value)s är före överenskommelsens första dag, %(since)s."),
    N_("Stämmer datumet behöver du inte göra något."),
)
BAD_NUMBER = (
    N_("%(value)s är inget antal."),
    N_("Skriv ett heltal från %(lowest)s till %(highest)s."),
)
NO_NUMBER = N_("Antalet saknas."), N_("Skriv hur många som gick utbildningen den dagen.")
ONE_PERSON = (
    N_("Raden har ett namn men antalet %(value)s."),
    N_("Skriv 1, eller lämna antalet tomt: varje namn är en person."),
)
BAD_NAME = (
    N_("Namnet är för långt eller innehåller nummer."),
    N_("Skriv namn eller initialer, högst 80 tecken."),
)
NOT_YOURS = N_("Namn får bara enhetens egen chef skriva in."), N_("Skriv antal i stället för namn.")
SAME_NAME = (
    N_("Samma namn står på rad %(first)s."),
    N_("Behåll den senaste utbildningen. Är det två personer, skriv så att det syns."),
)
NO_STAFF = (
    N_("Antalet personal saknas för ämnet."),
    N_("Skriv hur många det gäller på ämnets första rad."),
)
OTHER_STAFF = (
    N_("Personal är %(value)s här men %(first)s på rad %(other)s."),
    N_("Skriv samma antal på alla rader för ämnet, eller bara på den första."),
)
TOO_MANY = (
    N_("%(trained)s är utbildade, men personalen är %(staff)s."),
    N_("Räkna varje person en gång, med sin senaste utbildning."),
)
