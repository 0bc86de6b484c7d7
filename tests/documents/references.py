"""What the repository's text refers to, and whether it is there: rules, sections, links and files.

Pure but for reading files. It finds; the tests say that nothing may be found.

A rule is named by its id (`B9`), a section of the contract by its anchor (contract.md#order), a
file by its path. Links of documents are followed to the file and the heading.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
CONTRACT: Final = ROOT / "docs/reference/contract.md"
FOLDERS: Final = ("workers", "schemas", "tests", "docs", "deploy", "bench")
SUFFIXES: Final = frozenset({".py", ".md", ".yaml", ".toml", ".json", ".txt"})
# Compared with releases by what they were then, or listing linters' codes and not rules.
_OTHERS: Final = frozenset({"CHANGELOG.md", "LICENSE", "pyproject.toml", "constraints.txt"})
_ANCHOR: Final = re.compile(r'<\w+ [^>]*?(?:id|name)="([^"]+)"|\{#([\w-]+)\}')
_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_FENCE: Final = re.compile(r"^( *)(`{3,}).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\(([^()\s]+)(?: \"[^\"]*\")?\)|(?:href|src|srcset)=\"([^\"]+)\"")
_SECTION: Final = re.compile(r"\bcontract\.md#([\w-]*\w)(?![\w{-])")
_NUMBERED: Final = re.compile(r"\b[Ss]ections? \d{1,2}\b(?![,\d])")
_RULE: Final = re.compile(r"(?<![\w#.&/\\-])([A-Z])(\d{1,2})(?!\w)")
_PATH: Final = re.compile(
    r"(?<![\w./-])((?:[\w.-]+/)*[\w-]+\.(?:py|md|yaml|toml|html|xml|ini|json))(?![\w/-])"
)
_MODULE: Final = re.compile(r"`((?:omnistate|omnistate_schemas|tests|bench)(?:\.\w+)+)`")


class Problem(NamedTuple):
    """A reference that leads nowhere."""

    place: str
    reference: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reference}"


def list_files() -> list[Path]:
    """Every text file that may refer to something, from the repository's root."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += (ROOT / folder).rglob("*")
    return sorted(
        path
        for path in found
        if path.suffix in SUFFIXES and path.name not in _OTHERS and path.is_file()
    )


@cache
def anchors_of(path: Path) -> frozenset[str]:
    """Every anchor of a document that a link may name."""
    return frozenset(find_anchors(path.read_text(encoding="utf-8")))


def find_anchors(text: str) -> Iterator[str]:
    """The explicit anchors, and those headings whose anchor is the same wherever it is shown."""
    text = _FENCE.sub("", text)
    for explicit, attribute in _ANCHOR.findall(text):
        yield explicit or attribute
    slugs = [_slug(title) for title in _HEADING.findall(text)]
    yield from (slug for slug in slugs if slug is not None and slugs.count(slug) == 1)


