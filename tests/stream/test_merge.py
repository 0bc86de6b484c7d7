"""The merge of inputs: whatever arrives when, the order is that of record times."""

from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.stream.merge import BATCH_BYTES_MAX, Merge
from omnistate.stream.ports import Record

INPUTS = ("first", "second", "third")


def record(topic: str, offset: int, at_ms: int, value: bytes = b"") -> Record:
    return Record(topic, 0, offset, at_ms, None, value)


class Log:
    """Inputs whose records become visible in the order of their times, ties all at once."""

    def __init__(self, arrivals: list[tuple[int, int]]) -> None:
        """Each arrival: which input, and how long after the former one (0 = at the same time)."""
        self.inputs: dict[str, list[Record]] = {topic: [] for topic in INPUTS}
        at_ms, self.moments = 0, []
        for input_, later_ms in arrivals:
            at_ms += later_ms
            topic = INPUTS[input_]
            self.inputs[topic].append(record(topic, len(self.inputs[topic]), at_ms))
            self.moments.append(at_ms)
        self.order = sorted(
            (each for found in self.inputs.values() for each in found),
            key=lambda each: (each.timestamp_ms, INPUTS.index(each.topic), each.offset),
        )

    def visible(self, topic: str, until_ms: int) -> int:
        """How many records of an input there are at a time."""
        return sum(each.timestamp_ms <= until_ms for each in self.inputs[topic])


ARRIVALS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=40)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("clock"), st.integers(1, 5)),
        st.tuples(st.just("fetch"), st.integers(0, 2)),
        st.tuples(st.just("ask"), st.just(0)),
        st.tuples(st.just("take"), st.integers(1, 9)),
    ),
    max_size=80,
)


@settings(max_examples=400, deadline=None)
@given(arrivals=ARRIVALS, acts=ACTS, fetched=st.integers(1, 7))
def test_what_goes_goes_in_order(
    arrivals: list[tuple[int, int]], acts: list[tuple[str, int]], fetched: int
) -> None:
    log, merge, taken = Log(arrivals), Merge(INPUTS), list[Record]()
    got = dict.fromkeys(INPUTS, 0)
    now_ms = -1

    def fetch(topic: str, until: int) -> None:
        merge.add(topic, log.inputs[topic][got[topic] : until])
        got[topic] = max(got[topic], until)

    def ask() -> None:
        vouched = merge.vouch()
        for topic in merge.empty_inputs:
            fetch(topic, log.visible(topic, now_ms))
        merge.accept(vouched)

    for act, number in acts:
        if act == "clock":
            now_ms += number
        elif act == "fetch":
            topic = INPUTS[number]
            fetch(topic, min(got[topic] + fetched, log.visible(topic, now_ms)))
        elif act == "ask":
            ask()
        else:
            found = merge.take(number)
            assert len(found) <= number
            taken += found
    assert taken == log.order[: len(taken)]
    # In the end nothing is held back.
    now_ms = 10**6
    for _ in range(3 * len(log.order) + 3):
        ask()
        taken += merge.take(5)
    assert taken == log.order


def test_a_record_waits_for_an_input_that_looks_empty() -> None:
    merge = Merge(INPUTS[:2])
    merge.add("second", [record("second", 0, 5), record("second", 1, 8)])
    assert merge.take(9) == []
    vouched = merge.vouch()
    merge.add("second", [record("second", 2, 9)])
    merge.add("first", [record("first", 0, 7)])
    merge.accept(vouched)
    # What came after the asking has to wait for the next.
    assert [(each.topic, each.offset) for each in merge.take(9)] == [
        ("second", 0),
        ("first", 0),
        ("second", 1),
    ]
    assert merge.take(9) == []
    assert (merge.count("second"), merge.oldest_ms("second"), merge.oldest_ms("first")) == (
        1,
        9,
        None,
    )


def test_a_batch_is_bounded_in_bytes() -> None:
    merge = Merge(("first",))
    merge.add("first", [record("first", n, n, bytes(BATCH_BYTES_MAX // 2)) for n in range(5)])
    merge.accept(merge.vouch())
    assert [len(merge.take(9)) for _ in range(4)] == [2, 2, 1, 0]


def test_clearing_forgets_what_was_vouched_for() -> None:
    merge = Merge(INPUTS[:2])
    merge.add("second", [record("second", 0, 5)])
    merge.accept(merge.vouch())
    merge.clear()
    merge.add("second", [record("second", 0, 5)])
    assert merge.take(9) == []
