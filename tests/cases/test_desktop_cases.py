"""Days on which desktops die, come back, are opened twice or are left, as a person judged them.

The cases beside these, of desktops that tell of themselves, are for the engine alone. Here it is
presence that tells: the representative worker and the engine, each by what the other says.
"""

import pytest

from tests.cases.desktop_day import DesktopDay
from tests.cases.narrated_case import CASES, read_right, shorten_members

NAMES = sorted(f"desktops/{path.parent.name}" for path in CASES.glob("desktops/*/right.txt"))


def test_there_are_four() -> None:
    assert len(NAMES) == 4


@pytest.mark.parametrize("name", NAMES)
async def test_a_desktop_case_comes_out_right(name: str) -> None:
    day, right = DesktopDay(name), read_right(name)
    await day.live()
    wanted = sorted(
        zip(right.told, right.members, strict=True),
        key=lambda each: (each[0].at, each[0].conversation),
    )
    assert [told for told, _ in day.told] == [told for told, _ in wanted]
    for (told, data), (_, members) in zip(day.told, wanted, strict=True):
        plain = shorten_members(data, day.day)
        assert {each: plain.get(each) for each in members} == members, told
    findings = await day.audit()
    assert findings.violations == []


async def test_who_is_lost_has_nothing_in_the_end() -> None:
    day = DesktopDay("desktops/lost")
    await day.live()
    picture = day.pictures["nora"]
    assert (picture["occupied_units"], picture["presence_reason"]) == (0, "lost")
    ended = [told.conversation for told, _ in day.told if "B5 open" in told.words]
    assert sorted(ended) == ["case-1", "chat-1", "chat-2", "wa-1"]
