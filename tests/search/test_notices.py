"""Alerts by e-mail and webhook: what arrives, signed; what is tried again; what is never called."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingest.models import Membership
from search.calling import call, check_address, is_public
from search.errors import BadAlert, BadWebhook, CallFailed
from search.models import Alert, AlertHit, AlertNotice
from search.services import notices
from tests.factories import add_member, make_asset, make_library, make_user
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user("anna", email="anna@example.org")


@pytest.fixture
def alert(user: User) -> Alert:
    library = make_library(slug="harbour")
    add_member(library, user, "viewer")
    return Alert.objects.create(user=user, name="Red", address="?q=red")


def hit(alert: Alert) -> AlertHit:
    asset = make_asset(alert.user.memberships.get().library, name="gate.mp4")
    return AlertHit.objects.create(alert=alert, asset=asset, start_pts=0, end_pts=25, why="red")


def later(notice: AlertNotice) -> None:
    AlertNotice.objects.filter(pk=notice.pk).update(next_at=timezone.now() - timedelta(seconds=1))


def test_a_webhook_gets_the_hits_signed(receiver: Receiver, alert: Alert, settings: Any) -> None:
    settings.WEBHOOKS_PRIVATE, settings.SITE_URL = True, "https://everyid.example"
    notices.set_channels(alert=alert, by_email=False, webhook=receiver.address)
    found = hit(alert)
    notices.note_hits(alert, [found])
    assert notices.send_due() == 1 and notices.send_due() == 0
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert told["alert"]["name"] == "Red" and told["hits"][0]["asset"]["name"] == "gate.mp4"
    assert told["hits"][0]["url"] == f"https://everyid.example/assets/{found.asset_id}/?t=0.0"
    at, digest = (part.partition("=")[2] for part in headers["EveryID-Signature"].split(","))
    signed = hmac.new(alert.secret.encode(), at.encode() + b"." + body, hashlib.sha256)
    assert signed.hexdigest() == digest and headers["EveryID-Notice"].isdigit()


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_failed_is_tried_again_and_said(
    receiver: Receiver, alert: Alert, settings: Any, client: Client, status: int
) -> None:
    settings.WEBHOOKS_PRIVATE, receiver.status = True, status
    notices.set_channels(alert=alert, by_email=False, webhook=receiver.address)
    notices.note_hits(alert, [hit(alert)])
    assert notices.send_due() == 0 and notices.send_due() == 0
    notice = alert.notices.get()
    assert len(receiver.got) == 1 and notice.next_at and f"answered {status}" in notice.error
    client.force_login(alert.user)
    assert f"answered {status}" in client.get(reverse("search:saved")).content.decode()
    receiver.status = 204
    later(notice)
    assert notices.send_due() == 1 and alert.notices.get().error == ""


def test_it_is_given_up_in_the_end(receiver: Receiver, alert: Alert, settings: Any) -> None:
    settings.WEBHOOKS_PRIVATE, receiver.status = True, 503
    notices.set_channels(alert=alert, by_email=False, webhook=receiver.address)
    notices.note_hits(alert, [hit(alert)])
    for _ in range(len(notices.WAITS) + 3):
        later(alert.notices.get()) if alert.notices.get().next_at else None
        notices.send_due()
    notice = alert.notices.get()
    assert notice.next_at is None and notice.sent_at is None
    assert notice.attempts == len(receiver.got) == len(notices.WAITS) + 1


def test_an_address_inside_is_never_called(receiver: Receiver, alert: Alert) -> None:
    notices.set_channels(alert=alert, by_email=False, webhook=receiver.address)
    notices.note_hits(alert, [hit(alert)])
    assert notices.send_due() == 0 and receiver.got == []
    notice = alert.notices.get()
    assert "inside the network" in notice.error and notice.next_at is None


def test_a_name_that_means_an_inner_address_is_not_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(0, 0, 0, "", (address, 80)) for address in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(BadWebhook):
        call("http://a.example/", b"", secret="s", headers={}, allow_private=False)
    assert receiver.got == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0"),
    ],
)
def test_inner_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://a.example/", "file:///etc/passwd", "a.example", "http://", "https:///x", "//a/b"),
        *("http://u:p@a.example/", "http://a.example:99999/", "http://a.example/\r\nX: y", "ĥttp:"),
        *("http://[::1/", "https://a.example/" + "x" * 500, "http://a b/"),
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(BadWebhook):
        check_address(address)


def test_a_server_that_is_not_there_is_said(receiver: Receiver) -> None:
    address = receiver.address.replace(str(receiver.server_port), "1")
    with pytest.raises(CallFailed, match="refused the connection"):
        call(address, b"", secret="s", headers={}, allow_private=True)


def test_mail_is_sent_where_that_is_set(alert: Alert, settings: Any) -> None:
    with pytest.raises(BadAlert, match="sends no mail"):
        notices.set_channels(alert=alert, by_email=True, webhook="")
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example", "https://everyid.example"
    notices.set_channels(alert=alert, by_email=True, webhook="")
    notices.note_hits(alert, [hit(alert), hit(alert)])
    assert notices.send_due() == 1
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.org"] and "2 moments" in sent.body
    assert "gate.mp4 at 0:00:00: red" in sent.body and "/assets/" in sent.body


def test_who_has_left_or_is_closed_is_told_nothing(alert: Alert, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    notices.set_channels(alert=alert, by_email=True, webhook="")
    notices.note_hits(alert, [hit(alert)])
    User.objects.update(is_active=False)
    assert notices.send_due() == 0
    User.objects.update(is_active=True)
    Membership.objects.filter(user=alert.user).delete()
    notices.send_due()
    assert mail.outbox == []


def test_a_new_address_gets_a_new_secret(alert: Alert) -> None:
    first = notices.set_channels(alert=alert, by_email=False, webhook="https://a.example/").secret
    assert notices.set_channels(alert=alert, by_email=False, webhook="https://a.example/").secret
    assert alert.secret == first
    notices.set_channels(alert=alert, by_email=False, webhook="https://b.example/")
    assert alert.secret and alert.secret != first
    notices.set_channels(alert=alert, by_email=False, webhook="")
    assert alert.secret == ""
