"""The index of deadlines against a plain dictionary: never too late, ties by conversation id."""

from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.stream.conversation.timer_index import SPARE, TimerIndex

IDS = st.sampled_from(("a", "b", "c", "d"))
ACTS = st.lists(
    st.one_of(
        st.tuples(IDS, st.none() | st.integers(0, 20)),
        st.tuples(st.just("due"), st.integers(0, 20)),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(acts=ACTS, ends_ms=st.integers(0, 30))
def test_whatever_is_due_comes_out_earliest_first(
    acts: list[tuple[str, int | None]], ends_ms: int
) -> None:
    """`wanted` is when each should come up: what was entered last, unless it has come up since."""
    index, wanted = TimerIndex(), dict[str, int]()
    for id_, at_ms in [*acts, ("due", ends_ms)]:
        if id_ != "due":
            index.enter(id_, at_ms)
            if at_ms is None:
                wanted.pop(id_, None)
            else:
                wanted[id_] = at_ms
            continue
        assert at_ms is not None
        due = sorted((when, who) for who, when in wanted.items() if when <= at_ms)
        assert not due or index.may_be_due(at_ms)
        found = []
        while (who := index.next_due(at_ms)) is not None:
            found.append((wanted.pop(who), who))
        assert found == due
        assert len(index) == len(wanted)


def test_entries_out_of_date_are_cleared_away_and_no_other() -> None:
    """Years of a few conversations whose deadlines come and go."""
    index, wanted, size, cleared = TimerIndex(), dict[str, int](), 0, 0
    for number in range(10 * SPARE):
        id_ = f"c{number % 7}"
        index.enter(id_, None)
        index.enter(id_, 100 + number % 7)
        wanted[id_] = 100 + number % 7
        if len(index._heap) < size:
            cleared += 1
            assert {(at_ms, who) for who, at_ms in wanted.items()} == set(index._heap)
        size = len(index._heap)
        assert size <= 2 * 7 + SPARE
    assert cleared >= 5
    assert len(index) == 7
    assert [index.next_due(200) for _ in range(8)] == [
        *(f"c{number}" for number in range(7)),
        None,
    ]
