"""What a channel kind or an authority cannot have is refused, and null is left out there."""

from typing import Any

import pytest
from omnistate.core.settings import WorkstreamSettings, resolve
from omnistate_schemas.configuration import Workstream
from pydantic import ValidationError

from tests.core.core_centre import KINDS

LC, PC, AM, VO, RE = KINDS


def of(kind: str, **configured: Any) -> WorkstreamSettings:
    return resolve(Workstream.model_validate({"channel": kind, **configured}))


@pytest.mark.parametrize(
    ("channel", "members"),
    [
        (LC, {"settle_window": 1}),
        (VO, {"authority": "upstream", "max_delay": 60}),
        (VO, {"can_wait": True}),
        (LC, {"can_wait": True}),
        (LC, {"reopen_from_wrap_up": True}),
        (VO, {"release_when_idle": 60}),
        (VO, {"bot_response_timeout": 60}),
        (RE, {"time_out_rules": [{"silent": "customer", "after": 1, "then": "remind"}]}),
        (RE, {"promote_consultant": True}),
        (RE, {"parallel_offers": 2}),
        (LC, {"parallel_offers": 0}),
        (LC, {"parallel_offers": 21}),
        (LC, {"wrap_up_after_transfer": 29}),
        (LC, {"allowed_presences": []}),
        (LC, {"allowed_presences": ["offline"]}),
        (VO, {"authority": "upstream", "settle_window": 31}),
    ],
)
def test_what_a_kind_or_an_authority_cannot_have_is_refused(
    channel: str, members: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        of(channel, **members)
    nothing: dict[str, object] = {
        key: {int: 0, bool: False, list: []}.get(type(value))
        for key, value in members.items()
        if key in {"settle_window", "max_delay", "can_wait", "time_out_rules", "promote_consultant"}
    }
    assert of(channel, **nothing).channel == channel
    assert of(channel, **dict.fromkeys(nothing)).channel == channel


@pytest.mark.parametrize(
    ("channel", "key"),
    [
        *((PC, key) for key in ("reopen_from_wrap_up", "promote_consultant", "time_out_rules")),
        *((RE, key) for key in ("can_wait", "promote_consultant", "parallel_offers")),
        *((VO, key) for key in ("settle_window", "can_wait", "time_out_rules")),
    ],
)
def test_null_is_as_if_left_out_where_it_is_no_duration(channel: str, key: str) -> None:
    assert of(channel, **{key: None}) == of(channel)
    assert of(channel, authority="upstream", **{key: None}) == of(channel, authority="upstream")


def test_a_record_is_given_unless_another_system_offers_it() -> None:
    assert of(RE, parallel_offers=1).parallel_offers == 1
    assert of(RE, authority="upstream", parallel_offers=3).parallel_offers == 3
    assert not of(RE, promote_consultant=False).promotes
