"""Pages for everybody: who sees which title, what it shows, and how to ask."""

import re
from collections import Counter

from royalties.domain.people import Role
from royalties.services.books import setup_in_force
from royalties.services.desk.public import amounts_allocated, public_title
from tests.builders.books import Office, a_setup, after, an_edition, closed, nothing
from tests.builders.site import BASE, Site
from tests.builders.titles import a_public_title, public

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'\""
ORDER = "/titles/collab/order/"


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


# Who sees which title


@after(public)
def test_only_public_titles_are_shown(site: Site) -> None:
    stranger = site.stranger()
    shelf = stranger.page("/titles/")
    assert "/titles/collab" in shelf
    assert "atlas" not in shelf
    for tail in ("", "/order/", "/order/sent", "/samples/1"):
        hidden = stranger.get(f"/titles/atlas{tail}")
        missing = stranger.get(f"/titles/nothing{tail}")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert without_tokens(hidden.text) == without_tokens(missing.text)
    assert stranger.get("/titles/COLLAB").status_code == 404


@after(public)
def test_desk_sees_a_title_page_before_it_is_public(site: Site) -> None:
    for role, status in (
        (Role.CLERK, 200),
        (Role.MANAGER, 200),
        (Role.NONPROFIT, 404),
        (Role.ORGANIZATION, 404),
    ):
        answer = site.visitor(role).get("/titles/atlas")
        assert answer.status_code == status
        assert ("Not public yet" in answer.text) == (status == 200)
    assert site.visitor(Role.MANAGER).get("/titles/atlas/order/").status_code == 404


@after(nothing)
def test_public_pages_without_setup_are_empty(site: Site) -> None:
    assert "No title is shown yet" in site.stranger().page("/titles/")
    assert site.stranger().get("/titles/collab").status_code == 404
    assert "Nothing is offered yet" in site.visitor(Role.ORGANIZATION).page("/organization/titles")


@after(closed)
def test_a_title_is_hidden_until_it_is_public(site: Site) -> None:
    stranger = site.stranger()
    assert stranger.get("/titles/collab").status_code == 404
    site.office.load({"titles": [a_public_title()]})
    assert stranger.get("/titles/collab").status_code == 200
    site.office.load({"titles": [a_public_title(public=False)]})
    assert stranger.get("/titles/collab").status_code == 404


# What it shows


@after(public)
def test_title_page_shows_the_book(site: Site) -> None:
    page = site.stranger().page("/titles/collab")
    for words in (
        'itemtype="https://schema.org/Book"',
        '<link rel="canonical" href="http://localhost:8000/titles/collab">',
        '<meta name="description" content="What it is about.">',
        "The Collab",
        "A Story",
        "A second paragraph.",
        "978-1-4422-0001-2",
        "85.00",
        'content="85"',
        'href="https://example.org/bay"',
        "Amazon",
        'href="https://example.org/beginnings.pdf"',
        "Kim Foote, Jo Ray",
        "A Prize, 2016",
        'href="https://example.org/interview"',
        "Order in bulk or as a co-branded custom edition",
        "noopener",
    ):
        assert words in page, words
    assert "80.00" not in page, "a price of before"
    assert "9.10" not in page, "what a copy costs is nobody's business"


@after(public)
def test_custom_edition_is_not_shown_publicly(site: Site) -> None:
    own = an_edition(
        "2000000000015",
        "custom",
        prices=[{"currency": "USD", "amount": "38.00", "from": "2015-07-01"}],
    )
    title = a_public_title()
    site.office.load({"titles": [{**title, "editions": [*title["editions"], own]}]})
    page = site.stranger().page("/titles/collab")
    assert "2000000000015" not in page
    assert "38.00" not in page
    assert "Custom edition" not in page


@after(public)
def test_numbers_are_written_as_the_visitor_writes_them(site: Site) -> None:
    german = site.stranger().client.get(
        "/titles/collab", base_url=BASE, headers={"Accept-Language": "de"}
    )
    assert "85,00" in german.text


LEFT_OUT: tuple[tuple[dict[str, object], str], ...] = (
    ({"shows_giving": False}, "Where its royalties go"),
    ({"bulk": False, "custom": False}, "For organizations"),
    ({"bulk": False}, "Order in bulk"),
    ({"custom": False}, "custom edition"),
    ({"sold_by": []}, "Where to buy it"),
    ({"chapters": []}, "Chapters"),
    ({"awards": []}, "Awards"),
    ({"links": []}, "An interview"),
)


