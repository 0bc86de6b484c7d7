"""CONFIG.yaml from a file: read, validated whole, and turned into the directory the engine uses.

Every error is one line that names the file, the place and what is wrong.
"""

from pathlib import Path

import yaml
from pydantic import ValidationError

from schemas.configuration import ContactCentre
from workers.core.settings import Directory


class UnusableFile(Exception):
    """A file that cannot be used; the message is one line."""


def load_contact_centre(path: Path) -> ContactCentre:
    """The configuration in a file. Raises UnusableFile."""
    try:
        content = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UnusableFile(f"{path}: not YAML: {reason}") from None
    try:
        return ContactCentre.model_validate({} if content is None else content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        place = ".".join(str(part) for part in problems[0]["loc"])
        message = problems[0]["msg"].removeprefix("Value error, ")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UnusableFile(f"{path}: {place}: {message}{more}") from None


def build_directory(centre: ContactCentre) -> Directory:
    """The directory of a whole configuration."""
    return Directory(centre.workstreams, centre.capacity_profiles, centre.representatives)


def load_directory(path: Path) -> Directory:
    """The directory of the configuration in a file. Raises UnusableFile."""
    return build_directory(load_contact_centre(path))
