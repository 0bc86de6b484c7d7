"""`make generate` writes schemas/openapi.json with this; `--check` says whether it is stale."""

import sys

from omnistate_schemas.openapi import DOCUMENT, text

from omnistate.cli.documents.generated_document import keep

if __name__ == "__main__":
    sys.exit(keep(DOCUMENT, text(), sys.argv[1:]))
