"""What stands in an archive for whoever opens it, however long from now: in Swedish, plain text."""

from datetime import datetime

from atagande_agreements.civil_time import STOCKHOLM
from atagande_plugin.archive.sheets import OF_AGREEMENT, OF_ASSOCIATION, Sheet

_TEXT = """\
ARKIVEXPORT FRÅN ÅTAGANDE
Gjord {made_at} (svensk tid).

Filen innehåller det som samordningsförbundet bevarar om sina överenskommelser: vad parterna har
lovat varandra, vad styrgruppen har beslutat, hur det har följts upp och vem som har gjort vad.
Allt är som det var i ett och samma ögonblick.


VAD SOM INTE FINNS MED

Inga enskilda ärenden: inga SIP-möten, förfrågningar eller hänvisningar, inga nummer på dem och
inga datum ur dem. Det som finns om ärenden är siffrorna som de publicerades, där små tal är dolda.
Inga namn på och adresser till personer: den som har gjort något står med sitt nummer och sin
funktion. Inga brev och inga svar på kallelser.


HUR FILERNA ÄR ORDNADE

Varje förbund har en mapp. I den finns:

{of_association}
  historik.jsonl
      Historiken: vem som gjorde vad och när. En post på varje rad. Se nedan.

Varje överenskommelse har en mapp i förbundets mapp. I den finns:

  overenskommelse-version-N.toml
      Överenskommelsen, en fil för varje version. Vanlig text som kan läsas som den är.
  rapporter/
      Utfärdade rapporter, byte för byte som de utfärdades.
{of_agreement}

Varje lista finns två gånger, med samma rader: som CSV (för kalkylprogram: UTF-8, semikolon
mellan fälten) och som JSON (för program). En cell i en CSV-fil som börjar med ' följt av =, +, -
eller @ har fått tecknet ' framför sig för att inget kalkylprogram ska räkna på den. Datum skrivs
ÅÅÅÅ-MM-DD. Tidpunkter skrivs i UTC och slutar med +00:00.


ATT KONTROLLERA FILERNA

manifest.json säger för varje fil dess SHA-256-summa, storlek i byte och antal rader.
kontrollsummor.txt har samma summor i den form som programmet sha256sum läser:

  sha256sum -c kontrollsummor.txt

Med Åtagande installerat går allt att kontrollera på en gång:

  atagande archive --check FIL.zip


ATT KONTROLLERA HISTORIKEN

Varje post har ett nummer och en summa (hash). Summan är SHA-256, i hexadecimal form, av texten

  föregående posts hash, association_id, number, at, person_id, actor, action, object_type,
  object_id, changes

i den ordningen, i UTF-8, med tecknet U+001F mellan delarna. Den första postens föregående hash är
64 nollor. En person_id som är null skrivs None. at och changes skrivs precis som de står på raden.
Räkna om summan för varje post i ordning. Stämmer alla, och stämmer den sista med den som står
under chains i manifest.json, så är inget ändrat, borttaget eller tillagt.

En post med "closed": true gäller ett enskilt ärende eller en inloggning, och visas inte. Dess
summa står kvar, och nästa post är räknad på den, så kedjan håller ihop och visar om en sådan post
tas bort eller läggs till.
"""


def _listed(sheets: tuple[Sheet, ...]) -> str:
    return "\n".join(f"  {one.name}.csv, {one.name}.json\n      {one.about}" for one in sheets)


def readme(made_at: datetime) -> str:
    """Return the text."""
    return _TEXT.format(
        made_at=made_at.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M"),
        of_association=_listed(OF_ASSOCIATION),
        of_agreement=_listed(OF_AGREEMENT),
    )
