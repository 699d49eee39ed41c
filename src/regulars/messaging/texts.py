"""What messages say: words with {variables}, checked before they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from string import Formatter

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Filled:
    """A message ready to go: a title for channels that have one, and its words."""

    title: str
    body: str


def variables(text: str) -> set[str]:
    """The names in braces.

    Raises:
        ValidationError: a brace is left open, or something other than a name stands in it.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise ValidationError(_("A brace is left open. Write a variable as {name}.")) from None
    names = set()
    for _words, name, form, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValidationError(_("Between braces stands one name and nothing else."))
        names.add(name)
    return names


def check(title: str, body: str, *, known: Collection[str], needed: Collection[str]) -> None:
    """Whether a text can be filled and says what it must.

    Raises:
        ValidationError: names what is unknown or missing.
    """
    used = variables(title) | variables(body)
    if unknown := sorted(used - set(known)):
        raise ValidationError(
            _("There is no variable %(names)s here. Known are: %(known)s.")
            % {"names": ", ".join(unknown), "known": ", ".join(sorted(known))}
        )
    if missing := sorted(set(needed) - variables(body)):
        raise ValidationError(_("The text must hold: %(names)s.") % {"names": ", ".join(missing)})


def fill(title: str, body: str, values: Mapping[str, str]) -> Filled:
    """Puts the values in. A value is never read as a pattern."""
    return Filled(title.format_map(values), body.format_map(values))
