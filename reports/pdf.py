"""Papers as PDF: a Typst template, filled with data; the same data gives the same bytes."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import typst

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "typst"
_FONTS = _HERE / "fonts"


def pdf(template: str, data: Mapping[str, object], dated: date) -> bytes:
    """Fill a template and make a tagged PDF (PDF/UA-1) of it.

    Args:
        template: name of a file in ``reports/typst``, without its ending.
        data: what the template shows, as JSON values; texts are never read as markup.
        dated: the day that the file says it was made on.
    """
    moment = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    made = typst.compile(
        str(_TEMPLATES / f"{template}.typ"),
        root=str(_TEMPLATES),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=int(moment.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError
    return made
