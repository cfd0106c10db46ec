"""Queries whose SQL is made once: what every alarm and every open room asks.

Django compiles a query anew each time it is asked, which costs several times as much as
the answer of the database. A query that differs only by some values is compiled once
here and asked again with others.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")  # a model, or what ``values_list`` makes of it
Value: TypeAlias = int | str | UUID | date | datetime


@dataclass(frozen=True)
class _Compiled:
    """A compiler that has done its work, and where in its parameters each value stands."""

    compiler: Any  # django.db.models.sql.compiler.SQLCompiler
    sql: str
    parameters: tuple[Any, ...]
    places: Mapping[int, str]
    converters: Any  # what turns the columns into values of Python
    locks: bool  # FOR UPDATE, where the engine has it

    def compiler_for(self, values: Mapping[str, Value]) -> Any:
        engine = connections[DEFAULT_DB_ALIAS]  # of this thread
        asked = list(self.parameters)
        for place, name in self.places.items():
            asked[place] = _adapted(values[name], engine)
        compiler = copy.copy(self.compiler)
        compiler.connection = engine
        if self.locks and not engine.in_atomic_block:
            # Django asks this while it compiles; the lock would be gone at once.
            raise TransactionManagementError("a lock belongs inside a transaction")
        compiler.as_sql = lambda: (self.sql, tuple(asked))
        compiler.get_converters = lambda _columns: self.converters
        return compiler


class Prepared(Generic[Row]):
    """A query of rows by named values, compiled when it is first asked.

    ``build`` makes the query from the values; it may put each of them wherever the
    engine takes a value: a key, a code, a day, a moment. It must not decide by them: it is
    called once, with marks in their place.

        by_code = Prepared(lambda code: Place.objects.filter(code=code))
        by_code(code="7KD3PQ")
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._compiled: _Compiled | None = None

    def __call__(self, **values: Value) -> list[Row]:
        """Ask the database; every row at once."""
        if self._compiled is None:
            self._compiled = self._compile(values)
        rows = self._rows.all()  # a copy, not asked yet
        compiler = self._compiled.compiler_for(values)
        rows.query.get_compiler = lambda *_args, **_using: compiler  # type: ignore[method-assign]
        return list(rows)

    def first(self, **values: Value) -> Row | None:
        """The first row, if there is one; the query itself says in which order."""
        return next(iter(self(**values)), None)

    def _compile(self, values: Mapping[str, Value]) -> _Compiled:
        marks = {
            name: _mark(value, n) for n, (name, value) in enumerate(values.items())
        }
        self._rows = self._build(**marks)
        compiler = self._rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        engine = connections[DEFAULT_DB_ALIAS]
        names = {_adapted(mark, engine): name for name, mark in marks.items()}
        places = {
            place: names[parameter]
            for place, parameter in enumerate(parameters)
            if _is_value(parameter) and parameter in names
        }
        if set(places.values()) != set(values):
            raise ValueError("each value must stand in the query as it is")
        columns = [column for column, _sql, _alias in compiler.select]
        converters = compiler.get_converters(columns[: compiler.col_count])
        has_locks = engine.features.has_select_for_update
        locks = has_locks and compiler.query.select_for_update
        return _Compiled(compiler, sql, tuple(parameters), places, converters, locks)


def _mark(value: Value, number: int) -> Value:
    """Something of the same type that nobody asks for."""
    if isinstance(value, datetime):
        return datetime(9000, 1, 1, tzinfo=UTC) + timedelta(days=number)
    if isinstance(value, date):
        return date(9000, 1, 1) + timedelta(days=number)
    if isinstance(value, UUID):
        return UUID(int=number)
    if isinstance(value, int):
        return 2**62 + number
    return f"\x01{number}"


def _adapted(value: Value, engine: BaseDatabaseWrapper) -> Any:
    """As the engine is given it."""
    if isinstance(value, datetime):
        return engine.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return engine.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not engine.features.has_native_uuid_field:
        return value.hex
    return value


def _is_value(parameter: Any) -> bool:
    return isinstance(parameter, int | str | UUID | date)
