"""Checks of the settings, for a deployment that real customers depend on."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.site.doctor.finding import Finding, State

DEVELOPMENT = "regulars.messaging.channels.development"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def settings_for_production() -> list[Finding]:
    """One finding for each unsafe setting; one in all when none is, or in development."""
    if not settings.PRODUCTION:
        text = _("Development settings: fine for this machine, not for the internet.")
        return [Finding(State.SOUND, text)]
    checks = (hosts(), cookies(), standing_clock(), samples(), messages())
    unsafe = [check for check in checks if check]
    return unsafe or [Finding(State.SOUND, _("The settings are safe for production."))]


def hosts() -> Finding | None:
    """The addresses this deployment answers to."""
    if "*" in settings.ALLOWED_HOSTS:
        text = _("The program answers to any address.")
        return Finding(State.BROKEN, text, _("Name yours in business.toml, under hosts."))
    if LOOPBACK.issuperset(settings.ALLOWED_HOSTS):
        text = _("The program answers to this machine only.")
        return Finding(State.WARNING, text, _("Name your address in business.toml, under hosts."))
    return None


def cookies() -> Finding | None:
    """Whether a sign-in can be overheard."""
    if settings.DEBUG:
        return Finding(State.BROKEN, _("Error pages show the inside of the program."), "DEBUG")
    if not (
        settings.SESSION_COOKIE_SECURE
        and settings.CSRF_COOKIE_SECURE
        and settings.SECURE_SSL_REDIRECT
    ):
        text = _("A sign-in could be overheard: pages are not kept to https.")
        return Finding(State.BROKEN, text, _("Do not change the settings of cookies and https."))
    return None


def standing_clock() -> Finding | None:
    """Whether time stands still, as it does in a sample."""
    if settings.STANDING_CLOCK is None:
        return None
    text = _("Time stands still: this is a sample business.")
    return Finding(State.BROKEN, text, _("Take standing_clock out of business.toml."))


def samples() -> Finding | None:
    """Whether the accounts of a sample, whose passwords lie in a file, can sign in."""
    file = settings.VAR / "sign-in.txt"
    if not file.exists():
        return None
    text = _("The accounts of the sample can sign in.")
    advice = _("Give them new passwords and delete %(file)s.") % {"file": file}
    return Finding(State.BROKEN, text, advice)


def messages() -> Finding | None:
    """Whether messages reach customers, and nobody else reads them."""
    if any(name.startswith(DEVELOPMENT) for name in settings.MESSAGE_CHANNELS):
        text = _("The development channel is on: whoever reads its messages can sign in as anyone.")
        return Finding(State.BROKEN, text, _("Take it out of REGULARS_CHANNELS."))
    if not settings.MESSAGE_CHANNELS:
        text = _("Messages reach nobody: no channel is set up.")
        return Finding(State.WARNING, text, _("Name a mail server in REGULARS_SMTP_HOST."))
    return None
