"""The health check on its page and on the command line."""

import os
import re
import subprocess
import sys
from pathlib import Path

from sqlalchemy import update

from atagande_agreements.commitments.models import Commitment
from support.queries import count_queries
from support.world import ADMINISTRATOR, CONVENER, READER, World

PATH = "/overenskommelsen/halsokontroll"


def break_p3(world: World) -> None:
    with world.writer() as session:
        session.execute(update(Commitment).where(Commitment.key == "P3").values(rule="okand"))
        session.commit()


def run(world: World) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ATAGANDE_DATABASE_URL": world.settings.database_url,
        "ATAGANDE_DATA_DIR": str(world.settings.data_dir),
    }
    return subprocess.run(
        [str(Path(sys.executable).with_name("atagande")), "agreement", "health", "sgi0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_sentence_says_how_it_is(sqlite_world: World) -> None:
    page = sqlite_world.client(READER).get(PATH).text
    assert "Allt fungerar, men" in page
    assert 'href="/overenskommelsen/parameter/answer_days"' in page
    break_p3(sqlite_world)
    page = sqlite_world.client(READER).get(PATH).text
    assert "1 sak gör att något inte fungerar." in page
    assert "Regeln okand finns inte i tjänsten" in page


def test_each_finding_leads_to_where_it_is_mended(sqlite_world: World) -> None:
    page = sqlite_world.client(CONVENER).get(PATH).text
    assert 'href="/overenskommelsen#avsnitt-forsakringskassan"' in page
    assert 'href="/moten"' in page
    # The association's people hold no cases, so there is nothing for them at the clinics' hours.
    own = sqlite_world.client(ADMINISTRATOR).get(PATH).text
    links = set(re.findall(r'href="(/mottagningar/[^"]*)"', own))
    assert links == {"/mottagningar/oppettider"}, "only what the menu has"


def test_the_page_is_reached_from_the_agreement_and_is_cheap(sqlite_world: World) -> None:
    visitor = sqlite_world.client(READER)
    assert f'href="{PATH}"' in visitor.get("/overenskommelsen").text
    with count_queries(sqlite_world.services.engine) as sent:
        assert visitor.get(PATH).status_code == 200
    assert len(sent) <= 12, sent


def test_the_command_line_says_the_same_and_fails_on_errors(sqlite_world: World) -> None:
    healthy = run(sqlite_world)
    assert healthy.returncode == 0, healthy.stderr
    assert "Varning: Svarstid på förfrågan: Mätvärdet är inte beslutat" in healthy.stdout
    break_p3(sqlite_world)
    broken = run(sqlite_world)
    assert broken.returncode == 1
    assert broken.stdout.startswith("Fel: P3 ")
