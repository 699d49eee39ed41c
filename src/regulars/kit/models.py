"""Users and their grants, batches, the audit trail, idempotency keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from regulars.kit.permissions import Actor, Grant, Role


class Users(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Someone who signs in."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    shortcuts = models.BooleanField(default=True)

    objects: ClassVar[Users] = Users()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    def actor(self) -> Actor:
        """This user with what they may do, read afresh."""
        grants = self.granted.order_by("id").values_list("role", "store_id")
        return Actor(self.pk, self.name, tuple(Grant(Role(role), store) for role, store in grants))


class RoleGrant(models.Model):
    """A role of a user, at one store or (null) at all.

    `store_id` points to a table of a higher floor; `offer` adds the foreign key in SQL.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="granted")
    role = models.CharField(max_length=20)
    store_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "store_id"], nulls_distinct=False, name="grant_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[str(role) for role in Role]),
                name="grant_of_a_known_role",
            ),
        ]


class Batch(models.Model):
    """One delivery of rows from outside; what it brought carries its id and can be taken back."""

    label = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.label


class AuditEvent(models.Model):
    """One thing that was done. Append-only: the database refuses change."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-id"]),
            models.Index(fields=["action", "-id"]),
        ]


class AuditSeal(models.Model):
    """A digest over the events up to `through_id`, chained to the seal before. Append-only."""

    through_id = models.BigIntegerField(unique=True)
    events = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()


class IdempotencyKey(models.Model):
    """The first answer to a keyed request, returned again to the same request."""

    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    request_digest = models.BinaryField(max_length=32)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_key_one_effect")]
