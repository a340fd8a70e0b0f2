"""Settings come from the environment, and a wrong one stops the start."""

from pathlib import Path

import pytest

from atagande_plugin.config import BadSettings, load


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = load({"ATAGANDE_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/atagande.db"
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.smtp is None


def test_the_secret_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = load({"ATAGANDE_DATA_DIR": str(tmp_path)}).secret_key
    assert load({"ATAGANDE_DATA_DIR": str(tmp_path)}).secret_key == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


def test_a_secret_key_that_was_never_written_out_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    with pytest.raises(BadSettings, match="SECRET_KEY"):
        load({"ATAGANDE_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "sqlite:relative.db"),
        ("BASE_URL", "http://atagande.example"),
        ("BASE_URL", "atagande.example"),
        ("SECRET_KEY", "short"),
        ("SMTP_URL", "mail.example"),
        ("SMTP_URL", "smtp://host:notaport"),
        ("MAIL_FROM", "samordning@förbundet.example"),
        ("IMAP_URL", "mail.example"),
        ("IMAP_URL", "imaps://mail.example/INBOX"),
        ("IMAP_URL", "imaps://user@mail.example/INBOX"),
        ("IMAP_URL", "imap://user:pass@mail.example/INBOX"),
        ("IMAP_URL", "imaps://user:pass@mail.example:port/INBOX"),
        ("IMAP_URL", 'imaps://user:pass@mail.example/IN"BOX'),
        ("MAIL_AUTHSERV_ID", "mx suvs; dmarc=pass"),
        ("LOCALE", "no"),
        ("TIMEZONE", "Europe/Oslo"),
        ("LOG_LEVEL", "LOUD"),
        ("PROXIES", "many"),
        ("PROXIES", "9"),
        ("DATABSE_URL", "sqlite:////x.db"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load({"ATAGANDE_DATA_DIR": str(tmp_path), f"ATAGANDE_{name}": value})
    assert [fault[0] for fault in caught.value.faults] == [f"ATAGANDE_{name}"]


@pytest.mark.parametrize(
    ("value", "reached"),
    [
        ("imaps://user:hemligt@mail.example", ("mail.example", 993, "user", "tls", "INBOX")),
        (
            "imap://s%40x.example:hem%2Fligt@mail.example/Svar?starttls=1",
            ("mail.example", 143, "s@x.example", "starttls", "Svar"),
        ),
        ("imap://u:hemligt@127.0.0.1:1143/INBOX", ("127.0.0.1", 1143, "u", "plain", "INBOX")),
    ],
)
def test_the_mailbox_is_read_from_its_address(
    tmp_path: Path, value: str, reached: tuple[str, int, str, str, str]
) -> None:
    settings = load({"ATAGANDE_DATA_DIR": str(tmp_path), "ATAGANDE_IMAP_URL": value})
    box = settings.imap
    assert box is not None
    assert (box.host, box.port, box.user, box.security, box.folder) == reached
    assert settings.reads_mail
    assert box.password not in repr(settings)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        load(
            {
                "ATAGANDE_DATA_DIR": str(tmp_path),
                "ATAGANDE_LOCALE": "no",
                "ATAGANDE_SMTP_URL": "x",
            }
        )
    assert len(caught.value.faults) == 2


def test_other_variables_are_left_alone(tmp_path: Path) -> None:
    load({"ATAGANDE_DATA_DIR": str(tmp_path), "HOME": "/nowhere"})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "plain")),
        ("smtp://mail.example:2525", ("mail.example", 2525, "plain")),
        ("smtp://u:p%40ss@mail.example?starttls=1", ("mail.example", 587, "starttls")),
        ("smtps://mail.example", ("mail.example", 465, "tls")),
    ],
)
def test_a_mail_server_is_an_address(
    tmp_path: Path, url: str, expected: tuple[str, int, str]
) -> None:
    smtp = load({"ATAGANDE_DATA_DIR": str(tmp_path), "ATAGANDE_SMTP_URL": url}).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security) == expected


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = load(
        {
            "ATAGANDE_DATA_DIR": str(tmp_path),
            "ATAGANDE_SECRET_KEY": "k" * 40,
            "ATAGANDE_SMTP_URL": "smtp://user:hemligt@mail.example",
            "ATAGANDE_DATABASE_URL": "postgresql://user:hemligt@db.example/atagande",
        }
    )
    assert "hemligt" not in repr(settings)
    assert "k" * 40 not in repr(settings)
