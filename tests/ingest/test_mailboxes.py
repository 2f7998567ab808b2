"""E-mail addresses as they are typed, and the one form in which they are kept."""

import pytest

from royalties.domain.mailboxes import is_mailbox
from royalties.ingest.mailboxes import NotAMailboxError, mailbox, plain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ("Jürgen@example.org", "jürgen@example.org"),
        ("o'neil+books@example.org", "o'neil+books@example.org"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert mailbox(typed) == kept
    assert mailbox(kept) == kept
    assert plain(typed) == kept
    assert is_mailbox(kept)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "a@b@example.org",
        "ada@-x.example.org",
        "ada@xn--\ud800.org",
        "ada@\u202eexample.org",
        "ada..b@example.org",
        "ada b@example.org",
        '"ada b"@example.org',
        "ada@example.org, eve@example.org",
        "ada@example.org\nBcc: eve@example.org",
        "Ada <ada@example.org>",
        "=?utf-8?q?=0d=0aBcc:eve?=@example.org",
        f"{'a' * 65}@example.org",
        f"ada@{'a' * 64}.org",
        f"ada@{'ü' * 300}.org",
    ],
)
def test_invalid_address_is_refused(typed: str) -> None:
    with pytest.raises(NotAMailboxError):
        mailbox(typed)
