"""A picture of streams says the same as its table, and never more than it can show."""

from __future__ import annotations

import pytest

from regulars.kit.flows import Flows, Group

STAGES = [Group("new", 2), Group("regular", 0)]


def flows(**changed: object) -> Flows:
    plain = {
        "sentence": "Who moved.",
        "left": [Group("nobody"), *STAGES],
        "right": STAGES,
        "moves": [(0, 0, 5), (1, 1, 1200), (2, 1, 7)],
        "headings": ("from", "to", "how many"),
    }
    return Flows(**{**plain, **changed})  # type: ignore[arg-type]


def test_the_table_names_every_stream_the_largest_first() -> None:
    assert list(flows().rows()) == [
        ("new", "regular", "1,200"),
        ("regular", "regular", "7"),
        ("nobody", "new", "5"),
    ]


def test_the_drawing_gets_names_hues_and_moves() -> None:
    spec = flows().spec()
    assert spec["kind"] == "flows"
    assert spec["sides"][0][0] == {"name": "nobody", "hue": None}
    assert spec["moves"] == [[0, 0, 5], [1, 1, 1200], [2, 1, 7]]


def test_more_groups_than_an_eye_can_follow_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 6"):
        flows(left=[Group(str(n)) for n in range(7)])
    assert flows(left=[Group(str(n)) for n in range(6)])
