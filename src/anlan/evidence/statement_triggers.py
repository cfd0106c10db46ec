"""What the database itself refuses about a statement that ended.

Frozen, refused or discarded, its rows stand as they are: nothing is changed, removed,
added or put in the place of another. What may still happen is that words go blank,
all of a row with its salt; those of a frozen statement only once it was decided to
delete its exhibit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ENDED = "('frozen', 'refused', 'discarded')"
_OPEN = "('draft', 'read_back')"
_WORDS = "the words of a statement that ended stay"
_PLACE = "a row of a statement keeps its place"

# Columns that hold words, and those that never change again, for each table.
_STATEMENT = (
    ("language", "place", "present", "guardian", "relation", "reason"),
    (
        *("id", "uid", "case_id", "number", "role", "party_id", "user_id"),
        *("taken_by_id", "mode", "is_minor", "state", "draft", "begun_at"),
        *("read_back_at", "ended_at", "on_paper", "signature_id"),
        *("guardian_signature_id", "exhibit_id"),
    ),
)
_ANSWER = (
    ("question", "answer"),
    (
        *("id", "uid", "statement_id", "key", "position", "is_declined"),
        *("version", "said_at", "written_by_id"),
    ),
)
_ADDENDUM = (
    ("quoted", "text", "guardian"),
    (
        *("id", "uid", "statement_id", "number", "answer_id", "sentence"),
        *("taken_by_id", "added_at", "on_paper", "signature_id"),
        *("guardian_signature_id", "exhibit_id"),
    ),
)


def _same(columns: Iterable[str]) -> str:
    return " AND ".join(f"NEW.{name} <=> OLD.{name}" for name in columns)


def _blanked(table: tuple[Sequence[str], Sequence[str]]) -> str:
    """All else is as it was, the salt is gone, and words are as they were or blank."""
    words, others = table
    blank = " AND ".join(f"(NEW.{w} = OLD.{w} OR NEW.{w} = '')" for w in words)
    return f"{_same(others)} AND length(NEW.text_salt) = 0 AND {blank}"


# Conditions as they stand in triggers; what is put in is written above and below.
_LET_GO = (
    "EXISTS (SELECT 1 FROM evidence_deletion d "
    "WHERE d.exhibit_id = {exhibit} AND d.state <> 'due')"
)
_STATE = "(SELECT s.state FROM evidence_statement s WHERE s.id = {row}.statement_id)"
_OLD_STATE, _NEW_STATE = _STATE.format(row="OLD"), _STATE.format(row="NEW")
_EXHIBIT = (
    "(SELECT s.exhibit_id FROM evidence_statement s WHERE s.id = OLD.statement_id)"
)
_TAKES_EXHIBIT = (
    "EXISTS (SELECT 1 FROM evidence_statement s "
    "WHERE s.id <> NEW.id AND s.exhibit_id = NEW.exhibit_id)"
)
# Whoever inserts or moves a row with REPLACE removes another without its trigger.
_REPLACES_STATEMENT = (
    "EXISTS (SELECT 1 FROM evidence_statement s WHERE s.state IN "
    "('frozen', 'refused', 'discarded') AND (s.id = NEW.id OR s.uid = NEW.uid "
    "OR s.exhibit_id = NEW.exhibit_id "
    "OR s.case_id = NEW.case_id AND s.number = NEW.number))"
)
_REPLACES = (
    "EXISTS (SELECT 1 FROM {table} o JOIN evidence_statement s ON s.id = o.statement_id "
    "WHERE s.state IN ('frozen', 'refused', 'discarded') "
    "AND (o.id = NEW.id OR o.uid = NEW.uid OR {place}))"
)


def _moved(*columns: str) -> str:
    return f"NOT ({_same(columns)})"


def _replaces(table: str, place: str) -> str:
    return _REPLACES.format(table=table, place=place)


_STATEMENT_FROZEN = (
    f"OLD.state IN {_ENDED} AND NOT ({_blanked(_STATEMENT)} "
    f"AND (OLD.state <> 'frozen' OR {_LET_GO.format(exhibit='OLD.exhibit_id')}))"
)
_ANSWER_FROZEN = (
    f"{_OLD_STATE} IN {_ENDED} AND NOT ({_blanked(_ANSWER)} "
    f"AND ({_OLD_STATE} <> 'frozen' OR {_LET_GO.format(exhibit=_EXHIBIT)}))"
)
_ADDENDUM_FROZEN = (
    f"NOT ({_blanked(_ADDENDUM)} AND {_LET_GO.format(exhibit='OLD.exhibit_id')})"
)
_FILE_FROZEN = (
    f"{_OLD_STATE} IN {_ENDED} OR {_NEW_STATE} IN {_ENDED} "
    f"OR {_moved('id', 'uid', 'statement_id', 'exhibit_id')}"
)
_OF_KEY = "o.statement_id = NEW.statement_id AND o.key = NEW.key"
_OF_NUMBER = (
    "o.exhibit_id = NEW.exhibit_id "
    "OR o.statement_id = NEW.statement_id AND o.number = NEW.number"
)
_OF_EXHIBIT = "o.exhibit_id = NEW.exhibit_id"
_ANSWER_LATE = (
    f"{_NEW_STATE} NOT IN {_OPEN} OR {_replaces('evidence_statementanswer', _OF_KEY)}"
)
_FILE_LATE = (
    f"NEW.kind <> 'paper' AND {_NEW_STATE} NOT IN {_OPEN} "
    f"OR {_replaces('evidence_statementfile', _OF_EXHIBIT)}"
)
_STATEMENT_MOVED = f"{_moved('id', 'uid', 'case_id', 'number')} OR {_TAKES_EXHIBIT}"
_ANSWER_MOVED = _moved("id", "uid", "statement_id", "key")

_GUARDIAN = "guardian_party_id"
_CONSENT = "has_consent"
_S, _A = "evidence_statement", "evidence_statementanswer"
_F, _D = "evidence_statementfile", "evidence_addendum"
# Name → table, when, condition, and what is said; ``<=>`` is "the same, or both nothing".
GUARDS: dict[str, tuple[str, str, str, str]] = {
    "evidence_statement_stays": (_S, "DELETE", f"OLD.state IN {_ENDED}", _WORDS),
    "evidence_statement_frozen": (_S, "UPDATE", _STATEMENT_FROZEN, _WORDS),
    "evidence_statement_in_place": (_S, "UPDATE", _STATEMENT_MOVED, _PLACE),
    "evidence_statement_no_replace": (_S, "INSERT", _REPLACES_STATEMENT, _WORDS),
    "evidence_answer_stays": (_A, "DELETE", f"{_OLD_STATE} IN {_ENDED}", _WORDS),
    "evidence_answer_frozen": (_A, "UPDATE", _ANSWER_FROZEN, _WORDS),
    "evidence_answer_in_place": (_A, "UPDATE", _ANSWER_MOVED, _PLACE),
    "evidence_answer_in_time": (_A, "INSERT", _ANSWER_LATE, _WORDS),
    "evidence_file_stays": (_F, "DELETE", f"{_OLD_STATE} IN {_ENDED}", _WORDS),
    "evidence_file_frozen": (_F, "UPDATE", _FILE_FROZEN, _WORDS),
    "evidence_file_in_time": (_F, "INSERT", _FILE_LATE, _WORDS),
    "evidence_addendum_stays": (_D, "DELETE", "1 = 1", _WORDS),
    "evidence_addendum_frozen": (_D, "UPDATE", _ADDENDUM_FROZEN, _WORDS),
    "evidence_addendum_no_replace": (_D, "INSERT", _replaces(_D, _OF_NUMBER), _WORDS),
    "evidence_statement_guardian_stays": (
        *(_S, "UPDATE", f"OLD.state IN {_ENDED} AND {_moved(_GUARDIAN)}", _WORDS),
    ),
    "evidence_addendum_guardian_stays": (_D, "UPDATE", _moved(_GUARDIAN), _WORDS),
    "evidence_statement_consent_stays": (
        *(_S, "UPDATE", f"OLD.state IN {_ENDED} AND {_moved(_CONSENT)}", _WORDS),
    ),
    # PostgreSQL empties a table without asking for each row.
    **{f"{t}_no_truncate": (t, "TRUNCATE", "1 = 1", _WORDS) for t in (_S, _A, _F, _D)},
}
# What a guard asks that came after the first of them: earlier migrations leave it out.
LATER_COLUMNS = {
    "evidence_statement_guardian_stays": _GUARDIAN,
    "evidence_addendum_guardian_stays": _GUARDIAN,
    "evidence_statement_consent_stays": _CONSENT,
}
