"""Titles and retailers at the desk, their public side, and requests."""

import json

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.ingest.setup import SetupError, title_of
from royalties.services.desk.public import amounts_allocated, public_title, public_titles, sample
from royalties.services.terms import amending as terms
from royalties.services.terms import catalogue
from royalties.services.work import RefusedError
from royalties.store.tables.metadata import unpacked
from tests.builders.books import (
    EBOOK,
    HANDBOOK,
    HARDCOVER,
    Office,
    a_beneficiary,
    a_title,
    after,
    an_edition,
    closed,
    opened,
    spring,
)
from tests.builders.titles import a_public_title, public, samples

pytestmark = pytest.mark.engines("either")

CLERK = Actor("carl", Role.CLERK)
MANAGER = Actor("mia", Role.MANAGER)
PDF = b"%PDF-1.7\nsample"


def looked_at(office: Office, part: str, key: str) -> int:
    with office.work(read_only=True) as work:
        found = terms.find_entry(work, part, key)
        return found.id if found else 0


def amend(office: Office, body: dict[str, object], revision: int, part: str = "titles") -> bool:
    with office.system.work(MANAGER) as work:
        return catalogue.amend(work, part, body, revision)


# Nothing closed depends on what the public may see


@after(spring)
def test_public_page_does_not_change_a_run(office: Office) -> None:
    before = json.dumps(office.run("2025-H1"), sort_keys=True)
    office.load({"titles": [a_public_title()]})
    assert json.dumps(office.run("2025-H1"), sort_keys=True) == before


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(public)
def test_private_beneficiary_is_neither_named_nor_counted(office: Office) -> None:
    with office.work(read_only=True) as work:
        title = public_title(work, "collab")
        assert title is not None
        before = amounts_allocated(work, title)
    assert before is not None
    gifts = {gift.name: gift.total for gift in before.by_currency[0].gifts}
    office.load({"beneficiaries": [a_beneficiary("houston", private=True)]}, "private.json")
    with office.work(read_only=True) as work:
        after_ = amounts_allocated(work, title)
    assert after_ is not None
    assert gifts.pop("Houston Readers") > 0
    assert {gift.name: gift.total for gift in after_.by_currency[0].gifts} == gifts
    assert after_.by_currency[0].total == sum(gifts.values())


@after(closed)
def test_amending_titles_leaves_closed_periods_unchanged(office: Office) -> None:
    history = ("revision", "log")
    before = office.hashes(*history)
    number = str(office.rows("select number from statement order by number")[0][0])
    told = office.explain(number)
    office.load({"titles": [a_public_title()]})
    assert office.hashes(*history) == before
    assert office.explain(number) == told
    assert office.faults() == {}
    office.close("2025-H2")
    assert office.faults() == {}


# Searching and amending


@after(opened)
@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("", ["atlas", "collab", "handbook"]),
        ("COLL", ["collab"]),
        ("foote hand", ["handbook"]),
        ("978-1-4422-0001-2", ["collab"]),
        ("1-4422-0001-5", []),
        (HARDCOVER[3:12], ["collab"]),
        ("1442200014", ["collab"]),
        ("nothing", []),
        ("%", []),
    ],
)
def test_titles_are_found_by_words_and_isbn(office: Office, words: str, keys: list[str]) -> None:
    for _ in range(2):
        with office.work(read_only=True) as work:
            assert [each.key for each in catalogue.search(work, words)] == keys


@after(opened)
def test_amended_title_is_found_by_the_next_search(office: Office) -> None:
    with office.work(read_only=True) as work:
        assert catalogue.search(work, "renamed") == []
    amend(office, {**a_public_title(), "title": "Renamed"}, looked_at(office, "titles", "collab"))
    with office.work(read_only=True) as work:
        assert [each.title for each in catalogue.search(work, "renamed")] == ["Renamed"]


@after(opened)
def test_only_managers_amend_titles(office: Office) -> None:
    before = office.hashes()
    with pytest.raises(NotAllowedError), office.system.work(CLERK) as work:
        catalogue.amend(work, "titles", a_public_title(), looked_at(office, "titles", "collab"))
    with pytest.raises(NotAllowedError), office.system.work(CLERK) as work:
        catalogue.save_sample(work, "collab", 1, PDF, 1)
    assert office.hashes() == before


@after(opened)
def test_amending_an_older_revision_is_refused(office: Office) -> None:
    seen = looked_at(office, "titles", "collab")
    assert amend(office, a_public_title(subtitle="Mine"), seen)
    with pytest.raises(terms.EntryChangedError, match="mia changed"):
        amend(office, a_public_title(subtitle="Theirs"), seen)
    assert not amend(office, a_public_title(subtitle="Mine"), looked_at(office, "titles", "collab"))


@after(opened)
def test_a_new_entry_does_not_replace_another(office: Office) -> None:
    with pytest.raises(SetupError, match="is taken already"):
        amend(office, a_public_title(), 0)
    with pytest.raises(terms.EntryChangedError):
        amend(office, {**a_public_title(), "key": "new"}, 7)
    with pytest.raises(SetupError, match="is taken already"):
        amend(office, {"key": "amazon", "name": "A", "channel": "online"}, 0, "retailers")


@after(spring)
def test_edition_with_sales_cannot_be_removed(office: Office) -> None:
    with pytest.raises(SetupError) as refused:
        amend(office, a_title("collab", an_edition()), looked_at(office, "titles", "collab"))
    assert refused.value.faults[0].path == "titles[0].editions"
    assert EBOOK in refused.value.faults[0].message


