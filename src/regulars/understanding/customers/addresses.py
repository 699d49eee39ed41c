"""Addresses of the list: the filters and the sort a link keeps, changes or drops."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

PLACES = ("after", "before")


@dataclass(frozen=True)
class Address:
    """The query of a list as it stands; every change begins at the first page again."""

    query: QueryDict

    def changed(self, **values: str | int | None) -> str:
        """The query with some parameters set, or dropped where the value is None."""
        query = self.query.copy()
        for place in PLACES:
            query.pop(place, None)
        for name, value in values.items():
            if value is None:
                query.pop(name, None)
            else:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    def without(self, *names: str) -> str:
        return self.changed(**dict.fromkeys(names))

    def without_value(self, name: str, value: str) -> str:
        """The query with one of several values of a parameter dropped."""
        query = self.query.copy()
        query.setlist(name, [each for each in query.getlist(name) if each != value])
        return Address(query).changed()
