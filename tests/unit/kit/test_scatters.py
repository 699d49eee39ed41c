"""A map of groups: its middle points, colours and table."""

from __future__ import annotations

from regulars.kit.scatters import Cloud, Scatter

CLOUDS = [
    Cloud("one", "1", 1, [(0.0, 1.0), (2.0, 3.0)]),
    Cloud("six", "6", 6, [(4.0, -1.0)]),
]
MAP = Scatter("said", CLOUDS, "right", "up", ("a", "b", "c", "d"))


def test_the_mark_stands_in_the_middle_of_its_points() -> None:
    assert CLOUDS[0].middle == (1.0, 2.0)


def test_the_sixth_group_has_the_colour_of_the_first_and_a_shape_of_its_own() -> None:
    first, sixth = MAP.spec()["clouds"]
    assert first["hue"] == sixth["hue"] == 0
    assert (first["second"], sixth["second"]) == (False, True)


def test_the_table_names_every_group() -> None:
    assert list(MAP.rows()) == [("1 one", ["2", "1.0", "2.0"]), ("6 six", ["1", "4.0", "−1.0"])]
