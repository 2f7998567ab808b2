"""The publisher's logo on documents: sized for the letterhead, never enlarged."""

import struct
from io import BytesIO

from openpyxl.drawing.image import Image

WIDEST, HIGHEST = 180, 48
"""The most pixels that it takes on a sheet, at 96 to an inch."""


class Logo(Image):
    """A PNG that is embedded in a workbook byte for byte."""

    def __init__(self, png: bytes) -> None:
        super().__init__(BytesIO(png))
        self._png = png
        width, height = struct.unpack(">II", png[16:24])
        scale = min(WIDEST / width, HIGHEST / height, 1)
        self.width, self.height = round(width * scale), round(height * scale)

    def _data(self) -> bytes:
        return self._png
