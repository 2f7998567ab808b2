"""Entries of the setup that are taken back: retired, brought back, removed, called otherwise."""

import json
from collections.abc import Callable

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.desk.dashboard import retailers_summary
from royalties.services.sales import imports
from royalties.services.sales.manual_entry import retailers_first
from royalties.services.terms import amending, inverses
from royalties.services.terms.amending import EntryRevision, Saved
from royalties.services.work import RefusedError
from tests.builders.books import (
    EBOOK,
    HARDCOVER,
    Office,
    a_beneficiary,
    a_row,
    a_setup,
    after,
    an_edition,
    closed,
    opened,
)

pytestmark = after(opened)
BRANCH, NEW = "river", "riverside"


def with_another(office: Office) -> None:
    """The setup has a retailer and a beneficiary that nothing names."""
    setup = a_setup()
    setup["retailers"].append({"key": BRANCH, "name": "River", "channel": "bookstore"})
    setup["beneficiaries"].append(a_beneficiary("nobody"))
    office.load(setup)


def do(office: Office, act: Callable[..., object], *what: str, **more: str) -> object:
    with office.work() as work:
        return act(work, *what, "A mistake", **more)


def last_logged(office: Office) -> dict[str, object]:
    """What the newest line of the log says."""
    (payload,) = office.rows("SELECT payload FROM log ORDER BY seq DESC LIMIT 1")[0]
    said: dict[str, object] = json.loads(payload)
    return said


def history(office: Office, part: str, key: str) -> list[EntryRevision]:
    with office.work(read_only=True) as work:
        return amending.history(work, part, key)


def test_retired_retailer_is_offered_nowhere_and_expected_no_more(office: Office) -> None:
    with_another(office)
    assert do(office, inverses.retire, "retailers", BRANCH) == Saved(changed=True)
    with office.work(read_only=True) as work:
        setup = setup_in_force(work)
        assert BRANCH not in retailers_first(setup, work.today)
        (stands,) = [each.worst for each in retailers_summary(work)[1] if each.key == BRANCH]
        assert stands.standing == "retired"
    assert history(office, "retailers", BRANCH)[0].reason == "A mistake"
    do(office, inverses.bring_back, "retailers", BRANCH)
    with office.work(read_only=True) as work:
        assert BRANCH in retailers_first(setup_in_force(work), work.today)
    assert office.faults() == {}


def test_sales_of_a_retired_retailer_count(office: Office) -> None:
    do(office, inverses.retire, "retailers", "bay")
    assert office.bring_batch([a_row(4, retailer="bay")])
    lines = office.run("2025-H1")["contracts"][0]["lines"]
    assert [each["retailer"] for each in lines if each["retailer"]] == ["bay"]


def test_retired_edition_is_found_only_by_its_whole_isbn(office: Office) -> None:
    do(office, inverses.retire, "titles", "collab", isbn=EBOOK)
    with office.work(read_only=True) as work:
        found = {each.isbn for each in imports.editions_like(work, "collab")}
        assert HARDCOVER in found
        assert EBOOK not in found
        assert [each.isbn for each in imports.editions_like(work, EBOOK)] == [EBOOK]
    with pytest.raises(RefusedError, match="is retired since"):
        do(office, inverses.retire, "titles", "collab", isbn=EBOOK)


def test_beneficiary_of_a_plan_in_force_cannot_be_retired(office: Office) -> None:
    with_another(office)
    with pytest.raises(RefusedError, match="still gives to it"):
        do(office, inverses.retire, "beneficiaries", "seattle")
    do(office, inverses.retire, "beneficiaries", "nobody")
    with pytest.raises(RefusedError, match="retired since"):
        do(office, inverses.retire, "beneficiaries", "nobody")
    do(office, inverses.bring_back, "beneficiaries", "nobody")
    with pytest.raises(RefusedError, match="nothing is to be brought back"):
        do(office, inverses.bring_back, "beneficiaries", "nobody")


def test_entry_that_was_never_used_is_removed_and_may_be_added_again(office: Office) -> None:
    with_another(office)
    before = a_setup()
    do(office, inverses.remove, "retailers", BRANCH)
    assert last_logged(office)["what"] == "removed"
    with office.work(read_only=True) as work:
        assert BRANCH not in setup_in_force(work).retailers
        assert inverses.find_entry_status(work, "retailers", BRANCH) is None
    assert office.load(before).outcome == "nothing-new"
    said = history(office, "retailers", BRANCH)
    assert [each.is_removed for each in said] == [True, False]
    with_another(office)
    with office.work(read_only=True) as work:
        assert BRANCH in setup_in_force(work).retailers
    assert next(each.is_first for each in history(office, "retailers", BRANCH))
    assert office.bring_batch([a_row(1, retailer=BRANCH)])
    assert office.faults() == {}


