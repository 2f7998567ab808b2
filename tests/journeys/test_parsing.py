"""Parsing of requests by waitress and our front, in time linear in their length."""

import itertools
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from waitress.adjustments import Adjustments

from royalties.cli.serving import _RequestParser, _visitor

LENGTH = 8_000
SECONDS = 1.0
"""For each: some of these took waitress alone five seconds, others hours."""

HOST = b"GET / HTTP/1.1\r\nHost: a\r\n"
PARTS = (b" ", b"\t", b"a", b"a ", b"a\t", b" " * 8 + b"a", b"a:", b'"', b"\xff ", b",", b" a\r\n")
LINES = (b"a", b":", b"/", b"0", b"a:", b"://", b"?", b"a://", b"G")
HEADERS = [
    HOST + before + part * (LENGTH // len(part)) + after
    for before, part, after in itertools.product(
        (b"", b"X:", b"X: a"), PARTS, (b"", b" ", b"a", b": a", b"\x00", b"\x7f")
    )
]
FIRST_LINES = [
    before + part * (LENGTH // len(part)) + after + b"\r\nHost: a"
    for before, part, after in itertools.product(
        (b"G ", b"GET /", b"GET a:", b"GET a://", b"GET /a://b", b"G"),
        LINES,
        (b"", b" HTTP/1.1", b"  ", b" H", b"? HTTP/1.1"),
    )
]


def parsed(request: bytes) -> _RequestParser:
    parser = _RequestParser(Adjustments(), lambda *_: 1000, bytearray().extend)
    parser.received(request + b"\r\n\r\n")
    return parser


@pytest.mark.parametrize("requests", [HEADERS, FIRST_LINES], ids=["headers", "first lines"])
def test_parsing_a_request_takes_linear_time(requests: list[bytes]) -> None:
    for each in requests:
        begun = time.process_time()
        assert parsed(each).completed
        assert time.process_time() - begun < SECONDS, each[:40]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /titles?q=a%20b HTTP/1.1\r\nHost: a\r\nUser-Agent: Some (thing;  else) 1.0",
        b"OPTIONS * HTTP/1.1\r\nHost: a",
        b"GET / HTTP/1.0\r\nConnection: close",
        b"GET /%C3%B6stlund HTTP/1.1\r\nHost: a\r\nX:\tfolded\r\n once",
    ],
)
def test_requests_of_browsers_and_proxies_are_parsed(request_: bytes) -> None:
    assert parsed(request_).error is None


@pytest.mark.parametrize(
    ("more", "most"),
    [("Content-Length: 1000", 1000), ("Content-Length: 1001", 0)],
    ids=["as large as may be", "one more"],
)
def test_request_body_limit_equals_the_stated_one(more: str, most: int) -> None:
    body = "x" * most
    head = f"POST / HTTP/1.1\r\nHost: a\r\n{more}"
    parser = _RequestParser(Adjustments(), lambda *_: 1000, bytearray().extend)
    parser.received(f"{head}\r\n\r\n".encode())
    parser.received(body.encode())
    assert parser.completed
    assert (parser.error is None) is (most == 1000)


@pytest.mark.parametrize(
    "line", [b"1;", b"0\r\n", b"0\r\nX: "], ids=["a chunk's", "a trailer", "a field of a trailer"]
)
def test_line_across_chunks_has_a_length_limit(line: bytes) -> None:
    parser = _RequestParser(Adjustments(), lambda *_: 1_000_000, bytearray().extend)
    parser.received(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    parser.received(line)
    sent = 0
    while not parser.completed:
        sent += parser.received(b"a" * 10)
        assert sent < 2_000
    assert parser.error is not None
    assert parser.error.code == 400


@pytest.mark.parametrize(
    ("peer", "said", "visitor"),
    [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("2001:db8::1", "", "2001:db8::/64"),
        ("2001:db8::2", "", "2001:db8::/64"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.7:50123", "198.51.100.7"),
        ("127.0.0.1", "9.9.9.9, ::ffff:198.51.100.7", "198.51.100.7"),
        ("::1", "[2001:db8::5]:443", "2001:db8::/64"),
    ],
)
def test_turns_are_counted_by_network(peer: str, said: str, visitor: str) -> None:
    request = SimpleNamespace(headers={"X_FORWARDED_FOR": said} if said else {})
    channel = SimpleNamespace(addr=(peer, 50_000), requests=[request])
    assert _visitor(cast("Any", channel)) == visitor
