"""Valid e-mail addresses: one rule for typed addresses and for recipients."""

import pytest

from royalties.domain.mailboxes import is_mailbox

LABEL = 63 * "d"
"""As long as a part of a domain may be."""


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "ada@localhost",
        "a.d-a+x@xn--bcher-kva.example",
        f"{'a' * 64}@example.org",
        f"{'ü' * 32}@example.org",  # 64 octets
        f"ada@{LABEL}.org",
        # 254 characters in all
        f"ada@{LABEL}.{LABEL}.{LABEL}.{'d' * 58}",
    ],
)
def test_valid_ascii_addresses_are_accepted(address: str) -> None:
    assert is_mailbox(address)


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "@example.org",
        "ada@",
        f"{'a' * 65}@example.org",
        f"{'ü' * 33}@example.org",
        f"ada@{LABEL}d.org",
        f"ada@{LABEL}.{LABEL}.{LABEL}.{'d' * 59}",
        "ada@bücher.example",
        "ada@Example.org",
        "a@b@example.org",
        # Marks that turn the direction of a text, half a character, and half an encoded word.
        "a\u202eda@example.org",
        "a\ud800@example.org",
        "=?utf-8?q?eve?=@example.org",
        "a=?b@example.org",
    ],
)
def test_invalid_or_non_ascii_addresses_are_refused(address: str) -> None:
    assert not is_mailbox(address)
