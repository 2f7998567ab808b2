"""One file per retailer's report. Each declares ``FORMAT``; a new one only has to lie here."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from royalties.ingest.report.declaration import ReportFormat


@cache
def built_in() -> tuple[ReportFormat, ...]:
    """All formats of this folder, by name."""
    formats: list[ReportFormat] = [
        import_module(f"{__name__}.{module.name}").FORMAT for module in iter_modules(__path__)
    ]
    return tuple(sorted(formats, key=lambda declared: declared.name))
