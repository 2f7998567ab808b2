"""The server's entry, for ``royalties serve`` and any other server of WSGI applications."""

from functools import partial

from config import from_environment
from royalties.app import create_app
from royalties.runtime import open_system
from royalties.web.core import bodies
from royalties.web.core.calculating import calculator_of

_SYSTEM = open_system(from_environment())
_SYSTEM.guard()
application = create_app(_SYSTEM)
calculator_of(application).get_ready(application)
largest_body = partial(bodies.largest_body, application)