@pytest.mark.parametrize(
    ("part", "key", "why"),
    [
        ("plans", "cities", "it is named by contract"),
        ("titles", "collab", "it is named by contract"),
        ("beneficiaries", "seattle", "it is named by plan"),
    ],
)
def test_entry_named_by_another_cannot_be_removed(
    office: Office, part: str, key: str, why: str
) -> None:
    with pytest.raises(RefusedError, match=why):
        do(office, inverses.remove, part, key)


def test_retailer_and_edition_with_sales_stay(office: Office) -> None:
    with_another(office)
    office.bring_batch([a_row(1, retailer=BRANCH)])
    with pytest.raises(RefusedError, match="sales or reports were recorded of it; retire it"):
        do(office, inverses.remove, "retailers", BRANCH)
    with pytest.raises(RefusedError, match="sales or reports were recorded of it; retire it"):
        do(office, inverses.remove, "titles", "collab", isbn=HARDCOVER)


def test_edition_that_was_never_used_is_removed(office: Office) -> None:
    setup = a_setup()
    setup["titles"][0]["editions"].append(an_edition("9781442200081", "paperback"))
    office.load(setup)
    do(office, inverses.remove, "titles", "collab", isbn="9781442200081")
    assert last_logged(office)["what"] == "edition-removed"
    with office.work(read_only=True) as work:
        isbns = {each.isbn for each in setup_in_force(work).titles["collab"].editions}
    assert "9781442200081" not in isbns
    assert office.load(a_setup()).outcome == "nothing-new"
    assert office.faults() == {}


def test_changed_key_reaches_everything_that_names_it(office: Office) -> None:
    office.bring_batch([a_row(4), a_row(2, retailer="bay")])
    before = office.run("2025-H1")
    followed = do(office, inverses.rename, "titles", "collab", "collaborating")
    assert ("contracts", "foot-2015") in followed  # type: ignore[operator]
    do(office, inverses.rename, "retailers", "bay", NEW)
    with office.work(read_only=True) as work:
        setup = setup_in_force(work)
    assert "collaborating" in setup.contracts["foot-2015"].titles
    assert NEW in setup.retailers
    after_ = office.run("2025-H1")
    assert after_["contracts"][0]["earned"] == before["contracts"][0]["earned"]
    sold = {each["retailer"] for each in after_["contracts"][0]["lines"]}
    assert sold - {None} == {"amazon", NEW}
    said = history(office, "retailers", NEW)
    assert [(each.former_key, each.is_first) for each in said] == [("bay", False), ("", True)]
    assert office.faults() == {}


def test_setup_file_with_an_old_key_is_told_the_new_one(office: Office) -> None:
    do(office, inverses.rename, "plans", "cities", "towns")
    with pytest.raises(SetupError) as refused:
        office.load(a_setup())
    told = {fault.path: fault.message for fault in refused.value.faults}
    assert told["plans[0].key"] == '"cities" was changed to "towns" in the books: write that'
    with pytest.raises(SetupError) as named:
        office.load({"contracts": [a_setup()["contracts"][0]]})
    assert [fault.message for fault in named.value.faults] == [
        '"cities" was changed to "towns": write that'
    ]


def test_taken_key_is_refused(office: Office) -> None:
    with pytest.raises(SetupError, match="is taken already"):
        do(office, inverses.rename, "retailers", "bay", "Amazon")


@after(closed)
@pytest.mark.parametrize(
    ("part", "key"),
    [("contracts", "foot-2015"), ("beneficiaries", "seattle"), ("retailers", "amazon")],
)
def test_entry_used_by_a_closed_period_cannot_be_renamed_or_removed(
    office: Office, part: str, key: str
) -> None:
    with pytest.raises(RefusedError, match="closed periods name it by that"):
        do(office, inverses.rename, part, key, NEW)
    with pytest.raises(RefusedError, match="a closed period used it"):
        do(office, inverses.remove, part, key)


def test_clerk_prepares_and_cannot_remove(office: Office) -> None:
    with_another(office)
    clerk = Actor("Cleo", Role.CLERK)
    with office.system.work(clerk) as work, pytest.raises(NotAllowedError):
        inverses.remove(work, "retailers", BRANCH, "A mistake")
    with office.system.work(clerk) as work, pytest.raises(NotAllowedError):
        inverses.retire(work, "retailers", BRANCH, "A mistake")