@after(closed)
def test_copies_are_those_of_the_last_closed_run(office: Office) -> None:
    with office.work(read_only=True) as work:
        found = catalogue.copies(work, catalogue.search(work))
    assert found is not None
    assert found.period == "2025-H1"
    # The hardcover's 36 reach two tiers of one rule and another rule; atlas earns nothing.
    assert found.by_isbn == {HARDCOVER: 20 + 5 - 3 + 4 + 10, EBOOK: 7, HANDBOOK: 6 + 9}


@after(spring)
def test_there_are_no_copies_before_the_first_close(office: Office) -> None:
    with office.work(read_only=True) as work:
        assert catalogue.copies(work, catalogue.search(work)) is None


# Samples


@after(public)
def test_pdf_can_be_kept_as_a_chapter_sample(office: Office) -> None:
    with office.system.work(MANAGER) as work:
        found = terms.find_entry(work, "titles", "collab")
        assert found is not None
        catalogue.save_sample(work, "collab", 2, PDF, found.id)
    with office.work(read_only=True) as work:
        title = public_title(work, "collab")
        assert title is not None
        path = sample(work, title, 2)
        assert path is not None
        assert path.read_bytes() == PDF
        assert samples(office.system.files) == [title.shown.chapters[1].sample]
        assert sample(work, title, 1) is None
        assert sample(work, title, 3) is None
        assert sample(work, title, 0) is None
    assert office.faults() == {}
    path.unlink()
    (told,) = office.faults().values()
    assert told == ("the sample of chapter 2 of collab is missing",)


@pytest.mark.thorough("hostile values", but_one_in=4)
@after(public)
@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"", 1, "not a PDF"),
        (b"<html><script>alert(1)</script>", 1, "not a PDF"),
        (b"\n%PDF-1.7", 1, "not a PDF"),
        (b"MZ%PDF-", 1, "not a PDF"),
        (b"%PDF-" + b"0" * catalogue.LARGEST_SAMPLE, 1, "larger than 20 MB"),
        (PDF, 0, "no such chapter"),
        (PDF, 3, "no such chapter"),
        (PDF, -1, "no such chapter"),
    ],
)
def test_invalid_sample_is_refused(office: Office, data: bytes, place: int, message: str) -> None:
    before = office.hashes()
    seen = looked_at(office, "titles", "collab")
    with pytest.raises(RefusedError, match=message), office.system.work(MANAGER) as work:
        catalogue.save_sample(work, "collab", place, data, seen)
    assert office.hashes() == before
    assert samples(office.system.files) == []


@after(public)
def test_sample_for_an_older_revision_is_refused(office: Office) -> None:
    with pytest.raises(terms.EntryChangedError), office.system.work(MANAGER) as work:
        catalogue.save_sample(work, "collab", 1, PDF, 1)
    assert samples(office.system.files) == []


# What it gave


@after(public)
def test_money_given_equals_what_statements_allocated(office: Office) -> None:
    with office.work(read_only=True) as work:
        title = public_title(work, "collab")
        assert title is not None
        found = amounts_allocated(work, title)
    assert found is not None
    assert not found.shared
    (giving,) = found.by_currency
    assert giving.currency == "USD"
    assert giving.years == ("2025",)
    contents = [
        json.loads(unpacked(row[0])) for row in office.rows("select content from statement")
    ]
    stated = {
        content["payee"]["name"]: sum(
            contract["allocated"]
            for contract in content["contracts"]
            if contract["contract"] == "foot-2015"
        )
        for content in contents
        if content["currency"] == "USD"
    }
    assert {gift.name: gift.total for gift in giving.gifts} == {
        name: cents for name, cents in stated.items() if cents
    }
    assert giving.total == sum(stated.values()) > 0
    assert giving.of_year("2025") == giving.total


@after(closed)
def test_money_of_shared_contracts_is_credited_to_no_title(office: Office) -> None:
    office.load(
        {
            "titles": [a_public_title()],
            "contracts": [
                {
                    **next(
                        json.loads(str(row[0]))
                        for row in office.rows(
                            "select body from revision where kind = 'contracts' "
                            "and key = 'foot-2015'"
                        )
                    ),
                    "titles": ["collab", "atlas"],
                }
            ],
        }
    )
    with office.work(read_only=True) as work:
        title = public_title(work, "collab")
        assert title is not None
        before = amounts_allocated(work, title)
    office.close("2025-H2")
    with office.work(read_only=True) as work:
        now = amounts_allocated(work, title)
        atlas = amounts_allocated(work, title_of(a_title("atlas", shows_giving=True)))
    assert before is not None
    assert now is not None
    assert atlas is not None
    assert before.shared
    assert now.shared
    assert now.by_currency == before.by_currency, "a shared contract's close counts for nobody"
    assert atlas.by_currency == ()


@after(closed)
def test_money_given_is_hidden_unless_the_publisher_shows_it(office: Office) -> None:
    office.load({"titles": [a_public_title(shows_giving=False)]})
    with office.work(read_only=True) as work:
        title = public_title(work, "collab")
        assert title is not None
        assert amounts_allocated(work, title) is None
        assert [each.key for each in public_titles(work)] == ["collab"]
        assert public_title(work, "atlas") is None
        assert public_title(work, "nothing") is None
