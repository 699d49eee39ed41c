"""Checks of what the database holds: its version, jobs, audit trail and analyses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import audit, clock
from regulars.kit.keys import Unreadable, keyring
from regulars.kit.models import AuditSeal
from regulars.people.models import Customer
from regulars.site.doctor.finding import Finding, State
from regulars.understanding import queries as understanding

OLDEST_POSTGRES = 15
SILENT_WORKER = timedelta(minutes=1)
LONG_WAIT = timedelta(minutes=15)
STALE_ANALYSIS = timedelta(hours=36)
SEALED_WITHIN = timedelta(hours=1)


def database() -> Finding:
    """Whether the database answers, and is new enough."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        text = _("The database does not answer: %(problem)s") % {
            "problem": str(error).splitlines()[0]
        }
        advice = _("Look at DATABASE_URL, or whether another program keeps var/postgres busy.")
        return Finding(State.BROKEN, text, advice)
    version = int(_value("SHOW server_version_num")) // 10_000
    said = {"version": version, "name": connection.settings_dict["NAME"]}
    if version < OLDEST_POSTGRES:
        text = _("PostgreSQL %(version)s is too old.") % said
        return Finding(State.BROKEN, text, _("Version 15 or later is needed."))
    return Finding(State.SOUND, _("PostgreSQL %(version)s answers; database %(name)s.") % said)


def migrations() -> Finding:
    """Whether the tables are those this version of the program expects."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        text = ngettext(
            "%(count)s change of the tables is waiting.",
            "%(count)s changes of the tables are waiting.",
            waiting,
        )
        return Finding(State.BROKEN, text % {"count": waiting}, _("Run: regulars setup"))
    return Finding(State.SOUND, _("The tables are up to date."))


def master_key() -> Finding:
    """Whether the master key on this machine is the one that sealed the contact details."""
    sealed = Customer.objects.exclude(data_key=None).order_by("-pk").first()
    if sealed is None or sealed.data_key is None:
        return Finding(State.SOUND, _("No contact details are kept yet."))
    try:
        keyring().data_key(bytes(sealed.data_key))
    except Unreadable:
        text = _("The master key does not open the contact details in this database.")
        advice = _("Put back the master.key that belongs to this database; nothing else opens it.")
        return Finding(State.BROKEN, text, advice)
    return Finding(State.SOUND, _("The master key opens the contact details."))


def worker() -> Finding:
    """Whether a worker is alive: procrastinate's beat every ten seconds."""
    age = _value("SELECT now() - max(last_heartbeat) FROM procrastinate_workers")
    if age is not None and age < SILENT_WORKER:
        return Finding(State.SOUND, _("A worker is doing the background work."))
    text = _("No worker is running: imports and analyses wait.")
    return Finding(State.WARNING, text, _("Start one, and keep it running: regulars worker"))


def failed_jobs() -> Finding:
    """Jobs that ended with an error, or whose worker disappeared."""
    failed = _value("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    stalled = _value(
        "SELECT count(*) FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w"
        " ON w.id = j.worker_id WHERE j.status = 'doing'"
        " AND (w.id IS NULL OR w.last_heartbeat < now() - %s)",
        SILENT_WORKER,
    )
    if stalled:
        text = ngettext(
            "%(count)s job was left behind by a worker that stopped.",
            "%(count)s jobs were left behind by a worker that stopped.",
            stalled,
        )
        advice = _("A running worker takes them up again within a minute.")
        return Finding(State.WARNING, text % {"count": stalled}, advice)
    if failed:
        text = ngettext("%(count)s job failed.", "%(count)s jobs failed.", failed)
        advice = _("Look at them under Settings, Background jobs, and run them again there.")
        return Finding(State.WARNING, text % {"count": failed}, advice)
    return Finding(State.SOUND, _("No job has failed."))


def waiting_jobs() -> Finding:
    """Jobs that should have begun a while ago."""
    waiting = _value(
        "SELECT count(*) FROM procrastinate_jobs j WHERE j.status = 'todo'"
        " AND coalesce(j.scheduled_at, (SELECT min(e.at) FROM procrastinate_events e"
        " WHERE e.job_id = j.id)) < now() - %s",
        LONG_WAIT,
    )
    if waiting:
        text = ngettext(
            "%(count)s job has waited for over 15 minutes.",
            "%(count)s jobs have waited for over 15 minutes.",
            waiting,
        )
        advice = _("Start a worker, or another one: regulars worker")
        return Finding(State.WARNING, text % {"count": waiting}, advice)
    return Finding(State.SOUND, _("No job is kept waiting."))


def audit_trail() -> Finding:
    """Whether every sealed audit event is as it was, and sealing keeps up."""
    verdict = audit.verify()
    if verdict.broken:
        first, last = verdict.broken
        text = _("Audit events %(first)s to %(last)s are not as they were sealed.")
        advice = _("Someone changed the database by hand. Keep it as it is and compare a backup.")
        return Finding(State.BROKEN, text % {"first": first, "last": last}, advice)
    said = {"sealed": verdict.sealed, "unsealed": verdict.unsealed}
    seal = AuditSeal.objects.order_by("-pk").first()
    if verdict.unsealed and (seal is None or clock.now() - seal.at > SEALED_WITHIN):
        text = _("%(unsealed)s audit events wait to be sealed.") % said
        return Finding(State.WARNING, text, _("A worker seals them: regulars worker"))
    text = _("The audit trail is whole: %(sealed)s events sealed, %(unsealed)s to come.")
    return Finding(State.SOUND, text % said)


def analysis() -> Finding:
    """Whether pages show a recent analysis, and whether the newest one failed."""
    last = understanding.last_published()
    failed = understanding.later_failure(last)
    if failed:
        text = _("The last analysis failed: %(problem)s") % {"problem": _(failed.error)}
        advice = _("Pages show the one before it. Try again with: regulars analyse")
        return Finding(State.WARNING, text, advice)
    if last is None or last.published_at is None:
        text = _("Nothing has been analysed yet.")
        return Finding(State.WARNING, text, _("Run: regulars analyse"))
    age = clock.now() - last.published_at
    said = {"day": last.as_of - timedelta(days=1), "hours": int(age.total_seconds() // 3600)}
    if age > STALE_ANALYSIS:
        text = _("The last analysis is %(hours)s hours old; it runs every night.") % said
        return Finding(State.WARNING, text, _("Keep a worker running: regulars worker"))
    return Finding(State.SOUND, _("The last analysis goes up to %(day)s.") % said)


def _value(query: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return row[0] if row else None
