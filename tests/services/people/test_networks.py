"""Which addresses share one throttle, and which are invalid."""

import pytest

from royalties.services.people.networks import network


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:50123", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:0201", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:443", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::9", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("[2001:db8::1]:50123", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("_hidden", ""),
        ("_SEVKISEK:80", ""),
        ("for=192.0.2.1", ""),
        ("192.0.2.1, 192.0.2.2", ""),
        ("192.0.2", ""),
        ("192.0.2.256", ""),
        ("010.0.0.1", ""),
        ("3221225985", ""),
        ("[192.0.2.1", ""),
        ("192.0.2.1:", ""),
        ("192.0.2.1:port", ""),
        ("::ffff", "::/64"),
        ("9" * 10_000, ""),
        ("٣.0.2.1", ""),
    ],
)
def test_network_of_an_ip_address(text: str, found: str) -> None:
    assert network(text) == found
