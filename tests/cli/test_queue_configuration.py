"""Queues in a configuration that cannot be used: file, line, key and what is wrong."""

from pathlib import Path

import pytest
from omnistate.cli.configuration_file import load_contact_centre

from tests.cli.test_configuration_file import refusal

CENTRE = """\
representatives:
  ana:
    queues: {support: 1}
    skills: [spanish]
  ben:
    queues: [support, second]
queues:
  support:
    priority: 5
    widen_after: 30
    method: highest_capacity
    max_declines: 3
    operating_hours:
      time_zone: Europe/Madrid
      mon-fri: ["08:00-20:00"]
      sat: ["22:00-06:00"]
      closed_on: [2026-12-25]
    overflow:
      - {when: closed, do: close}
      - {when: longer_than, conversations: 50, do: move, queue_id: second}
      - when: waited
        seconds: 300
        do: move
        queue_id: third
  second:
    overflow: [{when: nobody, do: close}]
  third:
"""


def test_the_example_itself_is_good(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(CENTRE)
    centre = load_contact_centre(path)
    assert centre.representatives["ana"].queues == {"support": 1}
    assert centre.representatives["ben"].queues == {"support": 1, "second": 1}
    assert [rule.when for rule in centre.queues["support"].overflow] == [
        "closed",
        "longer_than",
        "waited",
    ]
    assert centre.queues["third"].overflow == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "[{when: nobody, do: close}]",
            "[{when: nobody, do: move, queue_id: support}]",
            ":20: queues.support.overflow.1.queue_id: overflow goes in a circle: support → second",
        ),
        (
            "[{when: nobody, do: close}]",
            "[{when: nobody, do: move, queue_id: second}]",
            ":26: queues.second.overflow.0.queue_id: overflow goes in a circle: second → second",
        ),
        ("{support: 1}", "{support: 0}", ":3: representatives.ana.queues"),
        ("{support: 1}", "{support: 101}", ":3: representatives.ana.queues"),
        ("priority: 5", "priority: 101", ":9: queues.support.priority: must be"),
        ("priority: 5", "priorty: 5", ":9: queues.support.priorty: no such key; did you mean prio"),
        ("highest_capacity", "longest_idle", ":11: queues.support.method: must be"),
        ("max_declines: 3", "max_declines: 0", ":12: queues.support.max_declines: must be"),
        ("max_declines: 3", "max_declines: 101", ":12: queues.support.max_declines: must be"),
        ("Europe/Madrid", "Europe/Madird", ":14: queues.support.operating_hours.time_zone: unkn"),
        (
            '"08:00-20:00"',
            '"8:00-20:00"',
            ":15: queues.support.operating_hours.mon-fri.0: '8:00-20:00' is no HH:MM-HH:MM",
        ),
        (
            '"08:00-20:00"',
            '"24:00-20:00"',
            ":15: queues.support.operating_hours.mon-fri.0: '24:00-20:00' is no HH:MM-HH:MM",
        ),
        (
            '"08:00-20:00"',
            '"08:00-14:00", "13:30-20:00"',
            ":13: queues.support.operating_hours: windows of mon overlap at mon 13:30",
        ),
        (
            "sat: [",
            'sun: ["05:00-07:00"]\n      sat: [',
            ":13: queues.support.operating_hours: windows of sat and sun overlap at sun 05:00",
        ),
        (
            'mon-fri: ["08:00-20:00"]',
            'sun: ["23:00-09:00"]\n      mon-fri: ["08:00-20:00"]',
            ":13: queues.support.operating_hours: windows of sun and mon overlap at mon 08:00",
        ),
        (
            "sat: [",
            "fri-sun: [",
            ":13: queues.support.operating_hours: fri is named twice, by mon-fri and fri-sun",
        ),
        ("sat: [", "satur: [", ":13: queues.support.operating_hours: 'satur' is neither a key"),
        ("2026-12-25", "2026-02-29", ":17: queues.support.operating_hours.closed_on.0: '2026-02-2"),
        ("{when: closed, do: close}", "{do: close}", ":19: queues.support.overflow.0.when: this k"),
        (
            "{when: closed, do: close}",
            "{when: closed, do: move}",
            ":19: queues.support.overflow.0: move needs queue_id",
        ),
        (
            "conversations: 50, ",
            "",
            ":20: queues.support.overflow.1: longer_than needs conversations",
        ),
        (
            "conversations: 50, ",
            "conversations: 50, seconds: 5, ",
            ":20: queues.support.overflow.1.seconds: seconds is for waited alone",
        ),
        ("conversations: 50", "conversations: 0", ":20: queues.support.overflow.1.conversations: "),
        (
            "{when: nobody, do: close}",
            "{when: nobody, do: close, queue_id: third}",
            ":26: queues.second.overflow.0.queue_id: queue_id is for move alone",
        ),
    ],
)
def test_file_line_key_and_what_is_wrong(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert CENTRE.count(right) == 1
    assert refusal(tmp_path, CENTRE.replace(right, wrong)).startswith(f"centre.yaml{said}")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "queue_id: third",
            "queue_id: thrid",
            ":24: queues.support.overflow.2.queue_id: queue thrid is not in the file",
        ),
        ("{support: 1}", "{suport: 1}", ":3: representatives.ana.queues.suport: queue suport is n"),
        ("[support, second]", "[support, x]", ":6: representatives.ben.queues.x: queue x is not "),
    ],
)
def test_unknown_queues_are_accepted_and_noted(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(CENTRE.replace(right, wrong))
    notes: list[str] = []
    assert load_contact_centre(path, notes.append) == load_contact_centre(path)
    assert [note.removeprefix(f"{path}")[: len(said)] for note in notes] == [said]


def test_the_example_of_the_contract_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text(
        "queues: {support: {overflow: ["
        "{when: longer_than, conversations: 50, do: move, queue_id: second},"
        "{when: waited, seconds: 300, do: move, queue_id: second}]}}\n"
    )
    notes: list[str] = []
    assert list(load_contact_centre(path, notes.append).queues) == ["support"]
    assert len(notes) == 1
    assert notes[0].endswith("(and 1 more)")


def test_people_alone_may_be_in_queues_that_are_published_already(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text("representatives: {ana: {queues: [support]}}\n")
    assert load_contact_centre(path).representatives["ana"].queues == {"support": 1}


def test_a_diamond_is_no_circle(tmp_path: Path) -> None:
    path = tmp_path / "diamond.yaml"
    move = "{{when: nobody, do: move, queue_id: {}}}"
    to = {"a": "bc", "b": "d", "c": "d", "d": ""}
    lines = [f"  {id_}: {{overflow: [{', '.join(map(move.format, t))}]}}" for id_, t in to.items()]
    path.write_text("\n".join(["queues:", *lines]))
    assert len(load_contact_centre(path).queues) == 4
