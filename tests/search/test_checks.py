"""Moments looked at for words that no fixed class covers: offered, asked, done, kept, erased."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from ingest import storage
from ingest.models import Asset, Keyframe
from recognition.engine.errors import NetworkFailed
from recognition.engine.types import Detections, Image, NetworkInfo
from recognition.models import Encoder
from search import tasks
from search.finder import find
from search.looking import uncovered_words
from search.models import Check
from search.services import checks
from tests import fakes
from tests.factories import add_member, make_library, make_track, make_user, write_files
from tests.search.made import make_film, see_person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class Looker:
    """Sees its word, and only that, at the same place of every picture."""

    def __init__(self, word: str = "trampoline") -> None:
        self.info = NetworkInfo("looker", "open_set", "looker-1")
        self.word, self.error = word, ""
        self.asked: list[tuple[int, tuple[str, ...]]] = []

    def find(self, images: Sequence[Image], words: Sequence[str]) -> list[Detections]:
        self.asked.append((len(images), tuple(words)))
        if self.error:
            raise NetworkFailed(self.error)
        n = 2 if self.word in words else 0
        box = np.array([[0.1, 0.2, 0.5, 0.6], [0.3, 0.3, 0.4, 0.4]], np.float32)[:n]
        sure = np.array([0.5, 0.71], np.float32)[:n]
        return [Detections(box, sure, (self.word,) * n) for _ in images]


@pytest.fixture
def loader() -> Iterator[fakes.FakeLoader]:
    with fakes.install() as found:
        yield found


@pytest.fixture
def looker(loader: fakes.FakeLoader) -> Looker:
    loader.open_set = made = Looker()
    return made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What the broker was told."""
    told: list[list[int]] = []

    def send(name: str, *, args: list[list[int]], **options: Any) -> None:
        assert (name, options["queue"]) == (checks.LOOK, "media")  # nothing of it runs on a GPU
        told.append(args[0])

    monkeypatch.setattr("search.services.checks.current_app.send_task", send)
    return told


@pytest.fixture
def asset(encoder: Encoder, settings: Any, tmp_path: Any) -> Asset:
    settings.MEDIA_ROOT = tmp_path
    made = make_film(make_library(name="Shore"), encoder, "beach", name="shore.mp4")
    write_files(made)
    return made


@pytest.fixture
def member(client: Client, asset: Asset) -> User:
    user = make_user("member")
    add_member(asset.library, user)
    client.force_login(user)
    return user


def frame_of(asset: Asset) -> Keyframe:
    return asset.keyframes.get()


def seen_in(page: str) -> dict[str, str]:
    """Each word that was looked for, and what stands beside it."""
    lines = re.findall(r"seen:</span> (.*?)</span><span class=.why__strength.>(.*?)<", page)
    return dict(lines)


def press(client: Client, asset: Asset, words: str = "trampoline", **more: Any) -> Any:
    data = {"words": words, "keyframe": frame_of(asset).pk, "back": "?q=trampoline"} | more
    return client.post("/search/checks", data)


def test_what_no_fixed_class_covers_is_offered(
    client: Client, member: User, asset: Asset, looker: Looker
) -> None:
    page = client.get("/", {"q": "trampoline near the beach"}).content.decode()
    assert 'name="words" value="trampoline"' in page and "Look at it" in page
    assert f'name="only" value="{frame_of(asset).pk}"' in page
    assert "Look in the pictures" not in client.get("/", {"q": "beach"}).content.decode()
    assert "Look in the pictures" not in client.get("/").content.decode()


def test_without_such_a_network_a_sentence_stands_there_and_no_button(
    client: Client, member: User, asset: Asset, loader: fakes.FakeLoader
) -> None:
    page = client.get("/", {"q": "trampoline"}).content.decode()
    assert "none is at work here" in page and "EVERYID_OPEN_SET" not in page
    User.objects.filter(pk=member.pk).update(is_staff=True)
    assert (
        "choose one with EVERYID_OPEN_SET" in client.get("/", {"q": "trampoline"}).content.decode()
    )
    assert "check-form" not in page and 'name="only"' not in page
    answer = press(client, asset)
    assert answer.status_code == 422 and b"No network that reads words" in answer.content


def test_a_class_that_the_footage_knows_is_not_offered(
    member: User, asset: Asset, encoder: Encoder
) -> None:
    see_person(asset.shots.get(), encoder, "woman")
    assert uncovered_words(find("woman with an umbrella", user=member)) == ("umbrella",)
    make_track(asset.shots.get(), label="umbrella")
    assert uncovered_words(find("woman with an umbrella", user=member)) == ()
    assert uncovered_words(find("beach without a trampoline", user=member)) == ()


