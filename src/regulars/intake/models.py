"""What comes in from outside: events, imports, and the rows an import could not take."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.kit.models import Batch, User
from regulars.offer.models import Item, Staff, Store
from regulars.people.models import Customer


class Event(models.Model):
    """Something that happened with a customer and is not a sale.

    `source` and `key` are what the system it came from calls it: one key, one event. `kind` is a
    word such as booking, visit, no_show, cancellation, coupon_redeemed, campaign_received.
    """

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, db_index=False)
    store = models.ForeignKey(Store, null=True, on_delete=models.PROTECT, db_index=False)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, db_index=False)
    properties = models.JSONField(default=dict)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at"], name="event_of_customer"),
            models.Index(fields=["kind", "at"], name="event_kind_time"),
            models.Index(fields=["item"], name="event_item", condition=Q(item__isnull=False)),
            models.Index(fields=["batch"], name="event_batch", condition=Q(batch__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="event_once"),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z][a-z0-9_]*$"), name="event_kind_is_a_word"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("at")),
                name="event_ends_after_it_begins",
            ),
        ]


class Import(models.Model):
    """One file on its way in: what it holds, how it is read, how far it has come.

    `columns` are the headers of the file in order; `profile` is what a look through the whole file
    found in each column; `mapping` says which column is which field (see `plan.Mapping`). `moved`
    counts the chunks whose rows are in; it is written in the transaction of the chunk, so that a
    killed import resumes without losing or repeating a row. `progress` are rows done, `speed` rows
    a second.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        CHECKING = "checking"
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDONE = "undone"

    class Target(models.TextChoices):
        CUSTOMERS = "customers"
        ITEMS = "items"
        SALES = "sales"
        EVENTS = "events"

    file_name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    sheet = models.CharField(max_length=80, blank=True)
    columns = models.JSONField(default=list)
    profile = models.JSONField(default=list)
    target = models.CharField(max_length=10, choices=Target, blank=True)
    source = models.CharField(max_length=40, blank=True)
    preset = models.CharField(max_length=60, blank=True)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    again = models.BooleanField(default=False)
    rows_read = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    already = models.BigIntegerField(default=0)
    progress = models.BigIntegerField(default=0)
    speed = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    chunks = models.IntegerField(default=0)
    findings = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    data_key = models.BinaryField(max_length=80, null=True)
    batch = models.OneToOneField(Batch, null=True, on_delete=models.PROTECT)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    by_name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(rows_read=F("accepted") + F("quarantined") + F("already")),
                name="import_accounts_for_every_row",
            ),
            models.CheckConstraint(
                condition=Q(accepted__gte=0, quarantined__gte=0, already__gte=0),
                name="import_counts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(target__in=["", "customers", "items", "sales", "events"]),
                name="import_target",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Preset(models.Model):
    """A mapping a user saved, offered again for files with the same columns."""

    name = models.CharField(max_length=60, unique=True)
    target = models.CharField(max_length=10)
    source = models.CharField(max_length=40)
    columns = models.JSONField()
    mapping = models.JSONField()
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()


class QuarantinedRow(models.Model):
    """A row an import could not take, as it stands in the file, with the reasons.

    The cells are sealed under the key of the import. `digest` recognises the same row when it
    comes again. `reasons` name fields and kinds of trouble, never the cells themselves.
    """

    WAITING, MENDED, DROPPED = "waiting", "mended", "dropped"

    of = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="quarantine", db_index=False
    )
    row_no = models.BigIntegerField()
    sealed = models.BinaryField()
    digest = models.BinaryField(max_length=16)
    reasons = models.JSONField()
    state = models.CharField(max_length=8, default=WAITING)

    class Meta:
        indexes = [models.Index(fields=["digest"], name="quarantine_digest")]
        constraints = [
            models.UniqueConstraint(fields=["of", "row_no"], name="quarantined_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "mended", "dropped"]), name="quarantine_state"
            ),
        ]


class Change(models.Model):
    """What an import changed, as it was before, or (`before` empty) what it made besides its batch.

    What was known of a customer is sealed under that customer's key, so that erasing the person
    takes this copy along.
    """

    by_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, null=True, on_delete=models.CASCADE)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.CASCADE, db_index=False)
    store = models.ForeignKey(Store, null=True, on_delete=models.CASCADE, db_index=False)
    before = models.JSONField(null=True)
    sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, sealed__isnull=False)
                | Q(item__isnull=False, before__isnull=False)
                | Q(staff__isnull=False)
                | Q(store__isnull=False),
                name="change_of_something",
            )
        ]


class QualityReport(models.Model):
    """How good the data was at one time: figures with the ids of the first rows behind each."""

    at = models.DateTimeField()
    as_of = models.DateField()
    scores = models.JSONField()
    freshness = models.JSONField()
