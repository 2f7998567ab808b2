"""The server's entry: ``waitress-serve royalties.wsgi:application``."""

from config import from_environment
from royalties.app import create_app
from royalties.runtime import open_system
from royalties.web.calculating import calculator_of

application = create_app(open_system(from_environment()))
calculator_of(application).get_ready(application)
