"""Finds source text that decides by the name of a channel kind or channel, not by a trait."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from omnistate_schemas.vocabulary import KIND_CODES, KIND_OF_CHANNEL, KINDS

NAMES: Final = {*KINDS, *KIND_OF_CHANNEL}
# `LC`, and codes in a row such as `LC VO`.
CODE: Final = "|".join(KIND_CODES)
CODES: Final = re.compile(rf"({CODE})( ({CODE}))*")


def find_comparisons(text: str) -> list[str]:
    """What of a module compares with a kind or channel by name, or looks something up by one."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(text))
        if any(_names_a_kind(each) for operand in _operands(node) for each in ast.walk(operand))
    ]


def _operands(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that something is compared with or found by."""
    match node:
        case ast.Compare():
            yield from (node.left, *node.comparators)
        case ast.MatchValue():
            yield node.value
        case ast.Dict():
            yield from (key for key in node.keys if key is not None)
        case ast.Set():
            yield from node.elts
        case ast.Subscript():
            yield node.slice
        case ast.Call(func=ast.Attribute(attr="get" | "pop" | "startswith" | "endswith")):
            yield from node.args
        case ast.ImportFrom():
            yield from node.names
        case ast.Attribute() if node.attr in KIND_CODES:
            yield node
        case ast.Constant(value=str(text)) if CODES.fullmatch(text):
            yield node


def _names_a_kind(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return text in NAMES or CODES.fullmatch(text) is not None
        case ast.Name(id=name) | ast.alias(name=name) | ast.Attribute(attr=name):
            return name in KIND_CODES
    return False
