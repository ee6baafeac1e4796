"""Searches by many users at once, from request to HTML, against a real server on loopback.

    python -m evaluation.load --rows N [--users 20] [--seconds 60] [--think 2] [--state-dir DIR]
        [--pages] [--json]

A catalogue of N keyframes and N tracks is made in a scratch installation
(``evaluation.made_catalogue``), in the space of the built-in networks and about what its texts say
(``evaluation.made_captions``), and served by granian as ``manage.py up`` serves it. Each user asks,
reads for ``--think`` seconds on average (exponential; 0: none), and asks again. Times are of whole
answers, counts of filters and bands included; a status other than 200 is an error. First every kind
of question is asked once by nobody else: the ``alone`` times, five of each. Beside the clock's time
stands what a request cost the processors, in the web server and in Postgres (resolution 10 ms):
other programs hardly change that. ``--pages`` also turns the pages of four questions, far below
what is weighed for the first.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import psycopg

from evaluation.installations import Installation
from evaluation.made_captions import captioned_topics
from evaluation.made_catalogue import make_catalogue
from evaluation.processors import processor_ms
from everyid_site.embedded.endpoint import read_endpoint

NAME = "load"
QUESTIONS: dict[str, tuple[dict[str, str], ...]] = {
    "place": ({"q": "beach"}, {"q": "a forest path"}, {"q": "office"}),
    "person and clothes": ({"q": "woman in a red coat"}, {"q": "man in a blue jacket"}),
    "person, clothes, place": ({"q": "woman in a red coat near the beach"},),
    "object": ({"q": "dog"}, {"q": "car on a street"}),
    "count": ({"q": "two men in a park at night"},),
    "free": ({"q": "somebody laughing about a letter"}, {"q": "celebration after the match"}),
    "identity": ({"q": "Anna10"}, {"q": "Anna20 at the beach"}),
    "date": ({"q": "beach last week"}, {"q": "woman in a red coat yesterday"}),
    "filtered 1 %": ({"q": "street", "camera": "2"}, {"q": "beach", "scene": "topic 1 %"}),
    "filtered 10 %": ({"q": "street", "camera": "3"}, {"q": "beach", "scene": "topic 10 %"}),
}
TURNED = ("beach", "two men in a park at night", "street without people", "woman, then a dog")
OFFSETS = (0, 120, 720, 3_000)
ALONE = 5
TIMEOUT_S = 30


@dataclass
class Times:
    """Answers of one kind of question: milliseconds, and how many failed.

    ``web_ms`` and ``database_ms`` are the processors' time for all of them, where it was read.
    """

    ms: list[float] = field(default_factory=list)
    errors: int = 0
    web_ms: float | None = None
    database_ms: float | None = None

    def told(self) -> dict[str, Any]:
        """Percentiles."""
        quantiles = {
            f"p{q}_ms": round(float(np.percentile(self.ms, q)), 1) if self.ms else None
            for q in (50, 95, 99)
        }
        costs = {
            f"{name}_cpu_ms": round(spent / max(len(self.ms), 1), 1)
            for name, spent in (("web", self.web_ms), ("database", self.database_ms))
            if spent is not None
        }
        return {"count": len(self.ms), "errors": self.errors, **quantiles, **costs}


class User(threading.Thread):
    """Somebody who asks until the time is over, on one connection."""

    def __init__(self, port: int, cookie: str, until: float, think_s: float, seed: int) -> None:
        super().__init__(daemon=True)
        self._port, self._cookie, self._until = port, cookie, until
        self._think_s, self._chance = think_s, random.Random(seed)
        self.times: dict[str, Times] = {kind: Times() for kind in QUESTIONS}

    def run(self) -> None:
        self._rest()
        while time.monotonic() < self._until:
            kind = self._chance.choice(list(QUESTIONS))
            ask(self._port, self._cookie, self._chance.choice(QUESTIONS[kind]), self.times[kind])
            self._rest()

    def _rest(self) -> None:
        if self._think_s:
            time.sleep(self._chance.expovariate(1 / self._think_s))


def ask(port: int, cookie: str, question: dict[str, str], times: Times) -> None:
    """One search, to the last byte."""
    started = time.perf_counter()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        link.request(
            "GET", "/?" + urlencode(question), headers={"Cookie": cookie, "HX-Request": "true"}
        )
        answer = link.getresponse()
        answer.read()
        if answer.status != 200:
            times.errors += 1
            return
    except (OSError, http.client.HTTPException):
        times.errors += 1
        return
    finally:
        link.close()
    times.ms.append((time.perf_counter() - started) * 1_000)


def prepare(place: Installation, rows: int) -> str:
    """Fill the installation, unless it is; the session cookie of a member of all libraries."""
    os.environ["EVERYID_STATE_DIR"] = str(place.state_dir)
    os.environ["EVERYID_PROFILE"] = "builtin"
    os.environ["DJANGO_SETTINGS_MODULE"] = "everyid_site.settings"
    import django

    django.setup()
    from django.contrib.auth.models import User as Account
    from django.test import Client

    from ingest.models import Library, Membership
    from recognition.models import Encoder, KeyframeEmbedding
    from recognition.networks import networks, settings_infos
    from recognition.services.catalogue import ensure_indexes

    if not KeyframeEmbedding.objects.exists():
        info = next(info for info in settings_infos() if info.role == "image")
        encoder = Encoder.objects.create(
            name=info.name,
            space=Encoder.Space.JOINT,
            fingerprint=info.fingerprint,
            dimension=info.dimension,
        )
        endpoint = read_endpoint(place.state_dir)
        made = captioned_topics(networks().texts.encode_texts)
        assert endpoint is not None
        with psycopg.connect(endpoint.dsn, autocommit=True) as link:
            make_catalogue(
                link,
                rows=rows,
                encoder_id=encoder.pk,
                topics=made.topics,
                directions=made.directions,
                people=True,
            )
        ensure_indexes(encoder, memory_mb=2_000)
    account, _ = Account.objects.get_or_create(username=NAME)
    for library in Library.objects.all():
        Membership.objects.get_or_create(library=library, user=account)
    client = Client()
    client.force_login(account)
    return f"sessionid={client.cookies['sessionid'].value}"


def serve(place: Installation) -> tuple[subprocess.Popen[bytes], int]:
    """The web server of the installation, and its port."""
    place.start("manage.py", "collectstatic", "--noinput", "-v", "0").wait()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = place.start("-m", "everyid_site.embedded.web_process", "127.0.0.1", str(port))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, port
        time.sleep(0.2)
    raise TimeoutError(f"the server did not come up: {place.log_tail()}")


@dataclass(frozen=True, slots=True)
class Processors:
    """The web server and Postgres, by the process that each began with."""

    web: int
    database: int

    def now(self) -> tuple[float, float]:
        """Milliseconds that each has had."""
        return processor_ms(self.web), processor_ms(self.database)


def measure(
    port: int, cookie: str, options: argparse.Namespace, processors: Processors
) -> dict[str, Any]:
    """All times: alone, then together."""
    alone: dict[str, Times] = {kind: Times() for kind in QUESTIONS}
    for kind, questions in QUESTIONS.items():
        for question in questions:  # what is read once: samples, texts' vectors
            ask(port, cookie, question, Times())
        before = processors.now()
        for number in range(ALONE):
            ask(port, cookie, questions[number % len(questions)], alone[kind])
        _charge(alone[kind], before, processors.now())
    before = processors.now()
    until = time.monotonic() + options.seconds
    users = [User(port, cookie, until, options.think, seed) for seed in range(options.users)]
    for user in users:
        user.start()
    for user in users:
        user.join(options.seconds + 2 * TIMEOUT_S)
    together = {
        kind: Times(
            [ms for user in users for ms in user.times[kind].ms],
            sum(user.times[kind].errors for user in users),
        )
        for kind in QUESTIONS
    }
    every = Times([ms for times in together.values() for ms in times.ms])
    _charge(every, before, processors.now())
    return {
        "alone": _told(alone),
        "together": _told(together),
        "together_costs": every.told(),
        "per_second": round(sum(len(t.ms) for t in together.values()) / options.seconds, 2),
    }


def turn_pages(port: int, cookie: str) -> dict[str, dict[str, float | None]]:
    """Milliseconds of pages of 24 moments that begin so many moments down; None: no answer."""
    found: dict[str, dict[str, float | None]] = {}
    for text in TURNED:
        found[text] = {}
        for offset in OFFSETS:
            times = Times()
            ask(port, cookie, {"q": text, "offset": str(offset)}, times)
            found[text][str(offset)] = round(times.ms[0], 1) if times.ms else None
    return found


def _charge(times: Times, before: tuple[float, float], after: tuple[float, float]) -> None:
    times.web_ms, times.database_ms = after[0] - before[0], after[1] - before[1]


def _told(times: dict[str, Times]) -> dict[str, Any]:
    every = Times(
        [ms for t in times.values() for ms in t.ms], sum(t.errors for t in times.values())
    )
    return {"all": every.told(), "kinds": {kind: t.told() for kind, t in times.items()}}


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=2.0)
    parser.add_argument("--state-dir", type=Path, help="keep what is made here, and use it again")
    parser.add_argument("--pages", action="store_true", help="turn pages far down, too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    if options.state_dir is not None:
        options.state_dir.mkdir(parents=True, exist_ok=True)
    with Installation(state_dir=options.state_dir) as place:
        cookie = prepare(place, options.rows)
        server, port = serve(place)
        try:
            processors = Processors(server.pid, place.postmaster_pid())
            result = measure(port, cookie, options, processors)
            if options.pages:
                result["pages_ms"] = turn_pages(port, cookie)
        finally:
            server.terminate()
            server.wait()
    told = {
        "rows": options.rows,
        "users": options.users,
        "think_s": options.think,
        "load_average": round(os.getloadavg()[0], 1),
        **result,
    }
    print(json.dumps(told, indent=None if options.json else 1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
