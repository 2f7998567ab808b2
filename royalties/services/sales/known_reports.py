"""Which reports are recognised as a retailer's own."""

from royalties.domain.people import Verb
from royalties.domain.terms.names import spelled_out
from royalties.ingest.formats import built_in
from royalties.services.books import setup_in_force
from royalties.services.work import Work


def reports_known_of(work: Work, retailer: str) -> list[tuple[str, str]]:
    """Titles of the reports that are recognised as a retailer's, by title, mapped ones included.

    Each comes with the key of a mapped report; of one that is built in it is empty. A mapped one
    that ended is left out.
    """
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    name = setup.retailers[retailer].name.casefold()
    known = [
        (declared.title, "")
        for declared in built_in()
        if retailer == declared.retailer or {retailer, name} & set(declared.also_known_as)
    ]
    mapped = [
        (mapping["name"] or spelled_out(mapping["key"]), mapping["key"])
        for mapping in setup.mappings
        if mapping.get("retailer") == retailer and not mapping.get("ended")
    ]
    return sorted([*known, *mapped], key=lambda report: report[0].casefold())
