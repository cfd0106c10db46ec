"""The pages that are open all day, with a hundred thousand cases behind them.

Server time and queries, without the network: Django's own client, in this process. The
limit is a page of the same frame with nothing in it, measured in the same run. All
queries count, those for the session and the user, too.
"""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from functools import cache

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.accounts.models import Place, User
from anlan.cases import services as cases
from anlan.cases.enums import CaseKind, CaseState, Severity
from anlan.cases.models import Case
from anlan.desk.selectors import room_url
from anlan.evidence.models import Blob, Copy, Exhibit
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.incidents.models import Incident
from anlan.ledger.models import Entry
from bench.figures import Figure, answer, percentile

NOTES = 20
ROOM_GOAL_MS, ROOM_GOAL_QUERIES = 10.0, 8
LIST_GOAL_MS = 15.0
EXHIBITS, EXHIBITS_GOAL_MS = 500, 150.0
FILTERS = {
    "closed, level 2": "state=closed&severity=2",
    "open": "state=open",
    "a kind nobody has": "kind=DR",
    "a text nobody wrote": "text=没有这样的",
}
BATCH = 1000
ENTRIES_A_CASE = 3


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 -- called by `answer` alone
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    count = 2_000 if quick else 100_000
    times = 12 if quick else 200
    make_cases(count)
    room = make_room()
    make_record()
    officer, supervisor = signed_in("zhoumin"), signed_in("guoxin")  # one site, all
    limit = page(officer, "limit: an empty page", "/search/", times)
    found = page(
        officer,
        f"case page, {NOTES} notes",
        room,
        times,
        ROOM_GOAL_MS,
        ROOM_GOAL_QUERIES,
    )
    for name, query in FILTERS.items():
        url = f"/cases/?{query}"
        found += page(officer, f"list of a site, {name}", url, times, LIST_GOAL_MS)
        found += page(
            supervisor, f"list of the company, {name}", url, times, LIST_GOAL_MS
        )
    for name, query in {"": "", ", all on one page": "?whole=1"}.items():
        found += page(
            officer,
            f"list of {EXHIBITS} exhibits{name}",
            f"{make_exhibits()}{query}",
            times,
            goal_p95_ms=EXHIBITS_GOAL_MS,
        )
    return [*limit, *found, *page(officer, "home", "/", times)]


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(username=username),
        backend="anlan.accounts.backend.Backend",
    )
    return client


def page(
    client: Client,
    name: str,
    url: str,
    times: int,
    goal_ms: float | None = None,
    goal_queries: int | None = None,
    goal_p95_ms: float | None = None,
) -> list[Figure]:
    client.get(url)  # the first one compiles templates
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    asked = list(queries)  # now: the next request forgets them
    assert response.status_code == 200, f"{url}: {response.status_code}"
    spent = []
    busy = time.process_time()
    for _ in range(times):
        began = time.perf_counter()
        client.get(url)
        spent.append((time.perf_counter() - began) * 1000)
    busy = (time.process_time() - busy) / times * 1000
    share = 0.95 if goal_p95_ms else 0.5
    return [
        Figure(
            name=f"{name}, server time p{share * 100:.0f}",
            value=percentile(spent, share),
            unit="ms",
            goal=goal_p95_ms or goal_ms,
            beside=f"p99 {percentile(spent, 0.99):.1f} ms; processor {busy:.1f} ms",
        ),
        Figure(
            name=f"{name}, queries",
            value=len(asked),
            unit="",
            goal=goal_queries,
        ),
    ]


def make_cases(count: int) -> None:
    """Closed cases of the last years, at the site of the officer who looks."""
    now = timezone.now()
    places = list(Place.objects.select_related("site").filter(site__code="YQ"))
    site = places[0].site
    severities = list(Severity)
    for start in range(0, count, BATCH):
        made = Case.objects.bulk_create(
            Case(
                organisation_id=site.organisation_id,
                site=site,
                kind=CaseKind.INCIDENT,
                number=f"YQ-IN-20200101-{number:06d}",
                title=f"车库纠纷 {number}",
                state=CaseState.CLOSED,
                severity=severities[number % len(severities)],
                opened_at=now - timedelta(minutes=20 * number + 60),
                closed_at=now - timedelta(minutes=20 * number),
            )
            for number in range(start, start + BATCH)
        )
        Incident.objects.bulk_create(
            Incident(
                case=case,
                place=places[case.pk % len(places)],
                suggested_severity=case.severity,
                reported_at=case.opened_at,
            )
            for case in made
        )


@cache
def make_exhibits() -> str:
    """The address of the list of evidence of a case that has many: files in two copies."""
    at = timezone.now()
    case = Case.objects.filter(site__code="YQ", number__startswith="YQ-IN-2020")[0]
    blobs = Blob.objects.bulk_create(
        Blob(
            sha256=hashlib.sha256(b"%d" % number).hexdigest(),
            size=1,
            media_type="image/jpeg",
            kept_at=at,
        )
        for number in range(EXHIBITS)
    )
    Copy.objects.bulk_create(
        Copy(blob=blob, store=store, state=Copy.State.PRESENT, seen_at=at)
        for blob in blobs
        for store in Copy.Store
    )
    Exhibit.objects.bulk_create(
        Exhibit(
            case=case,
            number=number,
            kind=Exhibit.Kind.PHOTO,
            title=f"车库现场照片 {number}",
            how="王建国用值班手机拍摄",
            source=Exhibit.Source.UPLOAD,
            blob=blob,
            received_at=at,
            received_from="user:lixiang",
        )
        for number, blob in enumerate(blobs, start=1)
    )
    return reverse("evidence:exhibits", args=[case.number])


def make_record() -> None:
    """Entries of those cases, copied from one that exists: their chain is not checked."""
    columns = [str(field.column) for field in Entry._meta.concrete_fields]
    for number in range(1, ENTRIES_A_CASE + 1):
        place = f"{number}000000000 + c.id"
        shown = {"id": place, "seq": place, "subject": "'case:' || c.id"}
        values = ", ".join(shown.get(column, f"e.{column}") for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO ledger_entry ({', '.join(columns)}) SELECT {values} "  # noqa: S608 -- names of columns
                "FROM cases_case c, (SELECT * FROM ledger_entry WHERE site_id = %s "
                "ORDER BY id DESC LIMIT 1) e WHERE c.number LIKE 'YQ-IN-2020%%'",
                [Place.objects.filter(site__code="YQ")[0].site_id],
            )


def make_room() -> str:
    """The address of a running case with people and words in it."""
    officer = User.objects.get(username="zhoumin")
    at = timezone.now()
    report = incidents.report_incident(
        place=Place.objects.select_related("site").filter(site__code="YQ")[0],
        channel=Channel.PHONE_APP,
        flags=["ongoing", "injured"],
        words="两人扭打",
        by=User.objects.get(username="lixiang"),
        at=at,
    )
    case = report.incident.case
    for number in range(NOTES):
        cases.write_note(case=case, text=f"对讲机 {number}：马上到", by=officer, at=at)
    return room_url(case.number)


if __name__ == "__main__":
    answer(measure)
