"""What a list of beneficiaries makes of the books: each keeps what the list does not name."""

from collections.abc import Mapping, Sequence
from copy import deepcopy

from royalties.ingest.lists.contents import ListFault, Record
from royalties.services.terms.titles_from_list import Body, Merged, new_key


def merge_beneficiaries(bodies: Mapping[str, Body], records: Sequence[Record]) -> Merged:
    """The beneficiaries that rows name: known by their key, else by name, else new."""
    merged = Merged()
    by_name: dict[str, list[str]] = {}
    for key, body in bodies.items():
        by_name.setdefault(str(body["name"]).casefold(), []).append(key)
    taken = {*bodies, *(each["key"] for each in records if each.get("key"))}
    new_here: dict[str, str] = {}
    for record in records:
        fields = {name: value for name, value in record.items() if name != "place"}
        place, name = record["place"], str(fields["name"])
        known = by_name.get(name.casefold(), [])
        key = str(fields.get("key", ""))
        if not key and len(known) > 1:
            merged.faults.append(
                ListFault(place, f"several are called “{name}”: write the key of the one meant")
            )
            continue
        key = key or next(iter(known), "") or new_here.get(name.casefold(), "")
        if not key:
            key = new_here[name.casefold()] = new_key(name, taken)
        taken.add(key)
        if key in merged.bodies:
            first = merged.places[key][0]
            merged.faults.append(
                ListFault(place, f"“{name}” stands in {first} already: keep one of them")
            )
            continue
        merged.places[key].append(place)
        merged.bodies[key] = {**deepcopy(bodies.get(key, {})), **fields, "key": key}
    return merged
