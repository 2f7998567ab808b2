"""Network addresses as far as they tell one house from another."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_WITH_PORT = re.compile(r"(?:\[([^\]]{1,100})\]|([0-9.]{1,15}))(?::[0-9]{1,5})?")


def network(text: str) -> str:
    """Whose attempts are counted together: an IPv4 address, or the /64 network of an IPv6 one.

    IPv6 gives each house a /64 of its own. An IPv4 address written as IPv6 (``::ffff:192.0.2.1``)
    is that IPv4 address. A port is left out. What is no address (``unknown``, an obfuscated
    identifier of RFC 7239, anything else) is empty.
    """
    address = _address(text.strip())
    if address is None:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((int(address), 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    inside = _WITH_PORT.fullmatch(text)
    try:
        return ip_address((inside[1] or inside[2]) if inside else text)
    except ValueError:
        return None
