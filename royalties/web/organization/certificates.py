"""An organization's tax certificates: one for each state, and whether it counts."""

from flask import Response, abort, render_template, url_for

from royalties.domain.people import ORGANIZATIONS
from royalties.ingest.uploads.attachments import PAPERS
from royalties.services.orders.billing import certificates as service
from royalties.services.orders.billing.certificates import Status
from royalties.services.orders.intake import customer_orders
from royalties.services.work import RefusedError
from royalties.web.core.files import download, enclosed
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work
from royalties.web.ordering import forms
from royalties.web.ordering.fields import do_or_show

PAGES = Pages("organization_certificates", __name__, "/organization/certificates", ORGANIZATIONS)

KINDS = {
    Status.WAITING: "warn",
    Status.IN_FORCE: "good",
    Status.EXPIRED: "bad",
    Status.REFUSED: "bad",
}
_SOON = 60


@PAGES.get("/")
def certificates() -> str:
    """What was sent, what counts, and why something does not."""
    return _certificates_page()


@PAGES.post("/")
def send() -> Answer:
    """Send a signed certificate."""

    def do() -> str:
        with enclosed("file", PAPERS) as sent:
            if not sent:
                raise RefusedError("choose the signed certificate, as PDF, PNG or JPEG")
            form = forms.CertificateForm()
            service.upload(
                current_work(),
                form.organization.data,
                f"{form.country.data}-{form.region.data}",
                form.signed_on.day,
                form.expires_on.day,
                sent[0],
            )
        return "The certificate is with us; it counts once we have looked at it."

    return do_or_show(do, url_for(".certificates"), _certificates_page)


@PAGES.get("/<int:number>")
def file(number: int) -> Response:
    """The signed paper, to be saved."""
    stored = service.file_of(current_work(), number)
    if stored is None:
        abort(404)
    return download(stored.name, stored.path.open("rb"))


def _certificates_page(refused: str = "") -> str:
    mine = customer_orders.organizations(current_work())
    form = forms.CertificateForm()
    form.organization.offer([(key, each.name) for key, each in mine.items()])
    form.country.data = form.country.data or "US"
    return render_template(
        "organization/certificates.html",
        own=mine,
        form=form,
        certificates=service.certificates(current_work(), ""),
        kinds=KINDS,
        Status=Status,
        soon=lambda day: (day - current_work().today).days <= _SOON,
        today=current_work().today,
        refused=refused,
    )