def test_from_the_button_to_the_answer_without_javascript(
    client: Client,
    member: User,
    asset: Asset,
    looker: Looker,
    sent: list[list[int]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = press(client, asset, " Trampoline,  ladder ")
    assert answer.status_code == 302
    assert answer["Location"] == "/?q=trampoline&look=trampoline%2C+ladder"
    check = Check.objects.get()
    assert sent == [[check.pk]] and looker.asked == []
    assert "Looking for trampoline, ladder" in client.get(answer["Location"]).content.decode()
    tasks.look_at_moments(sent[0])
    assert looker.asked == [(1, ("trampoline", "ladder"))]
    page = client.get(answer["Location"]).content.decode()
    assert seen_in(page) == {"trampoline": "0.71", "ladder": "–"}
    assert '<rect x="10.00%" y="20.00%" width="40.00%" height="40.00%">' in page
    assert "Seen in 1 of 1" in page
    # Other words of the same moment are another question.
    assert "0.71" not in client.get("/", {"q": "trampoline"}).content.decode()


def test_one_moment_is_asked_for_and_polled_by_htmx(
    client: Client, member: User, asset: Asset, looker: Looker, sent: list[list[int]]
) -> None:
    data = {"words": "trampoline", "keyframe": "999999", "only": frame_of(asset).pk}
    fragment = client.post("/search/checks", data, headers=HTMX)
    check = Check.objects.get()
    assert fragment.status_code == 200 and b"<html" not in fragment.content
    assert f'hx-get="/search/checks/{check.pk}"' in fragment.content.decode()
    checks.look([check.pk])
    done = client.get(f"/search/checks/{check.pk}", headers=HTMX).content.decode()
    assert seen_in(done) == {"trampoline": "0.71"} and "hx-get" not in done
    assert 'hx-swap-oob="true">Seen in 1 of 1.' in done


def test_an_answer_is_kept_for_the_network_that_gave_it(
    client: Client, member: User, asset: Asset, looker: Looker, sent: list[list[int]]
) -> None:
    press(client, asset)
    checks.look(list(Check.objects.values_list("pk", flat=True)))
    press(client, asset, "TRAMPOLINE")
    checks.look(list(Check.objects.values_list("pk", flat=True)))
    assert len(looker.asked) == 1 and Check.objects.count() == 1
    looker.info = NetworkInfo("looker", "open_set", "looker-2")
    assert "0.71" not in client.get("/", {"q": "trampoline"}).content.decode()
    press(client, asset)
    assert Check.objects.count() == 2


def test_outsiders_learn_nothing(
    client: Client, asset: Asset, looker: Looker, member: User
) -> None:
    press(client, asset)
    check = Check.objects.get()
    client.force_login(make_user("outsider"))
    other = press(client, asset)
    missing = press(client, asset, keyframe=10**9)
    assert other.status_code == missing.status_code == 404
    assert client.get(f"/search/checks/{check.pk}").status_code == 404
    address = f"/api/search/checks?words=trampoline&keyframe={frame_of(asset).pk}"
    assert client.get(address).status_code == 404
    assert press(client, asset, keyframe="x").status_code == 404


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("", "Say what to look for"), ("x" * 41, "too long"), ("12", "nothing that can be looked")],
)
def test_words_that_say_nothing_are_refused_in_words(
    client: Client, member: User, asset: Asset, looker: Looker, words: str, sentence: str
) -> None:
    answer = press(client, asset, words)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert client.get("/", {"q": "trampoline", "look": words}).status_code == 200


