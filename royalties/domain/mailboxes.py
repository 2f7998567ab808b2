"""E-mail addresses, as they are stored: one rule for all that are typed, and for all that are sent.

The part before the @ is a dot-atom of RFC 5322, which may hold letters of any script (RFC 6531);
quoted ones, which nobody has, are not taken. The domain is stored as it appears in the DNS, in
ASCII. What is no such address reaches no header.
"""

import re

LONGEST = 254
_LONGEST_LOCAL = 64
"""Octets, by RFC 5321."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010FFFF-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.ASCII)


def is_mailbox(address: str) -> bool:
    """Whether this is one address with an ASCII domain, and nothing else."""
    local, at, domain = address.rpartition("@")
    return (
        bool(at)
        and len(address) <= LONGEST
        and len(local.encode(errors="replace")) <= _LONGEST_LOCAL
        and local.isprintable()
        and "=?" not in local  # a program might decode it as an encoded word
        and _LOCAL.fullmatch(local) is not None
        and _DOMAIN.fullmatch(domain) is not None
    )
