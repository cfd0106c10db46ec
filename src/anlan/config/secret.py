"""The session signing key: from the environment, or a file made once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    """Return the key kept in ``folder``, making it at the first call.

    Written to a private file and linked into place, so that two processes that start
    together agree on one key and none ever reads half of it.
    """
    path = folder / "session.key"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".session.{os.getpid()}.{secrets.token_hex(4)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first; its key is the key
        finally:
            draft.unlink()
    return path.read_text().strip()
