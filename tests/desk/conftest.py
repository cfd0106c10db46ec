"""What the desk's tests use; ``sign_in`` itself is everybody's."""

from __future__ import annotations

from tests.signed_in import SignIn

__all__ = ["SignIn"]
