"""A configuration that cannot be used: where it is wrong, and which key was meant."""

from pathlib import Path

import pytest
from omnistate.cli.configuration_file import load_contact_centre
from omnistate.cli.key_suggestion import suggest_key
from omnistate.cli.yaml_document import Document, UnusableFile
from omnistate_schemas.configuration import ContactCentre

CENTRE = """\
# a comment
workstreams:
  support-chat:
    channel: live_chat
    distribution: push
    units: 30

    auto_close:
      open: 60
representatives:
  ana:
    profiles: {chat: 2}
"""


def refusal(tmp_path: Path, text: str) -> str:
    """What is said of a file, without its folder."""
    path = tmp_path / "centre.yaml"
    path.write_text(text)
    with pytest.raises(UnusableFile) as refused:
        load_contact_centre(path)
    said = str(refused.value)
    assert said.startswith(f"{tmp_path}/")
    assert "\n" not in said
    return said.removeprefix(f"{tmp_path}/")


@pytest.mark.parametrize(
    ("channel", "line", "said"),
    [
        ("voice", "release_when_idle: 60", "release_when_idle: a voice workstream cannot have re"),
        ("live_chat", "settle_window: 3", "settle_window: settle_window is for authority: upst"),
        ("record", "promote_consultant: true", "promote_consultant: a record workstream cannot"),
        ("record", "parallel_offers: 3", "parallel_offers: a record workstream has more than"),
        ("voice", "distribution: pick", "distribution: a voice workstream cannot have distri"),
        (
            "live_chat",
            "time_out_rules: [{silent: customer, after: 3, then: wait}]",
            "time_out_rules.0.then: a live_chat workstream cannot wait",
        ),
        (
            "messaging",
            "time_out_rules: [{silent: customer, after: 3, then: requeue}]",
            "time_out_rules.0.then: requeue is for a silent representative",
        ),
    ],
)
def test_what_a_kind_cannot_have_is_told_at_its_own_line(
    tmp_path: Path, channel: str, line: str, said: str
) -> None:
    text = f"workstreams:\n  it:\n    channel: {channel}\n    units: 3\n    {line}\n"
    assert refusal(tmp_path, text).startswith(f"centre.yaml:5: workstreams.it.{said}")


def test_all_that_a_kind_cannot_have_is_counted(tmp_path: Path) -> None:
    text = "workstreams:\n  it:\n    channel: voice\n    can_wait: true\n    settle_window: 3\n"
    said = refusal(tmp_path, text)
    assert said.startswith("centre.yaml:4: workstreams.it.can_wait: ")
    assert said.endswith("(and 1 more)")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "units: 30",
            "unit: 30",
            ":6: workstreams.support-chat.unit: no such key; did you mean un",
        ),
        (
            "open: 60",
            "opne: 60",
            ":9: workstreams.support-chat.auto_close.opne: no such key; did y",
        ),
        ("profiles:", "profile:", ":12: representatives.ana.profile: no such key; did you mean pr"),
        ("workstreams:", "workstream:", ":2: workstream: no such key; did you mean workstreams?"),
        ("units: 30", "colour: red", ":6: workstreams.support-chat.colour: no such key"),
        ("live_chat", "livechat", ":4: workstreams.support-chat.channel: must be "),
        ("    channel: live_chat\n", "", ":3: workstreams.support-chat.channel: this key is neede"),
        ("units: 30", "units: many", ":6: workstreams.support-chat.units: must be "),
        ("{chat: 2}", "{chat: two}", ":12: representatives.ana.profiles.chat: must be "),
        ("{chat: 2}", "[chat]", ":12: representatives.ana.profiles: a mapping is needed"),
        ("units: 30", "channel: voice", ":6: the key 'channel' stands twice"),
        ("units: 30", "7: 30", ":6: quote the key '7'"),
        ("units: 30", "units: 30: 4", ":6: not YAML: mapping values are not allowed"),
        ("{chat: 2}", "{chat: 2", ":13: not YAML: "),
    ],
)
def test_file_line_key_and_what_is_wrong(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert CENTRE.count(right) == 1
    assert refusal(tmp_path, CENTRE.replace(right, wrong)).startswith(f"centre.yaml{said}")


def test_the_example_itself_is_good(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(CENTRE)
    assert load_contact_centre(path).workstreams["support-chat"].units == 30


def test_the_first_of_several_is_told_and_the_others_are_counted(tmp_path: Path) -> None:
    said = refusal(tmp_path, CENTRE.replace("units", "unit").replace("open:", "opne:"))
    assert said.startswith("centre.yaml:9: ")
    assert said.endswith("(and 1 more)")


def test_what_was_merged_in_is_found_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text("a: &a\n  unit: 1\n  x: 2\nb:\n  <<: *a\n  x: 3\n")
    document = Document(path)
    assert document.content["b"] == {"unit": 1, "x": 3}
    assert document.place(["b", "unit"]) == f"{path}:2"
    assert document.place(["b", "x"]) == f"{path}:6"
    assert document.place(["b", "nowhere"]) == f"{path}:4"
    assert document.place(["nowhere"]) == str(path)


def test_places_in_lists(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("a:\n  - 1\n  - b: 2\n")
    assert Document(path).place(["a", 1, "b"]) == f"{path}:3"
    assert Document(path).place(["a", 7]) == f"{path}:1"


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        (("workstreams", "x", "distributon"), "distribution"),
        (("workstreams", "x", "auto_close", "wrapup"), "wrap_up"),
        (("capacity_profiles", "x", "limits"), "limit"),
        (("queues", "x", "service_levl_threshold"), "service_level_threshold"),
        (("represntatives",), "representatives"),
        (("workstreams", "x", "zzz"), None),
        (("workstreams", "x", "units", "y"), None),
        (("nowhere", "x"), None),
    ],
)
def test_the_key_that_was_meant(keys: tuple[str, ...], meant: str | None) -> None:
    assert suggest_key(ContactCentre, keys) == meant
