"""`python -m omnistate_schemas [NAME]`: print a published document, or the names of all."""

import sys

from omnistate_schemas.published import document_names, read_document


def main(arguments: list[str]) -> int:
    """Print it; exit status 2 where there is no such name."""
    if not arguments:
        sys.stdout.write("".join(f"{name}\n" for name in document_names()))
        return 0
    if len(arguments) > 1 or arguments[0] not in document_names():
        sys.stderr.write("One name, please: python -m omnistate_schemas lists them.\n")
        return 2
    sys.stdout.write(read_document(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