def _slug(title: str) -> str | None:
    """The anchor of a heading; None where GitHub and the site would name it differently."""
    plain = re.sub(r"<[^>]+>|\{#[^}]*\}|[`*]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title))
    words = re.sub(r"[^\w\s-]", "", plain).strip().lower()
    github, site = re.sub(r"\s", "-", words), re.sub(r"[-\s]+", "-", words)
    return github if github == site else None


@cache
def rule_ids() -> frozenset[str]:
    """The rules that the contract has an anchor for."""
    anchors = anchors_of(CONTRACT)
    return frozenset(each.removeprefix("rule-").upper() for each in anchors if "rule-" in each)


def find_unknown_rules(text: str) -> Iterator[tuple[int, str]]:
    """Line and id of every rule that the contract does not have."""
    letters = {rule[0] for rule in rule_ids()}
    for number, line in enumerate(text.splitlines(), 1):
        for letter, digits in _RULE.findall(line.partition("# noqa")[0]):
            if letter in letters and letter + digits not in rule_ids():
                yield number, f"{letter}{digits} is no rule of the contract"


def find_unknown_sections(text: str) -> Iterator[tuple[int, str]]:
    """Line and mention of every section that the contract does not have."""
    for number, line in enumerate(text.splitlines(), 1):
        for anchor in _SECTION.findall(line):
            if anchor not in anchors_of(CONTRACT):
                yield number, f"contract.md#{anchor} is no section"
        for mention in _NUMBERED.findall(line):
            yield number, f"{mention}: sections have anchors, not numbers"


def find_broken_links(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Line and target of every relative link of a document that leads nowhere."""
    for number, line in _prose(text):
        for target in (first or second for first, second in _LINK.findall(line)):
            if "://" in target or target.startswith(("mailto:", "data:")) or "{" in target:
                continue
            file, _, anchor = target.partition("#")
            led_to = (path.parent / file).resolve() if file else path
            if not led_to.exists():
                yield number, f"{target}: no such file"
            elif anchor and led_to.suffix == ".md":
                known = anchors_of(led_to) if file else set(find_anchors(text))
                if anchor not in known:
                    yield number, f"{target}: no such heading"


def find_missing_files(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Line and name of every file or module that prose names and that is not there."""
    lines = prose_of_python(text) if path.suffix == ".py" else _prose(text, code=True)
    for number, line in lines:
        # Links are followed by `find_broken_links`.
        for name in dict.fromkeys(_PATH.findall(_LINK.sub("", line))):
            if not is_there(name, path):
                yield number, f"{name}: no such file"
        for dotted in _MODULE.findall(line):
            if not _is_module(dotted):
                yield number, f"{dotted}: no such module"


def is_there(name: str, mentioned_in: Path) -> bool:
    """Whether a named file exists: from the root, beside the mention, or by its name alone."""
    if "/" not in name:
        # A reader's own file, as CONFIG.yaml is.
        own = not name.endswith((".py", ".md")) or (name[0].isupper() and name not in _names())
        return own or name in _names() or name in _titles(mentioned_in)
    rooted = name.partition("/")[0] in FOLDERS or name.startswith("../")
    if not rooted:
        return name.rpartition("/")[2] in _names() or not name.endswith((".py", ".md"))
    from_root = re.sub(r"^(\.\./)+", "", name)
    return (ROOT / from_root).exists() or (mentioned_in.parent / name).exists()


@cache
def _names() -> frozenset[str]:
    """The names of all files."""
    return frozenset(path.name for path in list_files()) | {each.name for each in ROOT.iterdir()}


@cache
def _titles(path: Path) -> frozenset[str]:
    """The files that a document makes: the titles of its blocks."""
    text = path.read_text(encoding="utf-8") if path.suffix == ".md" else ""
    return frozenset(title.rpartition("/")[2] for title in re.findall(r'title="([^"]+)"', text))


def _is_module(dotted: str) -> bool:
    """Whether a dotted name is a module or package, or a name in one."""
    first, *parts = dotted.split(".")
    top = {"omnistate": "workers", "omnistate_schemas": "schemas"}.get(first, ".")
    place = ROOT / top / first
    for position, part in enumerate(parts):
        if (place / part).is_dir():
            place /= part
        elif (place / f"{part}.py").is_file():
            rest = parts[position + 1 :]
            return not rest or _says(place / f"{part}.py", rest[0])
        else:
            return _says(place / "__init__.py", part)
    return place.is_dir()


def _says(module: Path, name: str) -> bool:
    text = module.read_text(encoding="utf-8") if module.is_file() else ""
    return name.startswith("__") or re.search(rf"\b{re.escape(name)}\b", text) is not None


def _prose(text: str, *, code: bool = False) -> Iterator[tuple[int, str]]:
    """A document's lines outside fenced blocks; inline code only where asked for."""
    hidden = _FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    for number, line in enumerate(hidden.splitlines(), 1):
        yield number, line if code else re.sub(r"`[^`]*`", "", line)


def prose_of_python(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a module's comments and docstrings."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and "noqa" not in token.string:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                said = ast.get_docstring(node, clean=False) or ""
                yield from enumerate(said.splitlines(), first.lineno)
