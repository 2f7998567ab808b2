"""A native chart with cached values, for viewers that do not read the cells."""

from collections.abc import Sequence
from functools import cache

from openpyxl.chart.axis import ChartLines
from openpyxl.chart.bar_chart import BarChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.legend import Legend
from openpyxl.chart.reference import Reference
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.worksheet.worksheet import Worksheet

from reports.streaming import clean
from reports.styles import ACCENT, COUNT, MONTH, RULE, SERIES

HEIGHT = 220

_POINTS_PER_CM = 72 / 2.54
_LEAST_WIDTH = 15


def stacked_bars(
    worksheet: Worksheet,
    heading_row: int,
    names: Sequence[str],
    months: Sequence[int],
    copies: Sequence[Sequence[int]],
    points: float,
) -> BarChart:
    """A stacked bar chart of copies by month, one colour per name, ``points`` wide.

    The table has its headings in ``heading_row``, the months (days as serial numbers) in column A
    and a column for each name; ``copies`` has a row for each month.
    """
    first, last = heading_row + 1, heading_row + len(months)
    chart = _empty()
    chart.width = max(points / _POINTS_PER_CM, _LEAST_WIDTH)  # type: ignore[assignment]
    labels = Reference(worksheet, min_col=1, min_row=first, max_row=last)
    categories = AxDataSource(_numbers(labels, months, MONTH))
    for place, name in enumerate(names):
        column = place + 2
        heading = str(Reference(worksheet, min_col=column, min_row=heading_row))
        values = Reference(worksheet, min_col=column, min_row=first, max_row=last)
        chart.series.append(
            Series(
                idx=place,
                order=place,
                tx=SeriesLabel(StrRef(heading, StrData(1, [StrVal(0, clean(name))]))),
                spPr=GraphicalProperties(solidFill=SERIES[place % len(SERIES)]),
                invertIfNegative=False,
                cat=categories,
                val=NumDataSource(_numbers(values, [row[place] for row in copies], COUNT)),
            )
        )
    return chart


def _empty() -> BarChart:
    chart = BarChart(grouping="stacked", overlap=100, gapWidth=55)
    chart.height = HEIGHT / _POINTS_PER_CM
    chart.legend = Legend(legendPos="b")
    chart.title = _title()
    chart.roundedCorners = False
    chart.graphical_properties = _lines_of(None)
    month, copies = chart.x_axis, chart.y_axis
    month.delete = copies.delete = False
    month.number_format, copies.number_format = MONTH, "#,##0"
    month.auto = False  # every month has a place, even without sales
    month.tickLblPos = "low"  # not across the bars of months with more returns than sales
    month.graphicalProperties = _lines_of(RULE)
    copies.graphicalProperties = _lines_of(None)
    copies.majorGridlines = ChartLines(spPr=_lines_of(RULE))
    month.majorTickMark = copies.majorTickMark = "none"
    return chart


@cache
def _title() -> Title:
    look = CharacterProperties(sz=1000, b=True, solidFill=ACCENT)
    text = RegularTextRun(look, "Copies by month")
    rich = RichText(p=[Paragraph(ParagraphProperties(defRPr=look), r=[text])])
    return Title(Text(rich=rich), overlay=False)


@cache
def _lines_of(color: str | None) -> GraphicalProperties:
    return GraphicalProperties(ln=LineProperties(noFill=color is None, solidFill=color, w=6350))


def _numbers(cells: Reference, values: Sequence[int], number_format: str) -> NumRef:
    points = [NumVal(place, v=value) for place, value in enumerate(values)]
    return NumRef(str(cells), NumData(number_format, len(points), points))
