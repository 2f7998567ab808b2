"""The server's entry: ``waitress-serve royalties.wsgi:application``."""

from config import from_environment
from royalties.app import create_app
from royalties.runtime import open_system

application = create_app(open_system(from_environment()))
