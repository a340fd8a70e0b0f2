"""Which mail addresses are let in."""

import pytest

from atagande_agreements.mail_address import is_mail_address


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("chef@kommun.example", True),
        ("chef..ett@kommun.example", False),
        ("chef%enhet@kommun.example", False),
        (f"{'a' * 65}@kommun.example", False),
        ("chef.åsa@kommun.example", False),
        ("chef@kommun", False),
        ("chef@@kommun.example", False),
        ("a b@kommun.example", False),
        ("chef@kommun.example\nBcc: x@y.example", False),
    ],
)
def test_a_mail_address_is_plain_ascii(address: str, right: bool) -> None:  # noqa: FBT001 - a case
    assert is_mail_address(address) is right
