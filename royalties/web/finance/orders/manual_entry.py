"""An order that came by telephone or e-mail, entered in the desk by the form of all orders."""

from royalties.domain.people import FINANCE
from royalties.web.core.pages import Pages
from royalties.web.ordering import pages as ordering

PAGES = Pages("order_entry", __name__, "/finance/orders/new/<key>", FINANCE)

PAGES.add_url_rule("/", "begin", ordering.begin, methods=["GET"])
PAGES.add_url_rule("/", "go", ordering.go, methods=["POST"])
PAGES.add_url_rule(ordering.STEP, "step", ordering.step, methods=["GET"])
PAGES.add_url_rule(ordering.STEP, "go", ordering.go, methods=["POST"])
PAGES.add_url_rule("/price", "price", ordering.price, methods=["POST"])
