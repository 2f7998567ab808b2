"""What people read must be in words: no key, no code, no JSON, no command."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from lxml import html
from lxml.html import HtmlElement

from royalties import domain
from royalties.cli.main import JOBS
from tests.builders.keyed import MARK

_READ = ("alt", "title", "aria-label", "placeholder", "label", "data-confirm", "data-wrong")
"""Attributes that are read or heard."""

_UNREAD = {"script", "style", "textarea", "noscript"}

_ENGLISH = {"half-yearly", "set-up", "sign-in"}
"""Words with a hyphen that are also values of the domain."""


def spoken_in(page: str) -> Iterator[str]:
    """Every piece of text of a page that somebody sees or hears; addresses and values are none."""
    document = html.document_fromstring(page)
    for each in document.iter():
        if not isinstance(each.tag, str):
            continue
        if each.tag not in _UNREAD:
            yield from _said(each.text)
            yield from (each.get(name, "").strip() for name in _READ if each.get(name))
        yield from _said(each.tail)


def _said(text: str | None) -> Iterator[str]:
    if text and text.strip():
        yield " ".join(text.split())


def form_of(page: str, selector: str) -> HtmlElement:
    """The first form of a page that a plain CSS selector names."""
    path = "".join("//" + _step(each) for each in selector.split())
    return html.document_fromstring(page).xpath(path)[0]


def _step(selector: str) -> str:
    name = re.match(r"\w*", selector)[0] or "*"  # type: ignore[index]
    conditions = [f"[@id='{each}']" for each in re.findall(r"#([\w-]+)", selector)]
    conditions += [
        f"[contains(concat(' ', @class, ' '), ' {each} ')]"
        for each in re.findall(r"\.([\w-]+)", selector)
    ]
    for attribute, sign, value in re.findall(r"\[([\w-]+)(\$?=)?([\w-]*)\]", selector):
        if not sign:
            conditions.append(f"[@{attribute}]")
        elif sign == "=":
            conditions.append(f"[@{attribute}='{value}']")
        else:
            length = len(value) - 1
            conditions.append(
                f"[substring(@{attribute}, string-length(@{attribute}) - {length}) = '{value}']"
            )
    return name + "".join(conditions)


@cache
def _codes() -> frozenset[str]:
    """Values of the domain's enumerations that are no words: ``in-production``, ``per_unit``."""
    found = set()
    for module in walk_packages(domain.__path__, f"{domain.__name__}."):
        for each in vars(import_module(module.name)).values():
            if isinstance(each, type) and issubclass(each, StrEnum):
                found |= {value.value for value in each if re.search(r"\w[-_]\w", value.value)}
    return frozenset(found - _ENGLISH)


_COMMANDS = "|".join(sorted(name for job in JOBS.values() for name in job))
_FAULTS = {
    "key": re.compile(rf"(?<![a-z0-9]){MARK}[a-z0-9-]*"),
    "json": re.compile(r"""[{\[]\s*["']\w|["'\w]["']\s*:\s*["'\[{\d]|^[{\[].*[}\]]$"""),
    "python": re.compile(
        r"^None$|[:,(=] ?None\b|\bNone[,)]|\b(True|False)\b|<\w+[ .:][\w.]+ (object )?at|"
        r"\b(Decimal|Fraction|frozenset|datetime|UUID|tuple|dict)\(|\w(Error|Exception)\b"
    ),
    "identifier": re.compile(r"(?<![\w@./-])[a-z]+(_[a-z]+)+(?![\w@.])"),
    "command": re.compile(rf"(?<![\w-])--[a-z][a-z-]+|\broyalties ({_COMMANDS})\b"),
    "place": re.compile(
        r"^[A-Z]{2}$|\b(US|CA|GB|AU|DE)-[A-Z]{2,3}\b|, (US|GB|CA|DE)$|\bin (US|WA|GB|[A-Z]{2})\b|"
        r"^(US|GB|CA|DE),|, WA,"
    ),
    "amount": re.compile(
        r"\b(?:USD|GBP|EUR|CAD) [-\N{MINUS SIGN}]?\d[\d,]*(?:\.\d)?(?![\d,]*\.?\d)"
        r"|(?<![\d.,])\d(?:[\d,]*\d)?(?:\.\d)? (?:USD|GBP|EUR|CAD)\b(?! (?:to|in|=))"
    ),
    "percentage": re.compile(r"\d\.\d{5,} ?%|\d%(?!\))"),
    "day": re.compile(r"(?<!\d)20\d\d-\d\d-\d\d(?!\d)"),
    "rate": re.compile(r"\b(rate|share|discount|portion)\w* (of )?[01]\.\d"),
}


def faults_of_words(text: str) -> Iterator[str]:
    """What of a text nobody should have to read: each fault by its kind, and the text."""
    for kind, pattern in _FAULTS.items():
        if found := pattern.search(text):
            yield f"{kind} {found[0]!r} in {text[:160]!r}"
    for word in re.findall(r"(?<![\w@./#-])[a-z]+(?:[-_][a-z]+)+(?![\w@./])", text):
        if word in _codes():
            yield f"code {word!r} in {text[:160]!r}"


ALLOWED: tuple[tuple[str, str, str], ...] = (
    ("uploads", "^(key|day|identifier|rate|place) ", "cells of the file that somebody sent"),
    ("lists", "'2015-09-10'|^place '(US|WA)'", "an example of what a file may hold"),
    ("earlier-statements", "2023-12-31, or 2022-04-01 to", "how a span of days is typed"),
    ("entry", "'Write days as 2026-04-30", "how days are typed in this sheet"),
    ("earlier-statements", "^day .*[Ss]uch as", "how a period is told by the day of its end"),
    ("sales.xlsx", "", "a standard sales file, which is read again as it is"),
    ("openings/template", "^(day|key) ", "a table that is filled in and read again"),
    ("", r"typed by .* 2026-08-20 09:30\.csv", "the name of a file"),
)
"""What a page may say all the same: pattern of its path, pattern of the fault, and why."""


def faults_of(where: str, texts: Iterable[str]) -> list[str]:
    """What is wrong with texts, each fault once, but for what is allowed there."""
    found = dict.fromkeys(fault for text in texts for fault in faults_of_words(text))
    return [f"{where}: {fault}" for fault in found if not _is_allowed(where, fault)]


def faults_of_page(where: str, page: str) -> list[str]:
    """The same of all that a page says."""
    return faults_of(where, spoken_in(page))


def _is_allowed(where: str, fault: str) -> bool:
    return any(re.search(path, where) and re.search(said, fault) for path, said, _ in ALLOWED)
