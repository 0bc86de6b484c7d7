"""One conversation that waits, explained as it is among all that wait in its queue."""

from omnistate.core.router.queue_explanation import explain_queue, explain_waiting
from omnistate.core.router.wait_estimate import TakenUp

from tests.core.router_centre import Centre, in_support
from tests.core.router_members import START_MS

NOW_MS = START_MS + 5_000


def test_one_is_said_what_is_said_of_it_among_all() -> None:
    centre = Centre(representatives=in_support("ana", "ben"))
    centre.sit("ana", 10)
    for number in range(5):
        centre.wait(f"c-{number}", number, priority=number % 2)
    centre.offer("offered", 2, "ana")
    centre.decide(5)
    picture = centre.router.picture
    queue = explain_queue(picture, TakenUp(), "support", NOW_MS, 10)
    assert queue is not None
    assert [each.conversation_id for each in queue.work] == ["c-1", "c-3", "c-0", "c-2", "c-4"]
    for each in queue.work:
        assert explain_waiting(picture, TakenUp(), each.conversation_id, NOW_MS) == each
    assert queue.work[1].people == {"capacity": 1, "not_signed_in": 1}


def test_what_does_not_wait_is_not_explained() -> None:
    centre = Centre(representatives=in_support("ana"))
    centre.sit("ana", 10)
    centre.offer("offered", 2, "ana")
    centre.decide()
    picture = centre.router.picture
    assert explain_waiting(picture, TakenUp(), "offered", NOW_MS) is None
    assert explain_waiting(picture, TakenUp(), "unknown", NOW_MS) is None
