"""The parts of the image with their licences, as a CycloneDX 1.6 document.

Of what is installed in the stage where it runs, which has the base of the image: the Python
distributions and what they carry in binaries, the interpreter, the base's Debian packages. It takes
licences as they are declared, and judges none.
"""

import json
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final

Component = dict[str, Any]
SPDX: Final = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_COMMON: Final = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9.+-]*[A-Za-z0-9])")
_DECLARED: Final = re.compile(r"^License: *(\S.*)$", re.MULTILINE)


def list_parts(site_packages: Path, root: Path = Path("/")) -> dict[str, Any]:
    """The document; `site_packages` is the application's own, `root` where the base lies."""
    own = sorted(distributions(path=[str(site_packages)]), key=lambda each: each.name.lower())
    (main,) = (each for each in own if each.name == "omnistate")
    base = distributions(path=[sysconfig.get_path("purelib", vars={"base": sys.base_prefix})])
    parts = [
        *(_describe(each) for each in own if each is not main),
        _interpreter(),
        *(_describe(each) for each in base if not _is_of_debian(each)),
        *_debian_packages(root),
    ]
    unique = {part["bom-ref"]: part for part in parts}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**_describe(main), "type": "application"}},
        "components": [unique[reference] for reference in sorted(unique)],
    }


def _describe(part: Distribution) -> Component:
    reference = f"pkg:pypi/{re.sub(r'[-_.]+', '-', part.name).lower()}@{part.version}"
    carried = [each for file in part.files or () if _is_list(file) for each in _carried(part, file)]
    return {
        "type": "library",
        "name": part.name,
        "version": part.version,
        "purl": reference,
        "bom-ref": reference,
        "licenses": _licences_of(part),
        **({"components": carried} if carried else {}),
    }


def _is_list(file: Any) -> bool:
    """Whether a wheel tells there what is linked into its binaries (PEP 770)."""
    return "sboms" in file.parts and file.name.endswith((".cyclonedx.json", ".cdx.json"))


def _carried(part: Distribution, file: Any) -> Iterator[Component]:
    document = json.loads(Path(str(part.locate_file(file))).read_text(encoding="utf-8"))
    for each in document.get("components", []):
        kept = ("type", "name", "version", "purl", "licenses")
        yield {name: each[name] for name in kept if name in each}


def _licences_of(part: Distribution) -> list[Component]:
    told: Any = part.metadata  # read as a mapping, which its protocol says from 3.12 on only
    expression, text = told.get("License-Expression"), (told.get("License") or "").strip()
    if expression:
        return [{"expression": expression}]
    classified = [
        each.rpartition(" :: ")[2]
        for each in told.get_all("Classifier") or []
        if each.startswith("License :: ")
    ]
    # Some put the whole text, or its first line, where the name belongs.
    short = bool(text) and "\n" not in text and not text.startswith("Copyright")
    return [_licence(name) for name in ([text] if short else classified)]


def _licence(name: str) -> Component:
    known = SPDX.get(name) or (name if name in SPDX.values() else None)
    return {"license": {"id": known} if known else {"name": name}}


def _interpreter() -> Component:
    version = platform.python_version()
    reference = f"pkg:generic/python@{version}"
    return {
        "type": "platform",
        "name": "CPython",
        "version": version,
        "purl": reference,
        "bom-ref": reference,
        "licenses": [{"license": {"id": "PSF-2.0"}}],
    }


def _is_of_debian(part: Distribution) -> bool:
    return "dist-packages" in str(part.locate_file(""))


def _debian_packages(root: Path) -> Iterator[Component]:
    """Of a base without a package manager, too: those keep a file a package in status.d."""
    folder = root / "var/lib/dpkg"
    files = [folder / "status", *sorted((folder / "status.d").glob("*"))]
    for file in files:
        if not file.is_file() or file.suffix == ".md5sums":
            continue
        for stanza in file.read_text(encoding="utf-8").strip().split("\n\n"):
            members = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.MULTILINE))
            if "Package" not in members or "not-installed" in members.get("Status", ""):
                continue
            yield _debian_package(root, members)


def _debian_package(root: Path, members: dict[str, str]) -> Component:
    name, version = members["Package"], members["Version"]
    reference = f"pkg:deb/debian/{name}@{version}?arch={members['Architecture']}"
    copyright_ = root / "usr/share/doc" / name / "copyright"
    text = copyright_.read_text(encoding="utf-8", errors="replace") if copyright_.exists() else ""
    # Only in Debian's own format does a line that begins so name a licence.
    declared = _DECLARED.findall(text) if text.startswith("Format:") else []
    names = sorted(set(declared) or set(_COMMON.findall(text)))
    told = names or [f"see /{copyright_.relative_to(root)}"]
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": reference,
        "bom-ref": reference,
        "licenses": [{"license": {"name": each.strip()}} for each in told],
    }
