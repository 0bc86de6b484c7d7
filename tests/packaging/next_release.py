"""The sources of a next release: these, with rows of one more version, in which a member is new.

What whoever changes rows has to do, as changes of text, so that it is seen to be enough. Each is
made where its place is found, and nowhere else.
"""

import shutil
from pathlib import Path
from typing import Final

from omnistate.core.row_version import ROW_VERSION

ROOT: Final = Path(__file__).parents[2]
OLD: Final = ROW_VERSION
NEW: Final = OLD + 1
# By file, what is replaced by what.
CHANGES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "core/row_version.py": (
        (f"ROW_VERSION: Final = {OLD}", f"ROW_VERSION: Final = {NEW}"),
        (
            "CONVERSATION: Final = RowLayout()",
            (
                "CONVERSATION: Final = RowLayout(\n"
                '    FormerRow(3, b"\\xdc\\x00\\x26\\x03", b"\\xdc\\x00\\x27\\x04", b"\\xa0"),\n'
                '    FormerRow(3, b"\\x9f\\x03", b"\\x9f\\x04"),\n'
                '    FormerRow(3, b"\\x95\\x03", b"\\x95\\x04"),\n'
                ")"
            ),
        ),
        (
            'FormerRow(2, b"\\x94\\x02", b"\\x94\\x03")',
            (
                'FormerRow(2, b"\\x94\\x02", b"\\x94\\x03"), '
                'FormerRow(3, b"\\x94\\x03", b"\\x95\\x04", b"\\x00")'
            ),
        ),
        (
            "# New in version 3.\nHOLDINGS: Final = RowLayout()",
            (
                "TOTALS = RowLayout(*TOTALS._formers, "
                'FormerRow(3, b"\\xdc\\x00\\x10\\x03", b"\\xdc\\x00\\x11\\x04", b"\\xc0"))\n'
                'HOLDINGS: Final = RowLayout(FormerRow(3, b"\\x93\\x03", b"\\x93\\x04"))'
            ),
        ),
        (
            'FormerRow(2, b"\\x92\\x02", b"\\x92\\x03")',
            (
                'FormerRow(2, b"\\x92\\x02", b"\\x92\\x03"), '
                'FormerRow(3, b"\\x92\\x03", b"\\x92\\x04")'
            ),
        ),
    ),
    "core/conversation/row.py": (
        ("    ExtrasRow | None,\n]\n", "    ExtrasRow | None,\n    str,\n]\n"),
        ('b"\\xdc\\x00\\x26"', 'b"\\xdc\\x00\\x27"'),
        (
            "            None if extras is None else write_extras(extras),\n",
            '            None if extras is None else write_extras(extras),\n            "",\n',
        ),
        (
            "        extras,\n    ) = _DECODE(row)",
            "        extras,\n        _,\n    ) = _DECODE(row)",
        ),
    ),
    "core/conversation/counter_row.py": (
        ("tuple[int, int, int, dict[str, int]]", "tuple[int, int, int, dict[str, int], int]"),
        ("counter.units, counter.profiles))", "counter.units, counter.profiles, 0))"),
        ("_, sequence, units, profiles =", "_, sequence, units, profiles, _ ="),
    ),
    "core/representative/totals.py": (
        (
            "    unlisted: dict[int, int] | None = {}\n",
            "    unlisted: dict[int, int] | None = {}\n    note: str | None = None\n",
        ),
    ),
    "core/settings.py": (
        (
            "    default_queue_id: str | None = None\n",
            '    default_queue_id: str | None = None\n    note: str = ""\n',
        ),
    ),
    "stream/position.py": (
        (
            "    topic_ids: Mapping[str, str] | None = None\n\n\n_ENCODE",
            (
                "    topic_ids: Mapping[str, str] | None = None\n"
                "    note: str | None = None\n\n\n_ENCODE"
            ),
        ),
    ),
    "projections/figures/counting_rows.py": (("3: 7}", "3: 7, 4: 8}"),),
    "projections/figures/service_figures.py": (
        (
            "    hand_overs: tuple[HandOver, ...] = ()\n",
            "    hand_overs: tuple[HandOver, ...] = ()\n    note: str | None = None\n",
        ),
        ("known = len(cls._fields) - 1\n", "known = len(cls._fields) - 2\n"),
        ("*first, hand_overs = self", "*first, hand_overs, note = self"),
        (
            "return [*first, [list(each) for each in hand_overs]] if hand_overs else first",
            "return [*first, [list(each) for each in hand_overs], note]",
        ),
    ),
}


def write_next_release(folder: Path) -> Path:
    """Put the sources into `folder`, ready to be built; the folder."""
    shutil.copytree(ROOT / "workers", folder / "workers", ignore=shutil.ignore_patterns("__py*"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    for name, changes in CHANGES.items():
        path = folder / "workers" / "omnistate" / name
        text = path.read_text(encoding="utf-8")
        for former, present in changes:
            assert text.count(former) == 1, (
                f"{name}: {former!r} is there {text.count(former)} times"
            )
            text = text.replace(former, present)
        path.write_text(text, encoding="utf-8")
    return folder
