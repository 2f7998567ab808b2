"""The process that readers of files are forked from (``tests/readers.py``): ``tests.forking SOCKET``.

Whoever connects sends a module and its arguments, and three pipes: what the reader is asked, what
it answers, and one that ends with it.
"""

import contextlib
import fcntl
import gc
import os
import socket
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from royalties.ingest import sandbox

_LONGEST_ASKED = 8_192


def _serve(listening: socket.socket) -> None:
    """Fork a reader for whoever connects, for as long as the tests run."""
    while True:
        connection, _ = listening.accept()
        _bury()
        data, given, _flags, _address = socket.recv_fds(connection, _LONGEST_ASKED, 3)
        if pid := os.fork():
            connection.send(struct.pack("<I", pid))
            connection.close()
            for each in given:
                os.close(each)
        else:
            _read(data.decode().split("\0"), given, listening, connection)


def _bury() -> None:
    """Let go of readers that have ended: nobody asks how."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _read(asked: list[str], given: list[int], *others: socket.socket) -> None:
    """Be the reader: what comes in and goes out are the pipes; whoever waits sees it end."""
    status = 1
    try:
        for each in others:
            each.close()
        source, out, life = given
        os.dup2(source, 0)
        os.dup2(out, 1)
        os.close(source)
        os.close(out)
        fcntl.fcntl(life, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        name, *arguments = asked
        main: Callable[..., int] = import_module(name).main
        status = main(*arguments)
    finally:
        os._exit(status)


def _serve_from(descriptor: str) -> None:
    for each in iter_modules(sandbox.__path__):
        import_module(f"{sandbox.__name__}.{each.name}")
    import_module("openpyxl")  # what a careful reader imports
    gc.freeze()
    _serve(socket.socket(fileno=int(descriptor)))


if __name__ == "__main__":
    _serve_from(*sys.argv[1:])