def test_a_refused_moment_keeps_its_button(
    client: Client,
    member: User,
    asset: Asset,
    looker: Looker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = {"words": "12", "only": frame_of(asset).pk}
    refused = client.post("/search/checks", data, headers=HTMX)
    said = refused.content.decode()
    assert refused.status_code == 422 and "<html" not in said
    assert "nothing that can be looked for" in said and "Look at this one" in said
    monkeypatch.setattr(checks, "PER_HOUR", 0)
    limited = client.post("/search/checks", data | {"words": "hat"}, headers=HTMX)
    assert limited.status_code == 429 and "wait a while" in limited.content.decode()


def test_the_count_tells_nothing_of_others_footage(
    client: Client, member: User, asset: Asset, looker: Looker, encoder: Encoder
) -> None:
    hidden = make_film(make_library(name="Elsewhere"), encoder, "beach")
    Check.objects.create(
        keyframe=frame_of(hidden),
        words="trampoline",
        words_sha256=checks.digest_of("trampoline"),
        network="looker",
        fingerprint="looker-1",
        state=Check.State.FAILED,
        asked_at=timezone.now(),
    )
    press(client, asset)
    check = Check.objects.get(keyframe__asset=asset)
    shown = {"keyframe": [frame_of(asset).pk, frame_of(hidden).pk]}
    said = client.get(f"/search/checks/{check.pk}", shown, headers=HTMX).content.decode()
    assert "Seen in 0 of 1, 1 to go." in said
    assert client.get(f"/search/checks/{check.pk}", {"keyframe": "x"}).status_code == 404


def test_there_is_a_limit_that_kept_answers_do_not_count_against(
    client: Client,
    member: User,
    asset: Asset,
    looker: Looker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "PER_HOUR", 2)
    assert [press(client, asset, w).status_code for w in ("hat", "ladder")] == [302, 302]
    refused = press(client, asset, "kite")
    assert refused.status_code == 429 and b"wait a while" in refused.content
    assert press(client, asset, "hat").status_code == 302
    Check.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    assert press(client, asset, "kite").status_code == 302


def test_the_api_asks_and_answers(
    client: Client, member: User, asset: Asset, looker: Looker, sent: list[list[int]]
) -> None:
    frame = frame_of(asset).pk
    body = {"words": "trampoline, kite", "keyframes": [frame]}
    made = client.post("/api/search/checks", body, content_type="application/json")
    assert made.status_code == 202 and made.json()["checks"][0]["state"] == "queued"
    checks.look(list(Check.objects.values_list("pk", flat=True)))
    address = f"/api/search/checks?words=trampoline,kite&keyframe={frame}"
    (found,) = client.get(address).json()["checks"]
    assert found["state"] == "done" and found["network"] == "looker"
    assert found["seen"][0] == {
        "word": "trampoline",
        "confidence": 0.71,
        "box": [0.3, 0.3, 0.4, 0.4],
    }
    many = {"words": "kite", "keyframes": list(range(1, 30))}
    refused = client.post("/api/search/checks", many, content_type="application/json")
    assert refused.status_code == 400


def test_what_goes_wrong_is_said_and_may_be_asked_again(
    client: Client, member: User, asset: Asset, looker: Looker, encoder: Encoder
) -> None:
    looker.error = "Not enough memory for a single picture."
    press(client, asset)
    check = Check.objects.get()
    checks.look([check.pk])
    said = client.get(f"/search/checks/{check.pk}").content.decode()
    assert "memory for a single picture" in said and "Seen in 0 of 1, 1 failed." in said
    assert "Look again" in said
    looker.error = ""
    press(client, asset)
    again = Check.objects.get()
    checks.look([again.pk])
    again.refresh_from_db()
    assert again.state == "done" and again.seen


def test_a_picture_that_has_gone_does_not_take_the_others_along(
    client: Client, member: User, asset: Asset, looker: Looker, encoder: Encoder
) -> None:
    other = make_film(asset.library, encoder, "beach")
    write_files(other)
    storage.derived_path(frame_of(asset).image_key).unlink()
    press(client, asset, keyframe=[frame_of(asset).pk, frame_of(other).pk])
    checks.look(list(Check.objects.values_list("pk", flat=True)))
    states = dict(Check.objects.values_list("keyframe__asset", "state"))
    assert states == {asset.pk: "failed", other.pk: "done"}


def test_lost_messages_are_sent_again_and_what_never_ends_is_given_up(
    client: Client, member: User, asset: Asset, looker: Looker, sent: list[list[int]]
) -> None:
    press(client, asset)
    check, old = Check.objects.get(), timezone.now() - timedelta(minutes=10)
    checks.tend()
    assert sent == []  # it is young
    Check.objects.update(asked_at=old)
    checks.tend()
    assert sent == [[check.pk]]
    Check.objects.update(asked_at=old, attempts=checks.MOST_ATTEMPTS)
    checks.tend()
    check.refresh_from_db()
    assert check.state == "failed" and "3 times" in check.error_sentence and len(sent) == 1
    assert check.asked_by_id == member.pk
    Check.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    checks.tend()
    assert Check.objects.get().asked_by_id is None
    Check.objects.update(asked_at=timezone.now() - timedelta(days=91))
    checks.tend()
    assert not Check.objects.exists()


def test_it_goes_with_its_asset(client: Client, member: User, asset: Asset, looker: Looker) -> None:
    press(client, asset)
    with transaction.atomic():
        asset.delete()
    assert not Check.objects.exists()
    checks.look([1, 2, 3])  # a message that comes late
    assert looker.asked == []


def test_words_are_escaped(client: Client, member: User, asset: Asset, looker: Looker) -> None:
    evil = "<script>alert(1)</script>"
    looker.word = evil
    press(client, asset, evil)
    checks.look(list(Check.objects.values_list("pk", flat=True)))
    page = client.get("/", {"q": "trampoline", "look": evil}).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
