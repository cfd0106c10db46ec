"""The published description knows a shape by its name: two of one name are one."""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel

from anlan.api import root
from anlan.api.schemas import In, Out


def shapes(of: type[BaseModel]) -> set[type[BaseModel]]:
    below = set(of.__subclasses__())
    return below.union(*(shapes(one) for one in below))


def test_no_two_shapes_have_one_name():
    assert root.api is not None  # every operation is read
    names = Counter(one.__name__ for base in (In, Out) for one in shapes(base))

    assert {name for name, count in names.items() if count > 1} == set()
