"""How large a zip archive's table of contents is, told by the archive's end.

Python's reader makes an object of each entry before anybody can count them: 400,000 entries take
it nine seconds. So an archive is asked for two numbers first, as that reader will find them.
"""

import struct
from typing import IO, NamedTuple

_END, _END_SIZE = b"PK\x05\x06", 22
_END_64, _END_64_SIZE = b"PK\x06\x06", 56
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_LONGEST_COMMENT = 65_535
_BYTES_AN_ENTRY = 512
"""Of the directory, on average: its own 46, a name, and times or what else a program adds."""


class Directory(NamedTuple):
    """What an archive says of its table of contents."""

    entries: int
    size: int

    def holds_at_most(self, entries: int) -> bool:
        """Whether it can be read in no time, since it has so few entries."""
        return self.entries <= entries and self.size <= entries * _BYTES_AN_ENTRY


def directory(stream: IO[bytes]) -> Directory | None:
    """The directory of an archive, or None if it has none; the stream stands anywhere after."""
    length = stream.seek(0, 2)
    begin = max(0, length - _LONGEST_COMMENT - _END_SIZE)
    stream.seek(begin)
    tail = stream.read(_LONGEST_COMMENT + _END_SIZE)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        return None
    entries, size = struct.unpack_from("<HI", tail, at + 10)
    if tail[max(at - _LOCATOR_SIZE, 0) : at].startswith(_LOCATOR):
        stream.seek(max(begin + at - _LOCATOR_SIZE - _END_64_SIZE, 0))
        large = stream.read(_END_64_SIZE)
        if large.startswith(_END_64) and len(large) == _END_64_SIZE:
            entries, size = struct.unpack_from("<QQ", large, 32)
    return Directory(entries, size)
