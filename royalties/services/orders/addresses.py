"""Where copies may go: to places that tax and certificates know."""

from collections.abc import Iterable
from dataclasses import replace

from royalties.domain.orders.order import Address
from royalties.ingest import places
from royalties.services.work import RefusedError


def placed(address: Address) -> Address:
    """An address with the codes of its country and its state or region.

    Raises:
        NotAPlaceError: one of them is not known or lacks where tax depends on it, or the postcode
            lies elsewhere; the message says what to write.
    """
    country = places.needed_country(address.country)
    region = places.needed_region(address.region, country) if address.region.strip() else ""
    if not region and country in places.NEEDS_REGION:
        raise places.NotAPlaceError("write the state, such as WA: sales tax depends on it")
    if wrong := places.contradiction(country, region, address.postcode):
        raise places.NotAPlaceError(wrong)
    return replace(address, country=country, region=region)


def require_places(addresses: Iterable[Address]) -> None:
    """Refuse addresses that stand in the books with a place that nobody knows.

    What they name matches no tax and no certificate.

    Raises:
        RefusedError: names the address, and what to do.
    """
    for number, address in enumerate(addresses, 1):
        country_known = places.is_country(address.country)
        if not country_known or (
            address.region and not places.is_region(address.region, address.country)
        ):
            raise RefusedError(
                f"address {number}: {address.place} is no place that is known, so tax and "
                f"certificates would not count. An administrator mends it with 'royalties "
                f"places --mend', or the order is cancelled and asked for anew"
            )
