"""CONFIG.yaml from a file: read, validated whole, and turned into the directory the engine uses.

Every error is one line that names the file, the line in it, the key and what is wrong.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.configured import find_excess
from omnistate_schemas.configured_queues import Misfit, find_misfits, find_unknown_queues
from pydantic import ValidationError

from omnistate.cli.key_suggestion import suggest_key
from omnistate.cli.yaml_document import Document, UnusableFile
from omnistate.core.directory import Directory
from omnistate.process.errors import plain
from omnistate.stream.yaml_text import on_one_line


def load_contact_centre(path: Path, note: Callable[[str], object] | None = None) -> ContactCentre:
    """The configuration in a file; `note` is given a line for what may be a slip.

    Raises UnusableFile.
    """
    document = Document(path)
    if document.content is not None and not isinstance(document.content, dict):
        raise UnusableFile(f"{path}: a mapping is needed, of workstreams and the rest")
    try:
        centre = ContactCentre.model_validate(document.content or {})
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        first = problems[0]
        keys = first["loc"]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        name = ".".join(str(key) for key in keys)
        raise UnusableFile(
            on_one_line(f"{document.place(keys)}: {name}: {_describe(first)}{more}")
        ) from None
    _check_sizes(document, centre)
    misfit = _describe_first(document, list(find_misfits(centre)))
    if misfit is not None:
        raise UnusableFile(misfit)
    unknown = _describe_first(document, list(find_unknown_queues(centre)))
    if note is not None and unknown is not None:
        note(unknown)
    return centre


def _check_sizes(document: Document, centre: ContactCentre) -> None:
    """Raise UnusableFile for an object that nobody would follow."""
    for section in ContactCentre.model_fields:
        for id_, configured in getattr(centre, section).items():
            excess = find_excess(configured.encode())
            if excess is not None:
                place = document.place((section, id_))
                raise UnusableFile(on_one_line(f"{place}: {section}.{id_}: {excess}"))


def _describe_first(document: Document, misfits: list[Misfit]) -> str | None:
    """One line for the first, which counts the others; None where there is none."""
    if not misfits:
        return None
    keys, message = misfits[0]
    more = f" (and {len(misfits) - 1} more)" if len(misfits) > 1 else ""
    name = ".".join(str(key) for key in keys)
    return on_one_line(f"{document.place(keys)}: {name}: {message}{more}")


def _describe(problem: Mapping[str, Any]) -> str:
    match problem["type"]:
        case "extra_forbidden":
            suggestion = suggest_key(ContactCentre, problem["loc"])
            return f"no such key{f'; did you mean {suggestion}?' if suggestion else ''}"
        case "missing":
            return "this key is needed"
        case "dict_type" | "model_type":
            return "a mapping is needed"
    return plain(problem["msg"])


def build_directory(centre: ContactCentre) -> Directory:
    """The directory of a whole configuration."""
    return Directory(centre.workstreams, centre.capacity_profiles, centre.representatives)


def load_directory(path: Path) -> Directory:
    """The directory of the configuration in a file. Raises UnusableFile."""
    return build_directory(load_contact_centre(path))
