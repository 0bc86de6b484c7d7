"""What the documents show works: every page's blocks run, and print what the page says.

See `snippet_pages` for how a page says what it needs, and what is only shown.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.documents.snippet_pages import all_paths, parse_page, read_page
from tests.documents.snippet_run import check_shown, run_page
from tests.documents.snippet_servers import (
    MARKS,
    add_helm,
    copy_repository,
    start_servers,
)

CHANGING = "docs/how-to/change/"


def case(path: str) -> object:
    """A page, marked with the servers that it needs."""
    needs = read_page(path).needs
    names = sorted({mark for need, mark in MARKS.items() if need in needs})
    if path.startswith(CHANGING):
        # They run whole rooms of tests in a clone, some of them twice: minutes each.
        names.append("dist")
    return pytest.param(path, id=path, marks=[getattr(pytest.mark, name) for name in names])


@pytest.mark.parametrize("path", [case(path) for path in all_paths()])
def test_a_page_works_as_it_is_written(path: str, tmp_path: Path) -> None:
    page = read_page(path)
    check_shown(page)
    # A page sets its own.
    environment = {name: text for name, text in os.environ.items() if name[:10] != "OMNISTATE_"}
    if "clone" in page.needs:
        environment |= copy_repository(tmp_path)
    if "helm" in page.needs:
        environment |= add_helm(environment)
    with ExitStack() as stack:
        words = start_servers(page, stack)
        if "localhost:9092" in words:
            environment["OMNISTATE_BROKERS"] = words["localhost:9092"]
        run_page(page, tmp_path, environment, words)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```bash\nexit 3\n```\n", r"page\.md:1: exit status 3"),
        (
            "```bash\necho two\n```\n\n```text\none\n```\n",
            r"page\.md:5: it says\none\n\nand was\ntwo",
        ),
        ("```bash\ntrue\n```\n```bash\nfalse\n```\n", r"page\.md:4: exit status 1"),
        ("```python\n1 / 0\n```\n", r"page\.md:1: exit status 1\n\n(.|\n)*ZeroDivisionError"),
        ("```python\nimport sys\nsys.stderr.write('Traceback')\n```\n", "Traceback"),
        ("<!-- snippet: setup\nexit 4\n-->\n", r"page\.md:1: exit status 4"),
    ],
)
def test_a_wrong_page_fails(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=problem):
        run_page(parse_page("page.md", text), tmp_path, dict(os.environ), {})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```java\nclass A {}\n```\n", "java: neither run nor excused"),
        ("```\nwords\n```\n", "no language: neither run nor excused"),
        ("```json\n{,}\n```\n", "Expecting property name"),
        ("```bash\ntrue\n", "the block does not end"),
        ("<!-- snippets need: mainframe -->\n", "nobody knows how to have"),
        ("<!-- snippet: no run -->\n", "no such comment"),
        ("<!-- snippet: not run: tired -->\nwords\n", "no block after"),
    ],
)
def test_what_is_neither_run_nor_excused_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        check_shown(parse_page("page.md", text))


def test_files_outputs_and_wildcards(tmp_path: Path) -> None:
    text = (
        'A file:\n\n    ```json title="a.json"\n    [1]\n    ```\n\n'
        "```bash\ncat a.json; echo at 12:03; echo x; echo y; kept=3; sleep 60 &\n```\n"
        "```text\n[1]\nat …\n…\n```\n"
        "```bash\necho $kept\n```\n```text\n3\n```\n"
        "<!-- snippet: not run: it never ends -->\n```bash\nsleep 1000\n```\n"
    )
    page = parse_page("page.md", text)
    check_shown(page)
    run_page(page, tmp_path, dict(os.environ), {})
    with pytest.raises(AssertionError, match="it says\n4\n"):
        run_page(page, tmp_path, dict(os.environ), {"3\n": "4\n", "kept=3": "kept=5"})
