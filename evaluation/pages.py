"""What the pages of people cost in a library with very many of them.

    python -m evaluation.pages [--people N] [--tracks N] [--repeat 3] [--state-dir DIR] [--json]

A library is made in a scratch installation (``evaluation.made_crowd``), in the space of the person
network that ``builtin`` has, and each page is asked for in this process: once unmeasured, then
``--repeat`` times. Per request: ``cpu_ms`` of this process, all threads of it; ``database_ms`` of
its session of Postgres (resolution 10 ms over all repeats; no parallel workers, so that all work is
in one process); ``wall_ms``; and the number of ``queries``. Other programs on the machine hardly
change processor time. BLAS has as many threads as in the web server.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.installations import Installation
from evaluation.processors import processor_ms
from everyid_site.env import one_product_at_a_time

if TYPE_CHECKING:
    from django.test import Client

NAME = "Crowd"
ASSETS = 200


def prepare(place: Installation, people: int, tracks: int) -> Client:
    """Fill the installation, unless it is; a browser of the library's owner."""
    os.environ["EVERYID_STATE_DIR"] = str(place.state_dir)
    os.environ["EVERYID_PROFILE"] = "builtin"
    os.environ["DJANGO_SETTINGS_MODULE"] = "everyid_site.settings"
    one_product_at_a_time()
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    from ingest.models import Library, Membership, Role

    account, _ = User.objects.get_or_create(username=NAME)
    if not Library.objects.exists():
        library = Library.objects.create(name=NAME, slug=NAME.lower(), recognises_people=True)
        _fill(library, people, tracks)
        Membership.objects.create(library=library, user=account, role=Role.OWNER)
    place.start("manage.py", "collectstatic", "--noinput", "-v", "0").wait()
    client = Client(SERVER_NAME="localhost")
    client.force_login(account)
    return client


def _fill(library: Any, people: int, tracks: int) -> None:
    from evaluation.made_crowd import make_crowd
    from ingest.models import Asset
    from recognition.models import Encoder
    from recognition.networks import network_infos

    info = next(info for info in network_infos() if info.role == "person")
    encoder = Encoder.objects.create(
        name=info.name,
        space=Encoder.Space.PERSON,
        fingerprint=info.fingerprint,
        dimension=info.dimension,
    )
    shape = {"size_bytes": 1, "status": Asset.Status.READY, "width_px": 320, "height_px": 180}
    times = {"time_base_num": 1, "time_base_den": 25, "frame_rate_num": 25, "frame_rate_den": 1}
    last = tracks // ASSETS * 20 + 40
    assets = Asset.objects.bulk_create(
        Asset(
            library=library,
            name=f"clip-{n}.mp4",
            content_sha256=f"{n:064x}",
            original_key=f"{n:08x}/original.mp4",
            first_pts=0,
            end_pts=last,
            frame_count=last,
            **shape,
            **times,
        )
        for n in range(ASSETS)
    )
    make_crowd(library, assets, encoder, people=people, tracks=tracks)


def addresses() -> dict[str, str]:
    """The pages, by what they are called."""
    from django.urls import reverse

    from recognition.models import Identity

    pk = Identity.objects.order_by("pk").values_list("pk", flat=True)[0]
    people = reverse("recognition:people")
    return {
        "people": people,
        "by doubt": people + "?sort=doubt",
        "by a name": people + "?name=name+4",
        "third page of the named": people + "?show=named&page=3",
        "a person": reverse("recognition:identity", args=[pk]),
        "look-alikes": reverse("recognition:look-alikes", args=[pk]),
        "review": reverse("recognition:review"),
    }


def measure(client: Client, address: str, repeat: int) -> dict[str, Any]:
    """One row of the result."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    client.get(address)  # the first to read rows just written also settles them for Postgres
    database, used, began = processor_ms(pid), time.process_time(), time.perf_counter()
    for _ in range(repeat):
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
    wall, used = time.perf_counter() - began, time.process_time() - used
    database = processor_ms(pid) - database
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return {
        "cpu_ms": round(used * 1_000 / repeat, 1),
        "database_ms": round(database / repeat, 1),
        "wall_ms": round(wall * 1_000 / repeat, 1),
        "queries": len(seen),
    }


def main(words: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--state-dir", type=Path, help="keep what is made here, and use it again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    with Installation(state_dir=options.state_dir) as place:
        client = prepare(place, options.people, options.tracks)
        pages = {
            name: measure(client, address, max(1, options.repeat))
            for name, address in addresses().items()
        }
    told = {"people": options.people, "tracks": options.tracks, "pages": pages}
    if options.json:
        print(json.dumps(told))
        return 0
    print(f"{'':<24} {'cpu ms':>8} {'database':>9} {'wall ms':>8} {'queries':>8}")
    for name, row in pages.items():
        print(
            f"{name:<24} {row['cpu_ms']:>8} {row['database_ms']:>9}"
            f" {row['wall_ms']:>8} {row['queries']:>8}"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
