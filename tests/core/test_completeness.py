"""Whatever is forgotten is said when the engine is imported, and where: each guard, broken once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from omnistate_schemas.completeness import Incomplete, check_complete, check_known

from tests.core.slips import SLIPS
from tests.core.source_copy import IMPORT, SourceCopy


@pytest.mark.slow
@pytest.mark.parametrize("what", SLIPS)
def test_who_forgets_it_is_told_at_import(what: str, tmp_path: Path) -> None:
    sources, slip = SourceCopy(tmp_path), SLIPS[what]
    sources.edit(slip.path, slip.pattern, slip.text)
    assert sources.complain() == slip.sentence


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-O",), ("-OO",)])
def test_what_is_complete_is_imported_however_python_is_run(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    done = SourceCopy(tmp_path).run(IMPORT, *options)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_table_lacks_and_has_too_much() -> None:
    def names() -> Iterator[str]:
        yield from ("b", "a")

    check_complete("T", names(), ["a", "b"], "letter")
    with pytest.raises(Incomplete, match=r"^T lacks the letter c, d$"):
        check_complete("T", names(), ["c", "a", "b", "d", "c"], "letter")
    with pytest.raises(Incomplete, match=r"^T has b, which is no letter$"):
        check_complete("T", names(), ["a"], "letter")
    check_known("T", names(), names(), "letter")
    check_known("T", [], [], "letter")
    with pytest.raises(Incomplete, match=r"^T has b, c, which is no letter$"):
        check_known("T", ["b", "a", "c", "b"], ["a"], "letter")
