"""What is found is what the obvious way finds, and what is planned can be done."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.booking.availability import (
    CLOSED,
    CUSTOMER_BUSY,
    NO_HELPER,
    NO_PLACE,
    NOBODY,
    OFF,
    TAKEN,
    TOGETHER,
    Finder,
    Obstacle,
)
from regulars.booking.free import PLACE, STAFF, Free, Key
from regulars.booking.minutes import Window
from regulars.booking.visits import Step, Wish
from tests.unit.booking import oracle

WINDOW = Window(10_000, 10_090)
STAFF_IDS = (1, 2, 3)

CUT = Wish(1, (Step("cut", 20, place_kind="chair"),), {1: 100})
COLOUR = Wish(
    2,
    (
        Step("apply", 20, place_kind="chair"),
        Step("wait", 20, hands="none", waiting=True, place_kind="chair"),
        Step("rinse", 10, hands="any", place_kind="basin"),
        Step("dry", 10, place_kind="chair"),
    ),
    {1: 100},
    frozenset({1, 2}),
)


def spans() -> st.SearchStrategy[list[tuple[int, int]]]:
    one = st.tuples(st.integers(9_995, 10_060), st.integers(15, 95))
    return st.lists(one.map(lambda s: (s[0], s[0] + s[1])), min_size=1, max_size=3)


steps = st.builds(
    Step,
    st.just("step"),
    st.integers(1, 15),
    hands=st.sampled_from(["same", "same", "any", "none"]),
    place_kind=st.sampled_from(["", "chair", "basin"]),
)
wishes = st.builds(
    Wish,
    st.just(1),
    st.lists(steps, min_size=1, max_size=3).map(tuple),
    st.dictionaries(st.sampled_from(STAFF_IDS), st.sampled_from([50, 100, 150]), min_size=1),
    helpers=st.frozensets(st.sampled_from(STAFF_IDS)),
    before=st.sampled_from([0, 0, 3]),
    after=st.sampled_from([0, 0, 5]),
)
visits = st.lists(st.tuples(wishes, st.booleans()), min_size=1, max_size=3)
frees = st.fixed_dictionaries(
    {
        "open": spans(),
        "staff": st.fixed_dictionaries({one: spans() for one in STAFF_IDS}),
        "chairs": st.lists(spans(), max_size=2),
        "basins": st.lists(spans(), max_size=1),
        "customer": st.none() | spans(),
    }
)


def grouped(visit: list[tuple[Wish, bool]]) -> list[Wish]:
    """The wishes with their groups: a new one wherever the flag says so."""
    group, found = 0, []
    for wish, new in visit:
        group += new
        found.append(
            Wish(wish.item_id, wish.steps, wish.pace, wish.helpers, wish.before, wish.after, group)
        )
    return found


def free_of(drawn: dict) -> Free:  # type: ignore[type-arg]
    bits = WINDOW.bits
    staff = {one: bits(found) for one, found in drawn["staff"].items()}
    places = {
        kind: {Key(PLACE, first + n): bits(found) for n, found in enumerate(drawn[name])}
        for kind, name, first in (("chair", "chairs", 1), ("basin", "basins", 101))
    }
    customer = drawn["customer"]
    return Free(
        WINDOW,
        bits(drawn["open"]),
        staff,
        staff,
        places,
        None if customer is None else bits(customer),
    )


def world_of(free: Free) -> oracle.World:
    def minutes(bits: int) -> set[int]:
        return {WINDOW.first + n for n in range(WINDOW.length) if bits >> n & 1}

    return oracle.World(
        minutes(free.open),
        {one: minutes(bits) for one, bits in free.staff.items()},
        {kind: [minutes(bits) for bits in units.values()] for kind, units in free.places.items()},
        None if free.customer is None else minutes(free.customer),
    )


@settings(deadline=None, max_examples=250)
@given(visits, frees)
def test_it_finds_what_trying_everything_finds(
    visit: list[tuple[Wish, bool]],
    drawn: dict,  # type: ignore[type-arg]
) -> None:
    wanted, free = grouped(visit), free_of(drawn)
    finder, world = Finder(wanted, free), world_of(free)
    found = set(WINDOW.minutes(finder.starts(WINDOW.all)))
    expected = {
        start for start in range(WINDOW.first, WINDOW.end) if oracle.fits(wanted, world, start)
    }
    assert found == expected


@settings(deadline=None, max_examples=150)
@given(visits, frees)
def test_every_beginning_has_a_plan_and_every_plan_takes_only_what_is_free(
    visit: list[tuple[Wish, bool]],
    drawn: dict,  # type: ignore[type-arg]
) -> None:
    wanted, free = grouped(visit), free_of(drawn)
    finder = Finder(wanted, free)
    starts = WINDOW.minutes(finder.starts(WINDOW.all))
    for start in range(WINDOW.first, WINDOW.end):
        plan = finder.plan(start)
        assert (plan is not None) == (start in starts)
        if plan is None:
            assert finder.why_not(start).code
            continue
        for key, taken in plan.takes().items():
            units = {**{Key(STAFF, s): bits for s, bits in free.staff.items()}}
            for kind in free.places.values():
                units |= kind
            assert WINDOW.bits(taken) & ~units[key] == 0


def salon(**given: object) -> Free:
    """Two of the staff, two chairs and a basin, all free."""
    every = WINDOW.all
    fields: dict[str, object] = {
        "window": WINDOW,
        "open": every,
        "shift": {1: every, 2: every},
        "staff": {1: every, 2: every},
        "places": {
            "chair": {Key(PLACE, 1): every, Key(PLACE, 2): every},
            "basin": {Key(PLACE, 3): every},
        },
    }
    return Free(**fields | given)  # type: ignore[arg-type]


def test_while_the_colour_works_its_stylist_cuts_somebody_else() -> None:
    busy = Finder([COLOUR], salon()).plan(10_000)
    assert busy
    taken = busy.takes()[Key(STAFF, 1)]
    free = salon(staff={1: WINDOW.all & ~WINDOW.bits(taken), 2: 0})
    starts = Finder([CUT], free).starts(WINDOW.all)
    assert WINDOW.minutes(starts)[0] == 10_020
    assert 10_021 not in WINDOW.minutes(starts)


def test_services_side_by_side_need_different_hands() -> None:
    both = [CUT, Wish(2, CUT.steps, {1: 100, 2: 100})]
    assert Finder(both, salon()).plan(10_000)
    alone = [CUT, Wish(2, CUT.steps, {1: 100})]
    assert not Finder(alone, salon()).starts(WINDOW.all)
    assert Finder(alone, salon()).why_not(10_000) == Obstacle(TOGETHER)


def test_one_pair_of_hands_serves_a_visit_where_it_can() -> None:
    either = Wish(1, CUT.steps, {1: 100, 2: 100})
    second = Wish(1, CUT.steps, {1: 100, 2: 100}, group=1)
    plan = Finder([either, second], salon()).plan(10_000, rank=lambda staff: -staff)
    assert plan
    assert [served.staff for served in plan.services] == [2, 2]


def test_who_needs_longer_is_offered_only_where_it_fits() -> None:
    def starts(pace: dict[int, int]) -> list[int]:
        free = salon(open=WINDOW.bits([(10_000, 10_040)]))
        return WINDOW.minutes(Finder([Wish(1, CUT.steps, pace)], free).starts(WINDOW.all))

    assert starts({2: 200}) == [10_000]
    assert starts({1: 100})[-1] == starts({1: 100, 2: 200})[-1] == 10_020
    assert starts({3: 100}) == []


def test_it_says_what_is_in_the_way() -> None:
    def why(wish: Wish = CUT, **given: object) -> Obstacle:
        finder = Finder([wish], salon(**given))
        assert finder.plan(10_000) is None
        return finder.why_not(10_000)

    assert why(open=0).code == CLOSED
    assert why(customer=0).code == CUSTOMER_BUSY
    assert why(staff={}) == Obstacle(TAKEN, Key(STAFF, 1))
    assert why(staff={}, shift={}) == Obstacle(OFF, Key(STAFF, 1))
    assert why(Wish(1, CUT.steps, {1: 100, 2: 100}), staff={}) == Obstacle(TAKEN)
    assert why(COLOUR, staff={1: WINDOW.bits([(10_000, 10_040), (10_050, 10_060)])}) == Obstacle(
        NO_HELPER
    )
    assert why(places={}) == Obstacle(NO_PLACE, place_kind="chair")
    assert why(Wish(1, CUT.steps, {})).code == NOBODY
