"""What the audit trail and the list of jobs say, in words."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from regulars.kit.permissions import ROLE_NAMES, SYSTEM

ACTIONS: dict[str, Promise] = {
    "booking.add_leave": _("noted that someone is away"),
    "booking.add_shifts": _("put shifts on the roster"),
    "booking.arrived": _("received a customer"),
    "booking.began": _("began to serve a customer"),
    "booking.booked": _("booked an appointment"),
    "booking.cancelled": _("called an appointment off"),
    "booking.confirmed": _("confirmed an appointment"),
    "booking.done": _("finished serving a customer"),
    "booking.drop_leave": _("took a leave back"),
    "booking.drop_shifts": _("took shifts off the roster"),
    "booking.expected": _("took an arrival back"),
    "booking.held": _("held a time"),
    "booking.kept": _("made a held time a booking"),
    "booking.missed": _("noted a no-show"),
    "booking.moved": _("moved an appointment"),
    "booking.resized": _("changed how long an appointment takes"),
    "booking.restored": _("booked an appointment again"),
    "intake.assess": _("measured the quality of the data"),
    "intake.begin": _("began an import"),
    "intake.download_quarantine": _("downloaded refused rows"),
    "intake.drop_rows": _("dropped refused rows"),
    "intake.forget": _("threw away an import that had not begun"),
    "intake.import": _("imported a file"),
    "intake.mend": _("mended refused rows"),
    "intake.receive": _("uploaded a file"),
    "intake.record_events": _("recorded events"),
    "intake.remove_batch": _("took back the events of an import"),
    "intake.save_preset": _("remembered a mapping of columns"),
    "intake.take_up": _("took up a changed row"),
    "intake.undo": _("undid an import"),
    "kit.retry_job": _("ran a background job again"),
    "messaging.set_rules": _("set when and how often messages may go"),
    "messaging.set_text": _("changed the words of a message"),
    "messaging.settle": _("settled what became of a message"),
    "offer.add_items": _("added services or products"),
    "offer.add_named_staff": _("added staff named by an import"),
    "offer.add_named_stores": _("added stores named by an import"),
    "offer.add_places": _("added places"),
    "offer.add_staff": _("added a member of staff"),
    "offer.add_store": _("opened a store"),
    "offer.add_user": _("gave someone an account"),
    "offer.change_items": _("changed services or products"),
    "offer.change_price": _("changed a price"),
    "offer.choose_shortcuts": _("turned single-key shortcuts on or off"),
    "offer.drop_skill": _("took a service from someone"),
    "offer.let_assist": _("said who helps out"),
    "offer.let_user_in": _("let someone sign in, or locked them out"),
    "offer.put_items_back": _("put services or products back as they were"),
    "offer.remove_batch": _("took back the services or products of an import"),
    "offer.retire_staff": _("marked a member of staff as gone"),
    "offer.set_add_ons": _("said what may be added to a service"),
    "offer.set_exception": _("set other hours for a day"),
    "offer.set_hours": _("set opening hours"),
    "offer.set_policy": _("set the rules for online bookings"),
    "offer.set_skills": _("said who does what"),
    "offer.set_times": _("set the time around a service"),
    "people.add_contact": _("added a contact of a customer"),
    "people.add_customers": _("added customers"),
    "people.add_note": _("wrote a note on a customer"),
    "people.add_tag": _("tagged a customer"),
    "people.change_customers": _("changed customers"),
    "people.change_field": _("changed a field of the customer record"),
    "people.define_field": _("added a field to the customer record"),
    "people.put_back": _("put customers back as they were"),
    "people.relate": _("linked two customers"),
    "people.remove_batch": _("took back the customers of an import"),
    "people.remove_field": _("took a field off the customer record"),
    "people.remove_tag": _("took a tag off a customer"),
    "people.reveal_contacts": _("looked at a customer's full contacts"),
    "people.set_consent": _("noted a customer's consent"),
    "people.unrelate": _("took a link between two customers back"),
    "people.update_customer": _("changed a customer's details"),
    "portal.make_feed": _("made a calendar address"),
    "portal.revoke_feed": _("closed a calendar address"),
    "portal.set_preparation": _("said what to do before a service"),
    "portal.signed_in": _("let a customer in by phone code"),
    "sales.record_orders": _("recorded sales"),
    "sales.remove_batch": _("took back the sales of an import"),
    "samples.begun": _("began to load the sample"),
    "samples.done": _("loaded the sample"),
    "samples.step": _("loaded a part of the sample"),
    "understanding.change_list": _("renamed a list of customers"),
    "understanding.choose_settings": _("set what the analysis goes by"),
    "understanding.delete_list": _("deleted a list of customers"),
    "understanding.export_customers": _("exported a list of customers"),
    "understanding.follow_up_assigned": _("gave a follow-up to someone"),
    "understanding.follow_up_closed": _("closed a follow-up"),
    "understanding.follow_up_contacted": _("contacted a customer who may leave"),
    "understanding.follow_up_noted": _("wrote a note on a follow-up"),
    "understanding.follow_up_reopened": _("opened a follow-up again"),
    "understanding.follow_up_taken": _("took on a customer who may leave"),
    "understanding.forget_lists": _("deleted lists of customers for good"),
    "understanding.publish_run": _("published an analysis"),
    "understanding.request_run": _("asked for an analysis"),
    "understanding.restore_list": _("brought a list of customers back"),
    "understanding.save_list": _("saved a list of customers"),
    "understanding.watch": _("kept whom the analysis warned of"),
}

SUBJECTS: dict[str, Promise] = {
    "appointment": _("appointment %(id)s"),
    "batch": _("import no. %(id)s"),
    "customer": _("customer %(id)s"),
    "field": _("field %(id)s"),
    "follow-up": _("follow-up %(id)s"),
    "import": _("file %(id)s"),
    "item": _("item %(id)s"),
    "job": _("job %(id)s"),
    "list": _("list %(id)s"),
    "preset": _("mapping %(id)s"),
    "quality": _("quality report %(id)s"),
    "run": _("analysis %(id)s"),
    "settings": _("the analysis"),
    "feed": _("calendar address %(id)s"),
    "send": _("message %(id)s"),
    "sign-in": _("sign-in %(id)s"),
    "text": _("words of messages"),
    "sample": _("sample %(id)s"),
    "staff": _("staff %(id)s"),
    "store": _("store %(id)s"),
    "user": _("account %(id)s"),
}
NO_SUBJECT = {"None", "many", "named"}

DETAILS: dict[str, Promise] = {
    "accepted": pgettext_lazy("audit", "accepted"),
    "already": pgettext_lazy("audit", "already there"),
    "bytes": pgettext_lazy("audit", "bytes"),
    "channel": pgettext_lazy("audit", "channel"),
    "count": pgettext_lazy("audit", "how many"),
    "customer": pgettext_lazy("audit", "customer"),
    "deleted": pgettext_lazy("audit", "deleted"),
    "emptied": pgettext_lazy("audit", "emptied"),
    "events": pgettext_lazy("audit", "events"),
    "fields": pgettext_lazy("audit", "fields"),
    "day": pgettext_lazy("audit", "day"),
    "item": pgettext_lazy("audit", "service"),
    "over": pgettext_lazy("audit", "over others"),
    "steps": pgettext_lazy("audit", "steps"),
    "reason": pgettext_lazy("audit", "reason"),
    "filters": pgettext_lazy("audit", "filters"),
    "figures": pgettext_lazy("audit", "figures"),
    "from": pgettext_lazy("audit", "from"),
    "granted": pgettext_lazy("audit", "granted"),
    "key": pgettext_lazy("audit", "name"),
    "kind": pgettext_lazy("audit", "kind"),
    "language": pgettext_lazy("audit", "language"),
    "lines": pgettext_lazy("audit", "lines"),
    "orders": pgettext_lazy("audit", "orders"),
    "other": pgettext_lazy("audit", "the other"),
    "owner": pgettext_lazy("audit", "given to account"),
    "purpose": pgettext_lazy("audit", "purpose"),
    "quarantined": pgettext_lazy("audit", "in quarantine"),
    "read": pgettext_lazy("audit", "rows read"),
    "removed": pgettext_lazy("audit", "removed"),
    "restored": pgettext_lazy("audit", "put back"),
    "allowed": pgettext_lazy("audit", "allowed"),
    "role": pgettext_lazy("audit", "role"),
    "row": pgettext_lazy("audit", "row"),
    "rows": pgettext_lazy("audit", "rows"),
    "stayed": pgettext_lazy("audit", "left as changed since"),
    "state": pgettext_lazy("audit", "state"),
    "step": pgettext_lazy("audit", "part"),
    "tag": pgettext_lazy("audit", "tag"),
    "target": pgettext_lazy("audit", "holds"),
    "to": pgettext_lazy("audit", "to"),
}

VALUES: dict[str, Promise] = {
    "acquisition_cost": pgettext_lazy("audit", "cost of winning a customer"),
    "customer": pgettext_lazy("audit", "the customer's wish"),
    "mistake": pgettext_lazy("audit", "booked by mistake"),
    "staff": pgettext_lazy("audit", "nobody to serve"),
    "any": pgettext_lazy("audit", "any channel"),
    "birth_day": pgettext_lazy("audit", "birthday"),
    "birth_month": pgettext_lazy("audit", "birthday"),
    "birth_year": pgettext_lazy("audit", "birth year"),
    "brand": pgettext_lazy("audit", "brand"),
    "category": pgettext_lazy("audit", "category"),
    "city": pgettext_lazy("audit", "city"),
    "contacted": pgettext_lazy("audit", "contacted"),
    "custom": pgettext_lazy("audit", "own fields"),
    "customers": pgettext_lazy("audit", "customers"),
    "cuts": pgettext_lazy("audit", "RFM bands"),
    "dropped": pgettext_lazy("audit", "dropped"),
    "email": pgettext_lazy("audit", "e-mail"),
    "events": pgettext_lazy("audit", "events"),
    "family": pgettext_lazy("audit", "family"),
    "found_us": pgettext_lazy("audit", "how they found us"),
    "friend": pgettext_lazy("audit", "friend"),
    "horizon_days": pgettext_lazy("audit", "days that count as staying away"),
    "income_band": pgettext_lazy("audit", "income"),
    "items": pgettext_lazy("audit", "services and products"),
    "joined_on": pgettext_lazy("audit", "joined on"),
    "lost": pgettext_lazy("audit", "lost"),
    "marketing": pgettext_lazy("audit", "marketing"),
    "name": pgettext_lazy("audit", "name"),
    "occupation": pgettext_lazy("audit", "occupation"),
    "open": pgettext_lazy("audit", "open"),
    "phone": pgettext_lazy("audit", "phone"),
    "price": pgettext_lazy("audit", "price"),
    "profiling": pgettext_lazy("audit", "profiling"),
    "province": pgettext_lazy("audit", "province"),
    "referred": pgettext_lazy("audit", "brought them"),
    "sales": pgettext_lazy("audit", "sales"),
    "sensitive": pgettext_lazy("audit", "sensitive notes"),
    "service": pgettext_lazy("audit", "service"),
    "sex": pgettext_lazy("audit", "sex"),
    "sms": pgettext_lazy("audit", "text message"),
    "store": pgettext_lazy("audit", "in store"),
    "wechat": pgettext_lazy("audit", "WeChat"),
    "won": pgettext_lazy("audit", "won back"),
    **{str(role): name for role, name in ROLE_NAMES.items()},
}

TASKS: dict[str, Promise] = {
    "booking.end_holds": _("End holds that have run out"),
    "intake.assess": _("Measure the quality of the data"),
    "intake.resume": _("Take up interrupted imports"),
    "intake.tidy": _("Clear away old uploads"),
    "intake.work": _("Import a file"),
    "kit.forget_old_jobs": _("Forget old jobs"),
    "kit.retry_stalled": _("Take up forsaken jobs"),
    "kit.seal_audit": _("Seal the audit trail"),
    "messaging.deliver": _("Send a message"),
    "messaging.forget": _("Destroy the words of old messages"),
    "messaging.look_after": _("Look after messages without an answer"),
    "portal.forget": _("Forget old sign-ins of customers"),
    "understanding.analyse": _("Analyse everything"),
    "understanding.nightly": _("Analysis of the night"),
}


def action_words(action: str) -> str:
    """What was done; the bare name of an action that nobody has put into words."""
    return str(ACTIONS.get(action, action))


def person_words(actor_id: int | None, name: str) -> str:
    """Who did it: a name, or the system itself."""
    return translated("The system") if actor_id is None and name == SYSTEM.name else name


def task_words(task: str) -> str:
    """What a job does."""
    return str(TASKS.get(task, task))


def subject_words(subject: str) -> str:
    """What it was done to; nothing where it was many things."""
    kind, _colon, number = subject.partition(":")
    if number in NO_SUBJECT:
        return ""
    pattern = SUBJECTS.get(kind)
    return str(pattern) % {"id": number} if pattern else subject


def detail_words(detail: dict[str, Any]) -> str:
    """The particulars in one line: names of fields, counts, ids."""
    return " · ".join(f"{DETAILS.get(key, key)} {_value(value)}" for key, value in detail.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("audit", "yes") if value else pgettext("audit", "no")
    if isinstance(value, list | dict):
        return ", ".join(dict.fromkeys(_value(part) for part in value))
    return str(VALUES.get(value, value)) if isinstance(value, str) else str(value)
