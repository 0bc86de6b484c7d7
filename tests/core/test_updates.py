"""Updates (U1): what is known of a conversation, and what it costs, is another from then on."""

from tests.core.story import Story


def test_what_is_known_of_it_is_updated() -> None:
    story = Story("live_chat", begin=False, profiles=["chat"])
    story.begin(priority=10, attributes={"language": "es", "vip": True})
    assert (story.last.priority, story.last.profiles) == (10, ["chat"])
    assert story.last.attributes == {"language": "es", "vip": True}
    story.talk("ana")
    sequence = story.last.sequence
    assert story.say("conversation.updated", priority=10, attributes={"vip": True}) == ["no_effect"]
    assert story.say("conversation.updated", attributes={"vip": None, "case": 8}) == ["U1"]
    assert story.last.attributes == {"language": "es", "case": 8}
    said = story.say("conversation.updated", units=5, profiles=["chat", "day"])
    assert said == ["U1", "-ana/primary:U1", "+ana/primary:U1", "+ana/daily:U1"]
    assert (story.last.units, story.last.profiles) == (5, ["chat", "day"])
    assert story.last.sequence == sequence + 2


def test_which_of_the_profiles_is_named_first_is_no_other_cost() -> None:
    story = Story("live_chat", begin=False)
    story.begin(profiles=["day", "chat"])
    story.talk("ana")
    assert story.say("conversation.updated", profiles=["chat", "day"]) == ["no_effect"]
    assert story.say("conversation.updated", priority=5, profiles=["chat", "day"]) == ["U1"]


def test_an_update_is_no_activity_and_keeps_timers() -> None:
    story = Story("messaging", auto_close={"active": 60}, block_capacity_for_wrap_up=30).talk("ana")
    story.wait(50)
    story.say("conversation.updated", priority=3)
    assert story.wait(10) == ["B4", "-ana/primary:B4"]
    story = Story("live_chat", block_capacity_for_wrap_up=60).talk("ana")
    story.by("ana", "end")
    story.wait(30)
    assert story.say("conversation.updated", units=1)[0] == "U1"
    assert story.wait(30) == ["-ana/primary:W4"]


def test_what_an_update_would_make_of_it_has_bounds() -> None:
    story = Story("live_chat", begin=False)
    story.begin(attributes={f"n{number}": "x" for number in range(32)})
    assert story.say("conversation.updated", attributes={"more": 1}) == ["invalid_data"]
    assert story.say("conversation.updated", attributes={"more": 1, "n0": None}) == ["U1"]
    assert story.say("conversation.updated", attributes={"n1": "y" * 257}) == ["invalid_data"]
