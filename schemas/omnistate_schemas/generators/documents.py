"""The documents made from the models: `schemas/json/*.json` and `schemas/asyncapi.yaml`.

`make generate` writes them; with `--check` this module says which are stale. It must not
import `omnistate`: topics.yaml is read as the plain mapping that it is.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel

from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.generators.asyncapi import asyncapi
from omnistate_schemas.generators.event_bundle import event_bundle
from omnistate_schemas.json_schemas import DIALECT, schema_of
from omnistate_schemas.registry import CONFIGURATION, INPUTS, OUTPUTS, REPRESENTATIVE_INPUTS

ROOT: Final = Path(__file__).parents[3]
FOLDER: Final = Path("schemas/json")
HEADER: Final = "# Generated from the models and topics.yaml by `make generate`; edit those.\n"


def _spell(model: type[BaseModel]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()


# What each topic's values are, by the names that topics.yaml uses.
MESSAGES: Final[dict[str, type[BaseModel]]] = {
    **{name: kind.model for name, kind in INPUTS.items()},
    **{name: model for name, (model, _) in OUTPUTS.items()},
    **{name: model for name, (model, _) in REPRESENTATIVE_INPUTS.items()},
    **{_spell(model): model for model in CONFIGURATION.values()},
}


class _Plain(yaml.SafeDumper):
    """Writes a mapping that occurs twice out twice, since readers of the document are people."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas (2020-12) by name: of each message, of all events, and of CONFIG.yaml."""
    models: dict[str, type[BaseModel]] = {**MESSAGES, _spell(ContactCentre): ContactCentre}
    schemas = {
        name: {"$schema": DIALECT, "$id": f"urn:omnistate:{name}", **schema_of(model)}
        for name, model in models.items()
    }
    return {**schemas, "events": event_bundle()}


def documents(root: Path) -> dict[Path, str]:
    """The text of every document, by its path below `root`."""
    topology = yaml.safe_load((root / "topics.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = {FOLDER / f"{name}.json": _as_json(each) for name, each in json_schemas().items()}
    texts[Path("schemas/asyncapi.yaml")] = HEADER + yaml.dump(
        asyncapi(topology, MESSAGES, project["version"]),
        Dumper=_Plain,
        allow_unicode=True,
        sort_keys=False,
        width=100,
    )
    return texts


def stale(root: Path) -> list[Path]:
    """The documents below `root` that are missing, different, or no longer made."""
    texts = documents(root)
    changed = [path for path, text in texts.items() if _read(root / path) != text]
    return sorted([*changed, *_left_over(root, texts)])


def write(root: Path) -> list[Path]:
    """Bring the documents below `root` up to date; returns what was changed."""
    changed = stale(root)
    texts = documents(root)
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    for path in changed:
        if path in texts:
            (root / path).write_text(texts[path], encoding="utf-8", newline="\n")
        else:
            (root / path).unlink()
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; exit status 1 where `--check` found something stale."""
    parser = argparse.ArgumentParser(
        prog="python -m omnistate_schemas.generators.documents", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="write nothing, name stale documents")
    check = parser.parse_args(arguments).check
    for path in (changed := stale(ROOT) if check else write(ROOT)):
        sys.stdout.write(f"{path}: {'stale, run `make generate`' if check else 'written'}\n")
    return int(check and bool(changed))


def _left_over(root: Path, texts: dict[Path, str]) -> Iterator[Path]:
    for path in (root / FOLDER).glob("*.json"):
        if path.relative_to(root) not in texts:
            yield path.relative_to(root)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
