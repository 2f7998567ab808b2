"""What the HTML of every page must have, which is asked without a browser."""

from collections import Counter
from collections.abc import Collection, Iterator

from lxml import html
from lxml.html import HtmlElement

_NAMED = (
    "(//input[not(@type='hidden')] | //select | //textarea | //button | //a[@href] | //img)"
    "[not(@hidden)]"
)
_REFERS = ("aria-describedby", "aria-labelledby")


def faults_of_markup(page: str) -> Iterator[str]:
    """What is wrong with a page: each fault with the element that has it.

    ``tests/browser/looking.py`` asks the same of what a browser shows, and much else.
    """
    document = html.document_fromstring(page)
    ids = Counter(str(each) for each in document.xpath("//@id"))
    yield from _of_the_whole(document, ids)
    yield from _of_references(document, ids.keys())
    labels = {label.get("for") for label in document.iter("label") if _has_words(label)}
    for each in document.xpath(_NAMED):
        if not (_names_itself(each) or each.get("id") in labels or _is_in_a_label(each)):
            yield f"has no name: {_shown(each)}"


def _of_the_whole(document: HtmlElement, ids: Counter[str]) -> Iterator[str]:
    title = (document.findtext(".//title") or "").partition(" · ")[0].strip()
    if document.get("lang") != "en" or len(title) < 3:
        yield f"title {title!r}, language {document.get('lang')!r}"
    if (headings := len(document.findall(".//h1"))) != 1:
        yield f"has {headings} h1"
    yield from (f"id {name!r} {count} times" for name, count in ids.items() if count > 1)
    for each in document.forms:
        if each.method == "POST" and "csrf_token" not in each.fields:
            yield f"form without its token: {each.action}"


def _of_references(document: HtmlElement, ids: Collection[str]) -> Iterator[str]:
    for each in document.xpath("//a[starts-with(@href, '#') and string-length(@href) > 1]"):
        if each.get("href")[1:] not in ids:
            yield f"leads nowhere: {_shown(each)}"
    for each in document.xpath("//*[@aria-describedby or @aria-labelledby]"):
        named = [word for name in _REFERS for word in each.get(name, "").split()]
        if not all(word in ids for word in named):
            yield f"is described by nothing: {_shown(each)}"


def _names_itself(each: HtmlElement) -> bool:
    if any(each.get(name) for name in ("aria-label", "aria-labelledby", "title")):
        return True
    if each.tag in {"button", "a"}:
        return _has_words(each) or bool(each.xpath(".//*[@alt or @aria-label]"))
    return each.get("alt") is not None


def _is_in_a_label(each: HtmlElement) -> bool:
    return any(_has_words(label) for label in each.iterancestors("label"))


def _has_words(each: HtmlElement) -> bool:
    return bool(str(each.text_content()).strip())


def _shown(each: HtmlElement) -> str:
    return str(html.tostring(each, encoding="unicode"))[:120]
