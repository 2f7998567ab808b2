"""Network addresses as far as they distinguish one household from another."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_WITH_PORT = re.compile(r"(?:\[([^\]]{1,100})\]|([0-9.]{1,15}))(?::[0-9]{1,5})?")


_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0:0/96"))
"""IPv4 addresses as translators write them (RFC 6052, RFC 2765)."""


def network(text: str) -> str:
    """Whose attempts are counted together: an IPv4 address, or the /64 network of an IPv6 one.

    IPv6 gives each house a /64 of its own. An IPv4 address written as IPv6 (``::ffff:192.0.2.1``,
    or ``64:ff9b::192.0.2.1`` by a translator) is that IPv4 address. A port is left out. What is
    no address (``unknown``, an obfuscated identifier of RFC 7239, anything else) is empty.
    """
    address = _address(text.strip())
    if address is None:
        return ""
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped
        if any(address in each for each in _TRANSLATED):
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        if within is None:
            return str(ip_network((int(address), 64), strict=False))
        address = within
    return str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    inside = _WITH_PORT.fullmatch(text)
    try:
        return ip_address((inside[1] or inside[2]) if inside else text)
    except ValueError:
        return None
