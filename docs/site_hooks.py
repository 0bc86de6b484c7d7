"""What the site does beside mkdocs: links to files of the repository, and the diagrams' script.

A page may link to a file outside docs/, such as ../../topics.yaml, so that the link works in the
repository, too. On the site it leads to the repository's own page; a file that is not there is a
warning, which ends a strict build.
"""

import logging
import os
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.structure.files import File

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = Path(__file__).parent
MERMAID: Final = ROOT / "build" / "mermaid" / "package" / "dist" / "mermaid.min.js"
_LINK: Final = re.compile(r"(?<=\]\()((?:\.\./)+|(?=[A-Z]+\.md))([^)#\s]*)")
_LOG: Final = logging.getLogger("mkdocs.hooks.links")


def on_files(files: Any, config: Any) -> Any:
    """Add mermaid's script, fetched by `make docs`: a page asks no other host for it."""
    files.append(File.generated(config, "mermaid.min.js", abs_src_path=str(MERMAID)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:  # noqa: ARG001
    """Turn links that leave docs/ into links to the repository."""
    folder = (DOCS / page.file.src_uri).parent

    def target(link: re.Match[str]) -> str:
        path = Path(os.path.normpath(folder / link[0]))
        if path.is_relative_to(DOCS):
            return link[0]
        if not path.exists():
            _LOG.warning("%s links to %s, which is not there", page.file.src_uri, link[0])
        kind = "tree" if path.is_dir() else "blob"
        return f"{config['extra']['repository']}/{kind}/main/{path.relative_to(ROOT)}"

    return _LINK.sub(target, markdown)