@after(public)
def test_empty_fields_are_not_shown(site: Site) -> None:
    everything = site.stranger().page("/titles/collab")
    for more, words in LEFT_OUT:
        assert words in everything
        site.office.load({"titles": [a_public_title(**more)]})
        assert words not in site.stranger().page("/titles/collab"), words


@after(public)
def test_money_given_is_shown_to_the_cent(site: Site) -> None:
    page = site.stranger().page("/titles/collab")
    gave = site.office.rows(
        "select beneficiary, sum(amount) from allocation where contract = 'foot-2015' "
        "group by beneficiary having sum(amount) <> 0"
    )
    assert gave
    rows = re.findall(
        r'<tr><th scope="row">([^<]+)</th><td class="figure">([\d.,]+)</td></tr>', page
    )
    shown = {name: int(amount.replace(",", "").replace(".", "")) for name, amount in rows}
    total = shown.pop("All")
    assert shown == {f"{key.title()} Readers": int(cents) for key, cents in gave}
    assert total == sum(shown.values())
    assert "before tax" in page


def two_periods(office: Office) -> None:
    """Two periods of a public title are closed; one of its beneficiaries is a private person."""
    public(office)
    houston = {**a_setup()["beneficiaries"][1], "private": True}
    office.load({"beneficiaries": [houston]}, "private.json")
    office.close("2025-H2")


@after(two_periods)
def test_money_given_is_told_by_period_and_place(site: Site) -> None:
    """Both come to what the beneficiaries were given who may be named; nobody else is among it."""
    office = site.office
    with office.work(read_only=True) as work:
        title = public_title(work, "collab")
        assert title is not None
        given_ = amounts_allocated(work, title)
        setup = setup_in_force(work)
    assert given_ is not None
    (giving,) = given_.by_currency
    gave = office.rows(
        "select period.name, beneficiary, sum(amount) from allocation "
        "join period on period.id = period_id where contract = 'foot-2015' "
        "and beneficiary <> 'houston' group by period.name, beneficiary"
    )
    by_period: Counter[str] = Counter()
    by_place: Counter[tuple[str, str]] = Counter()
    for period, beneficiary, amount in gave:
        payee = setup.beneficiaries[beneficiary]
        by_period[period] += int(amount)
        by_place[payee.country, payee.region] += int(amount)
    assert dict(giving.periods) == by_period
    assert {(country, region): amount for country, region, amount in giving.places} == by_place
    assert sum(by_period.values()) == sum(by_place.values()) == giving.total
    page = site.stranger().page("/titles/collab")
    assert "Period by period" in page
    assert "Washington" in page
    assert "Houston" not in page
    office.load({"titles": [a_public_title(shows_giving=False)]})
    page = site.stranger().page("/titles/collab")
    assert "Period by period" not in page
    assert "By place" not in page


@after(public)
def test_public_pages_show_nothing_personal(site: Site) -> None:
    page = site.stranger().page("/titles/collab") + site.stranger().page("/titles/")
    for private in ("91-0000001", "tess"):
        assert private not in page


@after(closed)
def test_hostile_texts_are_escaped(site: Site) -> None:
    site.office.load(
        {
            "titles": [
                {
                    **a_public_title(
                        subtitle=SCRIPT,
                        description=[SCRIPT],
                        chapters=[{"title": SCRIPT, "authors": [SCRIPT]}],
                        awards=[{"name": SCRIPT, "by": SCRIPT}],
                        links=[{"words": SCRIPT, "url": "https://example.org/'-alert(1)-'"}],
                    ),
                    "title": SCRIPT,
                    "authors": [SCRIPT],
                }
            ]
        }
    )
    for path in ("/titles/", "/titles/collab", ORDER, f"{ORDER}sent"):
        page = site.stranger().page(path)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "49" not in page.split("<main")[1].split("978")[0]
        assert not re.search(r'(href|content)="[^"]*<', page)


@after(public)
def test_organization_sees_only_orderable_titles(site: Site) -> None:
    path = "/organization/titles"
    page = site.visitor(Role.ORGANIZATION).page(path)
    assert f"{ORDER}?what=custom" in page
    assert "will send you a price" in page, "no price list covers it"
    assert "The Atlas" not in page
    site.office.load({"titles": [a_public_title(bulk=False, custom=False)]})
    assert "Nothing is offered yet" in site.visitor(Role.ORGANIZATION).page(path)
