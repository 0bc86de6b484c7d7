"""How far redriving has come: whatever is passed over waits, and nothing goes back twice."""

from hypothesis import given
from hypothesis import strategies as st
from omnistate.adapters.kafka.admin.committed_offsets import CommittedOffset
from omnistate.adapters.kafka.dead_letters.redrive_progress import (
    METADATA_BYTES_MAX,
    RedriveProgress,
)


def handle(
    progress: RedriveProgress, letters: list[int], chosen: set[int], limit: int
) -> list[int]:
    """One run, as redriving does it; the letters that went back."""
    returned: list[int] = []
    for offset in letters:
        if offset < progress.start:
            continue
        if not progress.waits(offset):
            progress.settle(offset)
        elif len(returned) == limit:
            break
        elif offset in chosen:
            returned.append(offset)
            progress.settle(offset)
        else:
            progress.skip(offset)
    return returned


@given(
    gaps=st.lists(st.integers(1, 4), min_size=1, max_size=25),
    runs=st.lists(
        st.tuples(st.sets(st.integers(0, 24)), st.integers(0, 5), st.integers(1, 25)), max_size=6
    ),
)
def test_runs_with_any_filters_and_limits(
    gaps: list[int], runs: list[tuple[set[int], int, int]]
) -> None:
    """Between letters there are offsets of the log's own; letters arrive between runs."""
    offsets = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    waiting, committed = set(offsets), CommittedOffset(0, "")
    for picks, limit, arrived in runs:
        present = offsets[:arrived]
        chosen = {offsets[n] for n in picks if n < len(offsets)}
        progress = RedriveProgress.decode(committed)
        returned = handle(progress, present, chosen, limit)
        assert returned == [each for each in present if each in waiting & chosen][:limit]
        waiting -= set(returned)
        committed = progress.encode()
        known = RedriveProgress.decode(committed)
        assert {each for each in offsets if known.waits(each)} == waiting
    last = handle(RedriveProgress.decode(committed), offsets, set(offsets), len(offsets))
    assert last == sorted(waiting)


def test_what_nobody_knows_waits_only_when_asked_for() -> None:
    progress = RedriveProgress(10, unknown=10)
    assert not progress.waits(9)
    assert progress.waits(10)
    again = RedriveProgress.decode(progress.encode())
    assert (again.next, again.unknown, again.start) == (10, 10, 10)
    again.include_unknown()
    assert (again.start, again.unknown) == (0, 0)
    assert again.waits(0)
    assert again.waits(9)
    handle(again, [3, 5, 12], {5}, 9)
    assert RedriveProgress.decode(again.encode()).waiting == [(3, 3), (12, 12)]


def test_it_says_so_before_the_metadata_are_full() -> None:
    progress = RedriveProgress(0)
    offset = 10**9
    while not progress.full:
        progress.skip(offset)
        progress.settle(offset + 1)
        offset += 2
    assert len(progress.encode().metadata) <= METADATA_BYTES_MAX
    assert len(progress.waiting) > 150


def test_metadata_of_somebody_else_say_nothing() -> None:
    progress = RedriveProgress.decode(CommittedOffset(7, "reset by hand"))
    assert (progress.start, progress.waiting) == (7, [])
