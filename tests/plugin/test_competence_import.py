"""Competence as a file: what is taken and refused, and that nothing is written before a yes."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.commitments.models import Evidence
from atagande_agreements.competence import importing
from atagande_agreements.competence.models import (
    CompetenceImport,
    CompetenceName,
    CompetenceReport,
)
from atagande_agreements.competence.table import MOST_ROWS
from atagande_plugin import sheets
from atagande_plugin.web import guard
from support.sheets import bomb, encrypted_part, truncated, workbook
from support.world import AF, CLINIC_CHIEF, READER, World

SIGTUNA = "enhetschef@sigtuna.example"
HEADER = "enhet;ämne;datum;antal;namn;personal\n"
GOOD = (
    HEADER
    + "sigtuna-ek;SIP;2025-05-01;12;;20\n"
    + "sigtuna-ek;SIP;2025-09-01;3;;20\n"
    + "sigtuna-ek;Läkarintyg;;0;;20\n"
)
NUMBER = "19900101-2389"


def send(
    world: World,
    content: bytes | str,
    *,
    who: str = SIGTUNA,
    name: str = "f.csv",
    as_of: str = "2026-03-02",
) -> Any:
    """Choose a file in the form and send it, put together here so that it stays in memory."""
    visitor = world.client(who)
    raw = content.encode() if isinstance(content, str) else content
    fields = {guard.TOKEN_FIELD: visitor.form_token(), "as_of": as_of}
    part = "--limit\r\nContent-Disposition: form-data; name="
    body = "".join(f'{part}"{key}"\r\n\r\n{value}\r\n' for key, value in fields.items())
    body += f'{part}"file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    return visitor.client.post(
        "/kompetens/import",
        data=body.encode() + raw + b"\r\n--limit--\r\n",
        content_type="multipart/form-data; boundary=limit",
    )


def written(world: World) -> tuple[int, ...]:
    """Return how many reports, pieces of evidence and names there are."""
    with world.services.reader() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (CompetenceReport, Evidence, CompetenceName)
        )


def nothing_is_kept(world: World) -> bool:
    with world.services.reader() as session:
        waiting = session.scalar(select(func.count()).select_from(CompetenceImport))
    return waiting == 0 and written(world) == (0, 0, 0)


def test_nothing_is_written_until_the_preview_is_confirmed(world: World) -> None:
    read = send(world, GOOD)
    assert read.status_code == 303
    assert written(world) == (0, 0, 0)
    path = read.headers["Location"]
    page = world.client(SIGTUNA).get(path).text
    assert "2 rapporter sparas när du bekräftar." in page
    assert "1 maj 2025: 12" in page
    assert world.client(SIGTUNA).post(path).status_code == 303
    assert written(world) == (2, 2, 0)
    # Once more changes nothing.
    assert world.client(SIGTUNA).post(path).status_code == 303
    assert world.client(SIGTUNA).get(path).status_code == 303
    assert written(world) == (2, 2, 0)
    with world.services.reader() as session:
        sip = session.scalars(
            select(CompetenceReport).where(CompetenceReport.subject == "sip")
        ).one()
        assert (sip.staff, sip.trained, sip.as_of) == (20, 15, date(2026, 3, 2))


def test_headers_and_subjects_have_several_names(sqlite_world: World) -> None:
    for content in (
        "UNIT;Subject;DATE;Count;Staff\nsigtuna-ek;K2a;20250501;12;20\n",
        "sep=;\r\nÄMNE;Datum;Antal;Personal\r\nBaskompetens: läkarintyg;2025-05-01;12;20\r\n",
        "\n\nämne;datum;antal;personal\n\nmedical certificates;2025-05-01;12;20\n\n\n",
        "ämne;datum;namn;personal\nläkarintyg;2025-05-01;Ann;20\nläkarintyg;2025-05-01;Bo;\n",
    ):
        assert send(sqlite_world, content).status_code == 303


def test_a_workbook_is_read_as_the_same(world: World) -> None:
    rows: list[list[Any]] = [
        ["Enhet", "Ämne", "Datum", "Antal", "Namn", "Personal"],
        ["sigtuna-ek", "SIP", date(2025, 5, 1), 12, None, 20],
        ["sigtuna-ek", "SIP", "2025-09-01", 3.0, "", 20],
        [None] * 6,
    ]
    read = send(world, workbook(rows), name="f.xlsx")
    assert read.status_code == 303
    world.client(SIGTUNA).post(read.headers["Location"])
    with world.services.reader() as session:
        report = session.scalars(select(CompetenceReport)).one()
        assert [(one.trained_on, one.people) for one in report.trainings] == [
            (date(2025, 5, 1), 12),
            (date(2025, 9, 1), 3),
        ]


def test_faulty_cells_are_named_with_their_remedies(sqlite_world: World) -> None:
    rows = (
        "sigtuna-ek;sip;2025-05-01;12;;20\n"
        "sigtuna-ek;dans;2025-05-01;1;;20\n"
        "sigtuna-ek;sip;2025-05-01;1;;20;mer\n"
    )
    refused = send(sqlite_world, HEADER + rows)
    assert refused.status_code == 422
    for said in ("dans är inget ämne som gäller er.", "fler celler än rubriker"):
        assert said in refused.text
    for column in ("ämne", "–"):
        assert f'<td data-label="Kolumn">{column}</td>' in refused.text
    for row in (3, 4):
        assert f'<th scope="row">Rad {row}</th>' in refused.text
    assert nothing_is_kept(sqlite_world)


def test_every_fault_is_counted_but_not_all_are_listed(sqlite_world: World) -> None:
    refused = send(sqlite_world, HEADER + "x;sip;2025-05-01;1;;20\n" * 500)
    assert "500 saker behöver rättas i filen." in refused.text
    assert refused.text.count("ingen enhet som du") == 100


def test_a_training_before_the_agreement_is_shown_for_a_second_look(sqlite_world: World) -> None:
    read = send(sqlite_world, HEADER + "sigtuna-ek;sip;2018-05-01;1;;20\n")
    page = sqlite_world.client(SIGTUNA).get(read.headers["Location"]).text
    assert "2018-05-01 är före överenskommelsens första dag" in page


def test_a_report_is_not_of_the_future_nor_before_the_agreement(sqlite_world: World) -> None:
    for as_of in ("2019-10-24", "2026-03-03", "", "i dag"):
        assert send(sqlite_world, GOOD, as_of=as_of).status_code == 422
    assert nothing_is_kept(sqlite_world)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_personal_number_is_refused_and_comes_out_nowhere(
    sqlite_world: World, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows: list[list[Any]] = [
        HEADER.strip().split(";"),
        ["sigtuna-ek", "sip", "2025-05-01", "12", NUMBER, "20"],
    ]
    content = workbook(rows) if form == "xlsx" else "\n".join(map(";".join, rows)).encode()
    refused = send(sqlite_world, content, name=f"{NUMBER}.{form}")
    assert refused.status_code == 422
    assert "Rad 2, kolumn 5, innehåller" in refused.text
    assert "2389" not in refused.text
    assert "2389" not in caplog.text
    assert nothing_is_kept(sqlite_world)


def test_a_personal_number_in_the_header_or_as_a_number_is_refused(sqlite_world: World) -> None:
    for rows in ([["ämne", NUMBER]], [["ämne"], [199001012389]]):
        refused = send(sqlite_world, workbook([*rows, ["x"]]))
        assert refused.status_code == 422
        assert "personnummer. Inget ur filen har sparats." in refused.text


def test_a_file_that_can_not_be_taken_is_refused_in_plain_words(sqlite_world: World) -> None:
    for content, status, said in (
        (b"", 422, "Filen har inga rader."),
        (b"\xef\xbb\xbf", 422, "Filen har inga rader."),
        (b"\xff\xfe", 422, "Filen har inga rader."),
        (HEADER.encode(), 422, "Filen har inga rader."),
        (b"%PDF-1.7\n\x00\x01", 422, "varken CSV eller XLSX"),
        (encrypted_part(), 422, "skyddad med lösenord"),
        (truncated(), 422, "skadad eller avklippt"),
        (b'a;b\n"c;d\n', 422, "går inte att läsa"),
        (bomb(), 413, "Filen är för stor. Högst 50000 rader och 8 MB tas emot."),
        (b"x" * (sheets.MOST_BYTES + 1), 413, "Filen är för stor."),
        (b"x" * (sheets.MOST_BYTES + 200_000), 413, "för stort"),
    ):
        refused = send(sqlite_world, content)
        assert refused.status_code == status
        assert said in refused.text
    assert nothing_is_kept(sqlite_world)


def test_without_a_file_the_form_says_so(sqlite_world: World) -> None:
    refused = sqlite_world.client(SIGTUNA).post("/kompetens/import", {"as_of": "2026-03-02"})
    assert refused.status_code == 422
    assert "Filen har inga rader." in refused.text


def test_as_many_rows_as_are_promised_are_taken(sqlite_world: World) -> None:
    letters = str.maketrans("0123456789", "abcdefghij")
    names = (str(number).translate(letters) for number in range(MOST_ROWS))
    rows = "".join(f"sip;2025-05-01;{name};60000\n" for name in names)
    read = send(sqlite_world, "ämne;datum;namn;personal\n" + rows)
    assert read.status_code == 303
    sqlite_world.client(SIGTUNA).post(read.headers["Location"])
    assert written(sqlite_world) == (1, 1, MOST_ROWS)


def test_an_import_is_only_its_authors_and_goes_out_after_an_hour(world: World) -> None:
    path = send(world, GOOD).headers["Location"]
    assert world.client(CLINIC_CHIEF).get(path).status_code == 404
    assert world.client(CLINIC_CHIEF).post(path).status_code == 404
    assert world.client(READER).get(path).status_code == 403
    world.now += timedelta(hours=1)
    assert world.client(SIGTUNA).get(path).status_code == 404
    assert world.client(SIGTUNA).post(path).status_code == 404
    assert written(world) == (0, 0, 0)
    with world.writer() as session:
        world.now += timedelta(seconds=1)
        assert importing.forget_expired(session, world.now) == 1


def test_if_someone_reports_meanwhile_nothing_of_the_file_is_written(world: World) -> None:
    path = send(world, GOOD).headers["Location"]
    world.client(SIGTUNA).post(
        "/kompetens/sigtuna-ek/medical_certificates",
        {"as_of": "2026-03-02", "staff": "20", "version": "0"},
    )
    assert written(world)[0] == 1
    # The one that is the same is no trouble; the other is.
    world.client(SIGTUNA).post(
        "/kompetens/sigtuna-ek/sip", {"as_of": "2026-03-02", "staff": "20", "version": "0"}
    )
    stale = world.client(SIGTUNA).post(path)
    assert stale.status_code == 409
    assert "Någon annan hann ändra det här" in stale.text
    assert written(world)[0] == 2


def test_only_chiefs_reach_the_files(sqlite_world: World) -> None:
    visitor = sqlite_world.client(READER)
    for path in ("import", "mall.csv", "mina-uppgifter.csv", "import/1"):
        assert visitor.get(f"/kompetens/{path}").status_code == 403
    assert send(sqlite_world, GOOD, who=READER).status_code == 403
    assert send(sqlite_world, GOOD, who=CLINIC_CHIEF).status_code == 422


def test_what_is_downloaded_can_be_sent_back_and_changes_nothing(world: World) -> None:
    content = (
        HEADER
        + "sigtuna-ek;SIP;2025-05-01;12;;20\n"
        + "sigtuna-ek;SIP;2025-05-01;;Ann-Sofi Åberg;20\n"
        + "sigtuna-ek;SIP;2025-09-01;;'Bo';20\n"
        + "sigtuna-ek;Läkarintyg;;0;;20\n"
    ).replace("'Bo'", "Bo")
    world.client(SIGTUNA).post(send(world, content).headers["Location"])
    before = written(world)
    assert before == (2, 2, 2)
    own = world.client(SIGTUNA).get("/kompetens/mina-uppgifter.csv")
    assert own.headers["Content-Disposition"] == 'attachment; filename="kompetens.csv"'
    assert own.data.startswith(b"\xef\xbb\xbfenhet;")
    read = send(world, own.data)
    assert read.status_code == 303
    assert world.client(SIGTUNA).post(read.headers["Location"]).status_code == 303
    assert written(world) == before
    assert world.client(SIGTUNA).get("/kompetens/mina-uppgifter.csv").data == own.data


def test_the_template_lists_what_is_asked_and_holds_no_report(sqlite_world: World) -> None:
    content = sqlite_world.client(AF).get("/kompetens/mall.csv").data.decode("utf-8-sig")
    assert content.splitlines() == ["enhet;ämne;datum;antal;namn;personal", "af;sip;;0;;"]
    own = sqlite_world.client(SIGTUNA).get("/kompetens/mall.csv").data.decode("utf-8-sig")
    assert len(own.splitlines()) == 5
