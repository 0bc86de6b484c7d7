"""The contract as data: its sections, the tables in them, and the names in a cell.

It reads Markdown and knows no word of the contract.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from tests.documents.references import CONTRACT

Row = dict[str, str]
_CODE: Final = re.compile(r"`([^`]+)`")
_BAR: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = re.compile(r"\|[ :|-]+\|")


@cache
def read_sections() -> dict[str, str]:
    """The text under each heading, up to the next one."""
    return dict(split_sections(CONTRACT.read_text(encoding="utf-8")))


def split_sections(text: str) -> Iterator[tuple[str, str]]:
    """Heading and text, in the order of the document."""
    parts = re.split(r"^#+ +(.+)$", text, flags=re.MULTILINE)
    yield from zip(parts[1::2], parts[2::2], strict=True)


def read_table(heading: str, number: int = 0) -> list[Row]:
    """A section's table, the first one by default: column -> cell. Raises IndexError."""
    return list(parse_tables(read_sections()[heading]))[number]


def parse_tables(text: str) -> Iterator[list[Row]]:
    """Every table of a text; columns without a title are numbered."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if (
            line.startswith("|")
            and at + 1 < len(lines)
            and re.match(r"\|[ :|-]+\|$", lines[at + 1])
        ):
            head = [name.strip("`") or str(number) for number, name in enumerate(_cells(line))]
            rows = []
            for below in lines[at + 2 :]:
                if not below.startswith("|"):
                    break
                rows.append(dict(zip(head, _cells(below), strict=True)))
            yield rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _BAR.split(line)[1:-1]]


def names_in(cell: str) -> list[str]:
    """What stands in backticks, in order."""
    return _CODE.findall(cell)


def read_column(heading: str, column: str, number: int = 0) -> list[str]:
    """Every name in backticks in one column of a section's table."""
    return [name for row in read_table(heading, number) for name in names_in(row[column])]
