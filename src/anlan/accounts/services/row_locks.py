"""Who changes what a site or a company has once waits here for whoever does just now.

Looked for and then written without this, two at once both find nothing, and the second
meets the database instead of a sentence. Call them inside ``ledger.recording()``, before
the first look. Rows that point to the locked one can be written meanwhile.
"""

from __future__ import annotations

from anlan.accounts.models import Organisation, Site


def lock_site(site: Site) -> Site:
    """The site as it is now, until the transaction ends."""
    sites = Site.objects.select_related("organisation", "region")
    return sites.select_for_update(of=("self",), no_key=True).get(pk=site.pk)


def lock_organisation(organisation: Organisation) -> Organisation:
    """The same of the company."""
    rows = Organisation.objects.select_for_update(no_key=True)
    return rows.get(pk=organisation.pk)
