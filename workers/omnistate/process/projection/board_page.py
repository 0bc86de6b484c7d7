"""The board's page as it is served: one file, the rules' sentences, and a policy that fits it.

It holds no data and needs no token: what it shows, the browser asks the API for. The policy names
the page's own style and script by their digests, and forbids everything else but requests to where
the page came from.
"""

import base64
import hashlib
import json
import re
from importlib import resources
from typing import Final, NamedTuple

from omnistate.core.conversation.sentences import RULE_SENTENCES

# The place of the sentences, a block of data that no browser runs.
_SENTENCES: Final = '<script type="application/json" id="sentences">{}</script>'


class Page(NamedTuple):
    """A body and its headers."""

    body: bytes
    headers: dict[str, str]


def load_board() -> Page:
    """The page with its headers; the same bytes every time."""
    text = resources.files(__package__).joinpath("board.html").read_text(encoding="utf-8")
    body = text.replace(_SENTENCES, _SENTENCES.replace("{}", _data_block(RULE_SENTENCES)))
    return Page(
        body.encode(),
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": _policy(body),
            "Cache-Control": "no-cache",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        },
    )


def _data_block(value: object) -> str:
    # A data block ends at the first "</script", whatever JSON says of it.
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _policy(body: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_digest(body, 'script')}",
            f"style-src {_digest(body, 'style')}",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(body: str, tag: str) -> str:
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", body, re.DOTALL)
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
