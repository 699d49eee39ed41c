"""E-mail against a mail server that listens on this machine; the development channel's memory."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from pytest_django import Settings

from regulars.messaging import sealing
from regulars.messaging.channels import Letter, NotNow, Refused
from regulars.messaging.channels.development import Development
from regulars.messaging.channels.email import Email
from regulars.messaging.delivering import deliver
from regulars.messaging.models import Recorded
from tests.factories.messaging import mean_to_send, reachable, using


@dataclass
class Post:
    """What the server answers to RCPT and to the end of DATA; None: it hangs up there."""

    to_recipient: bytes = b"250 ok"
    to_data: bytes | None = b"250 ok"
    received: list[bytes] = field(default_factory=list)


@contextmanager
def mail_server(post: Post) -> Iterator[int]:
    """The few lines of RFC 5321 that a client needs; yields the port."""

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = []
                    for part in self.rfile:
                        if part == b".\r\n":
                            break
                        lines.append(part)
                    post.received.append(b"".join(lines))
                    if post.to_data is None:
                        return
                    self.wfile.write(post.to_data + b"\r\n")
                elif verb == b"RCPT":
                    self.wfile.write(post.to_recipient + b"\r\n")
                else:
                    self.wfile.write(b"250 ok\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def send_by(settings: Settings, at: datetime) -> Callable[[Post], str]:
    def send(post: Post, **given: Any) -> str:
        with mail_server(post) as port:
            settings.SMTP_HOST, settings.SMTP_PORT = "127.0.0.1", port
            settings.SMTP_SECURITY, settings.SMTP_USER = "none", ""
            settings.SMTP_FROM = "国贸店 <hello@shop.example>"
            letter = {"send_id": 7, "key": "send-7", "kind": "email", "address": "lin@example.com",
                      "title": "预约成功", "body": "明天 10:00 见。", "at": at} | given  # fmt: skip
            return Email().send(Letter(**letter))

    return send


def test_an_email_arrives_as_written(send_by: Callable[..., str]) -> None:
    post = Post()
    assert send_by(post) == "<send-7@shop.example>"
    message = message_from_bytes(post.received[0], policy=policy.default)
    assert (message["To"], message["Subject"]) == ("lin@example.com", "预约成功")
    assert message.get_content().strip() == "明天 10:00 见。"  # type: ignore[attr-defined]
    assert message["Message-ID"] == "<send-7@shop.example>"


def test_a_title_cannot_add_headers(send_by: Callable[..., str]) -> None:
    post = Post()
    send_by(post, title="Hello\r\nBcc: all@example.com")
    message = message_from_bytes(post.received[0], policy=policy.default)
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    ("post", "raised"),
    [
        (Post(to_recipient=b"550 no such user"), Refused),
        (Post(to_recipient=b"450 busy"), NotNow),
        (Post(to_data=b"552 too much"), Refused),
        (Post(to_data=b"451 later"), NotNow),
    ],
)
def test_what_the_server_says_is_told_apart(
    send_by: Callable[..., str], post: Post, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        send_by(post)


def test_a_server_that_hangs_up_after_the_words_leaves_it_open(
    send_by: Callable[..., str],
) -> None:
    with pytest.raises(Exception) as raised:
        send_by(Post(to_data=None))
    assert not isinstance(raised.value, Refused | NotNow)


def test_a_server_that_is_not_there_was_certainly_not_reached(
    settings: Settings, at: datetime
) -> None:
    with mail_server(Post()) as port:
        pass
    settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", port, "none"
    with pytest.raises(NotNow):
        Email().send(Letter(7, "send-7", "email", "lin@example.com", "a", "b", at))


@pytest.mark.django_db
def test_the_development_channel_keeps_and_shows_what_it_would_send(
    at: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    send = mean_to_send(reachable(at=at), at=at)
    with using(Development()):
        deliver(send.pk, at=at)
    said = capsys.readouterr().err
    assert "See you at 10:00." in said
    assert "lin@example.com" not in said
    kept = Recorded.objects.get()
    assert "See you" in sealing.key_of(kept.send).open("recorded", kept.sealed)
    assert Development().ask(send.pk, "")
    assert not Development().ask(send.pk + 1, "")
