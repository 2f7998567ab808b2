"""What takes longer than a page may is calculated beside it; the page says so, and asks again."""

from collections.abc import Hashable
from threading import Lock, Thread
from typing import cast

from flask import Flask, current_app, render_template, request

from royalties.domain.people import Actor, Role
from royalties.runtime import System
from royalties.services.cache import BeingCalculatedError, Failed
from royalties.services.errors import REFUSALS
from royalties.services.periods import approval as closing
from royalties.services.work import Work
from royalties.web.core.again import typed
from royalties.web.core.pages import Answer
from royalties.web.core.visit import actor, system

_NAME = "calculator"
_SERVER = Actor("royalties serve", Role.CLERK)


class Calculator:
    """Does one thing after the other, each once, however many people ask for it."""

    def __init__(self) -> None:
        self._lock, self._one_at_a_time = Lock(), Lock()
        self._asked: dict[tuple[str, Hashable], Thread] = {}

    def start(self, system: System, needed: BeingCalculatedError, who: Actor) -> None:
        """Do something in somebody's name, unless it is being done."""
        with self._lock:
            if (needed.name, needed.key) in self._asked:
                return
            thread = Thread(target=self._calculate, args=(system, needed, who), daemon=True)
            self._asked[needed.name, needed.key] = thread
            thread.start()

    def get_ready(self, app: Flask) -> None:
        """Make what the first looks would wait for: the open period's run, and all templates."""

        def make(work: Work) -> None:
            for name in app.jinja_env.list_templates():
                app.jinja_env.get_template(name)
            closing.get_ready(work)

        needed = BeingCalculatedError("start", "", "", 0, make)
        self.start(app.extensions["royalties"], needed, _SERVER)

    def finish(self) -> None:
        """Wait until everything that was asked for is done."""
        for thread in list(self._asked.values()):
            thread.join()

    def _calculate(self, system: System, needed: BeingCalculatedError, who: Actor) -> None:
        try:
            with self._one_at_a_time, system.work(who, read_only=True) as work:
                needed.again(work)
        except Exception as error:  # noqa: BLE001 - whoever waits gets the error
            failed = Failed(error, lasts=isinstance(error, REFUSALS))
            system.memory.setdefault(needed.name, {})[needed.key] = failed
        finally:
            with self._lock:
                del self._asked[needed.name, needed.key]


def calculator_of(app: Flask) -> Calculator:
    """The calculator of an application."""
    return cast("Calculator", app.extensions[_NAME])


def _later(needed: BeingCalculatedError) -> Answer:
    """The page that is shown meanwhile; it comes back by itself, or at a click."""
    calculator_of(current_app).start(system(), needed, actor())
    page = render_template("calculating.html", needed=needed, typed=typed(request))
    return page, 202


def init_app(app: Flask) -> None:
    """Give an application its calculator."""
    app.extensions[_NAME] = Calculator()
    app.register_error_handler(BeingCalculatedError, _later)
