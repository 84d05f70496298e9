"""Which addresses may be notified: public ones, and those that whoever runs this machine allows by name.

Whoever may add a webhook could otherwise have this machine ask what only it can reach: a service on loopback, the
network behind it, the address at which clouds tell a machine its keys. The name is resolved once, every address
that it has is looked at, and one of these very addresses is connected to.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from composer.home.hosts import bare
from library.errors import Refused

ALLOWED_VARIABLE = "COMPOSER_WEBHOOK_HOSTS"
"""Environment variable with the names, apart by commas, of hosts that may be notified at any address."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], Collection[str]]
"""Returns the addresses of a host; raises OSError where it has none."""


def allowed_hosts() -> frozenset[str]:
    """Return the hosts that the environment allows by name, in small letters."""
    given = os.environ.get(ALLOWED_VARIABLE, "").split(",")
    return frozenset(name for one in given if (name := bare(one)))


def check_host(url: str, allowed: Collection[str]) -> None:
    """Refuse an address whose host is, as it stands, none that may be notified; nothing is resolved."""
    host = bare(urlsplit(url).hostname or "")
    if host in allowed:
        return
    if host == "localhost" or host.endswith(".localhost"):
        raise _refused(host, "this machine itself")
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return
    if what := not_public(address):
        raise _refused(host, what)


def addresses_of(
    host: str, port: int, allowed: Collection[str], resolve: Resolve | None = None
) -> tuple[str, ...]:
    """Return the addresses at which a host may be notified, all of which it has.

    Raises `Refused` where one of them can't be reached from everywhere, and OSError where the name has none.
    """
    found = tuple(dict.fromkeys((resolve or _resolved)(host, port)))
    if bare(host) in allowed:
        return found
    for one in found:
        if what := not_public(ipaddress.ip_address(one.partition("%")[0])):
            raise _refused(host, what, one)
    return found


def not_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return what kind of address it is that not everybody can reach; empty for a public one.

    One that stands for an IPv4 address, mapped or translated, is of that one's kind.
    """
    site = False
    if isinstance(address, ipaddress.IPv6Address):
        site = address.is_site_local
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return not_public(inner)
    kinds = {
        "this machine itself": address.is_loopback or address.is_unspecified,
        "a link-local address": address.is_link_local,
        "a multicast address": address.is_multicast,
        "a private or reserved address": site
        or address.is_private
        or address.is_reserved
        or not address.is_global,
    }
    return next((kind for kind, is_so in kinds.items() if is_so), "")


def _resolved(host: str, port: int) -> list[str]:
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _refused(host: str, what: str, address: str = "") -> Refused:
    at = f" is at {address}," if address and address != host else " is"
    return Refused(
        f"{host}{at} {what}, which is not notified unless it is allowed by name",
        fix=f"Where that is meant, {ALLOWED_VARIABLE}={bare(host)} in the environment of the app and of "
        "`composer hooks` allows it.",
    )
