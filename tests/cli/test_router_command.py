"""Where a line of input goes."""

import pytest
from omnistate.cli.routing import LINE_BYTES_MAX, Unroutable, route
from omnistate_schemas.registry import ROUTES


@pytest.mark.parametrize("name", list(ROUTES))
def test_a_type_has_its_topic(name: str) -> None:
    line = b'{"subject":"chat-\xc3\xa4","data":{"type":"no"},"type":"%s"}' % name.encode()
    assert route(line) == (ROUTES[name], "chat-ä".encode(), line)


def test_whether_the_event_is_any_good_is_not_asked() -> None:
    assert route(b'{"type":"bot.end","subject":"a","data":7,"time":null}').key == b"a"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"secret", "not JSON"),
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b'{"type":"bot.end","subject":"\xff"}', "not JSON"),
        (b'{"type":"bot.end","subject":"a"} x', "not JSON"),
        (b"[" * 100_000, ""),
        (b'["secret"]', "object"),
        (b'{"type":"bot.end"}', "subject"),
        (b'{"type":"bot.end","subject":""}', "subject"),
        (b'{"type":"bot.end","subject":7}', "subject"),
        (b'{"subject":"a"}', "type"),
        (b'{"type":"secret","subject":"a"}', "no such type"),
        (b'{"type":"conversation.state_changed","subject":"a"}', "no such type"),
        (b" " * (LINE_BYTES_MAX + 1), "1000001 bytes"),
    ],
)
def test_lines_that_go_nowhere(line: bytes, problem: str) -> None:
    with pytest.raises(Unroutable) as caught:
        route(line)
    assert problem in str(caught.value)
    assert "secret" not in str(caught.value)
