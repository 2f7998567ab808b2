"""A proposal reaches those who may approve it through a real mail server, once each."""

import re

from royalties.domain.people import Role
from royalties.services.terms import amending
from tests.builders.books import Office, a_setup, after, closed
from tests.builders.post import PostOffice
from tests.builders.site import lend_site
from tests.smtp.test_outbox import reach, sent


@after(closed)
def test_proposal_is_mailed_and_its_link_opens_it(office: Office, post: PostOffice) -> None:
    reach(office, post.url)
    site = lend_site(office)
    clerk = site.visitor(Role.CLERK, "Carla Clerk")
    manager = site.visitor(Role.MANAGER, "Mara Manager")
    contract = next(each for each in a_setup()["contracts"] if each["key"] == "foot-2015")
    contract["author"] = "Kim Foote <kim>"
    with office.system.work(clerk.actor) as work:
        now = amending.find_entry(work, "contracts", "foot-2015")
        assert now is not None
        amending.save(work, "contracts", contract, revision=now.id)
    assert sent(office) == 1
    assert post.recipients == [["mara.manager@example.org"]]
    assert post.taken[0]["Subject"] == "To approve: a change of contract “Kim Foote: The Collab”"
    link = re.search(r"https?://[^/]+(/finance/approvals/\d+)\s", post.text())
    assert link is not None
    assert "Kim Foote &lt;kim&gt;" in manager.page(link[1])
    assert manager.post(f"{link[1]}/approve").status_code == 303
    assert sent(office) == 1
    assert post.recipients[-1] == ["carla.clerk@example.org"]
    assert "Mara Manager has approved a change of contract “Kim Foote: The Collab”" in post.text()
