"""The pages of the documents, and the fenced blocks in them. Nothing is run here.

What stands before a block, or once in a page, in comments that no reader sees:

    <!-- snippets need: broker, redis -->     what a page's blocks need beside a shell
    <!-- snippet: setup                       commands before or between the reader's own, also
    ... -->                                   as `<!-- snippet: check`
    <!-- snippet: not run: why -->            the next block is only shown

A `bash` or `python` block is run, a `diff` block is applied, a `text` block right after one is what
it prints, and a block with a `title` is a file of that name. `mermaid` is drawn; `json` and `yaml`
must at least parse.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NEEDS: Final = frozenset({"broker", "tls", "redis", "npm", "mvn", "clone", "helm"})
_NEEDS: Final = re.compile(r"<!-- snippets need: ([a-z, ]+) -->")
_COMMENT: Final = re.compile(
    r" *<!-- snippet: (setup|check|not run: \S.*?)(?: -->|\n(.*?)-->)", re.DOTALL
)
_FENCE: Final = re.compile(r"^( *)(`{3,})([\w-]*)([^\n`]*)$")
_TITLE: Final = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block or hidden commands; `why_not` says why it is not run, where it is not."""

    line: int
    language: str
    text: str
    title: str | None = None
    why_not: str | None = None


@dataclass(frozen=True)
class Page:
    """A document: its path from the repository's root, its needs, its blocks in order."""

    path: str
    needs: frozenset[str]
    blocks: tuple[Block, ...]


def all_paths() -> list[str]:
    """Every document that people read, from the repository's root."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("schemas/*.md"), *ROOT.glob("docs/**/*.md")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def read_page(path: str) -> Page:
    """Read a document. Raises ValueError, with the line, where a fence or a comment is wrong."""
    return parse_page(path, (ROOT / path).read_text(encoding="utf-8"))


def parse_page(path: str, text: str) -> Page:
    """The blocks of a document's text."""
    needs: frozenset[str] = frozenset()
    blocks: list[Block] = []
    why_not: str | None = None
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line, number = lines[at], at + 1
        at += 1
        if found := _NEEDS.fullmatch(line.strip()):
            needs |= {each.strip() for each in found[1].split(",")}
            if unknown := needs - NEEDS:
                raise ValueError(f"{path}:{number}: nobody knows how to have {sorted(unknown)}")
        elif line.lstrip().startswith("<!-- snippet"):
            comment = _COMMENT.match("\n".join(lines[number - 1 :]))
            if comment is None:
                raise ValueError(f"{path}:{number}: no such comment: {line.strip()}")
            at += comment[0].count("\n")
            if comment[1] in {"setup", "check"}:
                blocks.append(Block(number, "bash", comment[2] or ""))
            else:
                why_not = comment[1].removeprefix("not run: ")
        elif fence := _FENCE.match(line):
            end = _end_of(lines, at, fence[1] + fence[2])
            if end is None:
                raise ValueError(f"{path}:{number}: the block does not end")
            body = "".join(f"{each.removeprefix(fence[1])}\n" for each in lines[at:end])
            title = _TITLE.search(fence[4])
            language = "bash" if fence[3] == "sh" else fence[3]
            blocks.append(Block(number, language, body, title[1] if title else None, why_not))
            why_not, at = None, end + 1
        elif line.strip() and why_not is not None:
            raise ValueError(f"{path}:{number}: no block after “not run: {why_not}”")
    return Page(path, needs, tuple(blocks))


def _end_of(lines: list[str], begin: int, fence: str) -> int | None:
    for at in range(begin, len(lines)):
        if lines[at].rstrip() == fence:
            return at
    return None
