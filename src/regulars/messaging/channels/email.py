"""E-mail over SMTP. Whether something went out is told apart by how far the talk had come."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

from django.conf import settings

from regulars.messaging.channels import Letter, NotNow, Refused

TIMEOUT = 30


class Email:
    """Talks to the mail server named in the settings, one connection a message."""

    name = "email"
    kinds = frozenset({"email"})

    def send(self, letter: Letter) -> str:
        """Hands the message to the server; the reference is its Message-ID."""
        message = compose(letter)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow from error
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            _raise(next(iter(error.recipients.values()))[0], error)
        except smtplib.SMTPResponseException as error:
            _raise(error.smtp_code, error)
        # A connection that breaks here leaves open whether the server took the message.
        finally:
            server.close()
        return str(message["Message-ID"])

    def ask(self, send_id: int, key: str) -> bool | None:
        """A mail server cannot be asked."""
        return None

    def _connect(self) -> smtplib.SMTP:
        make = smtplib.SMTP_SSL if settings.SMTP_SECURITY == "tls" else smtplib.SMTP
        server = make(settings.SMTP_HOST, settings.SMTP_PORT, timeout=TIMEOUT)
        try:
            if settings.SMTP_SECURITY == "starttls":
                server.starttls()
            if settings.SMTP_USER:
                server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server


def compose(letter: Letter) -> EmailMessage:
    """The e-mail. Its Message-ID is always the same for one message, so that copies fold."""
    message = EmailMessage()
    message["From"] = settings.SMTP_FROM
    message["To"] = letter.address
    message["Subject"] = " ".join(letter.title.split())  # a line break would begin a header
    message["Message-ID"] = f"<{letter.key}@{settings.SMTP_FROM.rpartition('@')[2].strip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


def _raise(code: int, error: Exception) -> None:
    """4xx asks to come again, 5xx is final (RFC 5321, 4.2.1)."""
    if 400 <= code < 500:
        raise NotNow from error
    raise Refused(f"smtp_{code}") from error


def open_channel() -> Email:
    return Email()
