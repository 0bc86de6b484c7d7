"""`python -m workers.cli.openapi [--check]`: writes schemas/openapi.json, or says it is stale."""

import sys

from schemas.openapi import DOCUMENT, text
from workers.cli.generated import keep

if __name__ == "__main__":
    sys.exit(keep(DOCUMENT, text(), sys.argv[1:]))
