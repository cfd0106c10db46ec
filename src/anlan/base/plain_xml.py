"""XML of strangers as a tree, without anything that a plain message does not hold.

No document type, hence no entity: neither one that grows nor one that fetches. Names are
local ones: which prefix a device chose says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

DEEPEST = 32


class NotPlain(ValueError):
    """It is no XML, or more than a plain message holds."""


@dataclass
class Element:
    """One element; ``text`` is its own, without that of those in it."""

    name: str
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self, path: str) -> list[Element]:
        """Those at a path of local names below this one, in their order."""
        found = [self]
        for name in path.split("/"):
            found = [one for row in found for one in row.inside if one.name == name]
        return found

    def at(self, path: str) -> str:
        """The text of the first one at a path, without space around; empty if none is."""
        return next((one.text.strip() for one in self.all(path)), "")


def read_plain(document: bytes, *, most: int, longest: int) -> Element:
    """The root of a document.

    Args:
        most: elements.
        longest: characters of any one text; what is behind them is left out.

    Raises:
        NotPlain: it cannot be read, holds a document type, or is too large or too deep.
    """
    root = Element("")
    path = [root]
    count = 0
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_args: object) -> int:
        raise NotPlain

    def start(name: str, _attributes: object) -> None:
        nonlocal count
        count += 1
        if count > most or len(path) > DEEPEST:
            raise NotPlain
        one = Element(name.rpartition(":")[2])
        path[-1].inside.append(one)
        path.append(one)

    def end(_name: str) -> None:
        path.pop()

    def text(data: str) -> None:
        one = path[-1]
        one.text += data[: max(0, longest - len(one.text))]

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(document, True)  # noqa: FBT003 -- expat's own
    except (expat.ExpatError, LookupError, ValueError) as error:
        # Of an encoding that Python does not know, or expat not take, too.
        raise NotPlain from error
    return root.inside[0]
