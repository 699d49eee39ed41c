"""How one file is read: which column becomes which field, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from regulars.intake.fields import FIELDS, TARGET_NAMES, Field
from regulars.intake.rules import DATE_ORDERS


@dataclass(frozen=True)
class Options:
    """How cells are understood where a file leaves it open.

    Attributes:
        date_order: order of day, month and year where the year does not come first.
        blank: texts that mean nothing, such as "nan".
        create_missing: make customers, items, staff and stores the rows name and we do not know.
        split_orders: an order number shared by several customers is one order for each.
        without_customer: "accept" sales or events that name nobody, or "refuse" them.
        upper_codes: item codes that differ only in case are the same.
        key: columns that together say which event a row is, where it has no number of its own.
        properties: columns kept with an event as they are.
        new_items: what items made on the way are, "service" or "product".
        categories: category of items made on the way, by code.
    """

    date_order: str = "ymd"
    blank: tuple[str, ...] = ()
    create_missing: bool = True
    split_orders: bool = True
    without_customer: str = "accept"
    upper_codes: bool = False
    key: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    new_items: str = "product"
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """What people decide in the second step: our fields by column or by one text for all rows."""

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    options: Options = Options()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Match:
        """From the JSON of `Import.mapping` or the TOML of a preset."""
        options = dict(stored.get("options", {}))
        for name in ("blank", "key", "properties"):
            options[name] = tuple(options.get(name, ()))
        categories = options.get("categories", {})
        options["categories"] = {name: tuple(codes) for name, codes in categories.items()}
        return cls(
            columns=dict(stored.get("columns", {})),
            constants=dict(stored.get("constants", {})),
            options=Options(**options),
        )

    def stored(self) -> dict[str, Any]:
        """As JSON for `Import.mapping`."""
        return asdict(self)


@dataclass(frozen=True)
class Plan:
    """A match that fits the columns of a file: everything needed to read its rows."""

    target: str
    width: int
    places: Mapping[str, int]
    constants: Mapping[str, str]
    options: Options
    key_places: tuple[int, ...]
    property_places: Mapping[str, int]

    def knows(self, name: str) -> bool:
        """Whether a field has a column or a text for all rows."""
        return name in self.places or name in self.constants


def make_plan(target: str, columns: Sequence[str], match: Match) -> Plan:
    """Checks a match against the columns of a file.

    Raises:
        ValidationError: a needed field has no column, a column is not in the file, or one column
            is to become two fields.
    """
    if target not in FIELDS:
        raise ValidationError(_("Say first what the file holds."))
    if match.options.date_order not in DATE_ORDERS:
        raise ValidationError(_("Choose the order of day, month and year."))
    place = {name: n for n, name in enumerate(columns)}
    used = [*match.columns.values(), *match.options.key, *match.options.properties]
    lost = sorted({name for name in used if name not in place})
    if lost:
        raise ValidationError(
            _("The file has no column %(names)s.") % {"names": ", ".join(f"“{n}”" for n in lost)}
        )
    known = {found.name: found for found in FIELDS[target]}
    constants = {name: text for name, text in match.constants.items() if text}
    strange = (match.columns.keys() | constants.keys()) - known.keys()
    if strange:
        raise ValidationError(
            _("%(target)s have no field %(names)s.")
            % {"target": TARGET_NAMES[target], "names": ", ".join(sorted(strange))}
        )
    plan = Plan(
        target=target,
        width=len(columns),
        places={name: place[column] for name, column in match.columns.items()},
        constants={n: t for n, t in constants.items() if n not in match.columns},
        options=match.options,
        key_places=tuple(place[name] for name in match.options.key),
        property_places={name: place[name] for name in match.options.properties},
    )
    _must_be_whole(plan, FIELDS[target])
    return plan


def _must_be_whole(plan: Plan, known: Sequence[Field]) -> None:
    missing = [str(found.label) for found in known if found.required and not plan.knows(found.name)]
    if missing:
        raise ValidationError(
            _("Say which column holds: %(names)s.") % {"names": ", ".join(missing)}
        )
    if plan.target == "sales":
        if not (plan.knows("item_code") or plan.knows("item_name")):
            raise ValidationError(_("Say which column holds the code or the name of the item."))
        if not (plan.knows("amount") or plan.knows("unit_price")):
            raise ValidationError(_("Say which column holds the amount or the unit price."))
    if plan.target == "customers" and not any(
        plan.knows(name) for name in ("code", "number", "phone", "email", "wechat")
    ):
        raise ValidationError(
            _("Say which column holds a code, number, phone, e-mail or WeChat id of the customer.")
        )
    if plan.target == "events" and not (plan.knows("key") or plan.key_places):
        raise ValidationError(_("Say by which columns an event is recognised when it comes again."))
