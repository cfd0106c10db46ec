"""``python -m anlan.ledger.signer``: the signer under a user of its own, without Django."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from anlan.ledger.checkpoints import KEY_BYTES, fingerprint, public_bytes
from anlan.ledger.signer import keys, revocations, server


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m anlan.ledger.signer")
    parser.add_argument("--folder", type=Path, required=True, help="of key and state")
    todo = parser.add_subparsers(dest="todo", required=True)
    serving = todo.add_parser("serve", help="answer until told to stop")
    serving.add_argument("--socket", type=Path, required=True)
    serving.add_argument("--group", action="store_true", help="its group may ask too")
    todo.add_parser("fingerprint", help="of the key in use")
    todo.add_parser("paper", help="the key itself, for the safe")
    todo.add_parser("recover", help="the key from what is typed off the paper")
    todo.add_parser("rotate", help="a new key, which the old one hands over to")
    revoking = todo.add_parser("revoke", help="others may know a key: up to here only")
    revoking.add_argument("--reason", required=True, help="one line, on the record")
    revoking.add_argument("--key", default="", help="an earlier one, 64 digits")
    options = parser.parse_args(arguments)
    try:
        if options.todo == "serve":
            mode = 0o660 if options.group else 0o600
            server.run(options.folder, options.socket, mode=mode)
        else:
            why = getattr(options, "reason", ""), getattr(options, "key", "")
            lines = told(options.folder, options.todo, *why)
            sys.stdout.write("".join(f"{line}\n" for line in lines))
    except keys.KeyTrouble as trouble:
        sys.stderr.write(f"signer: {trouble}\n")
        return 1
    return 0


def told(folder: Path, todo: str, reason: str = "", key_digits: str = "") -> list[str]:
    """Do one thing with the key, and say how it stands.

    Args:
        reason: of a revocation.
        key_digits: the key that is revoked; none: the one in use.

    Raises:
        KeyTrouble: it cannot be done.
    """
    if todo == "recover":
        recover(folder, sys.stdin.read())
    elif todo == "rotate":
        keys.rotate(folder)
    elif todo == "revoke":
        revoke(folder, reason, key_digits)
    # A key is made by the signer that signs with it, never by who asks for its paper.
    key = keys.load(folder)
    lines = [f"fingerprint {fingerprint(public_bytes(key))}"]
    if todo in {"paper", "rotate", "revoke"}:
        groups = keys.on_paper(key)
        lines += [" ".join(groups[i : i + 7]) for i in range(0, len(groups), 7)]
    return lines


def recover(folder: Path, typed: str) -> None:
    """Put the key from the paper back; never over another one that is there.

    Raises:
        KeyTrouble: there is a key already, or the paper was misread.
    """
    content = keys.off_paper(typed)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with keys.locked(folder):
        if (folder / keys.KEY).exists():
            raise keys.KeyTrouble(f"there is a key already: {folder / keys.KEY}")
        keys.write_key(folder, content)
        (folder / keys.STATE).mkdir(mode=0o700, exist_ok=True)


def revoke(folder: Path, reason: str, key_digits: str) -> None:
    """Say up to where a key counts.

    Raises:
        KeyTrouble: it cannot be done.
    """
    try:
        key = bytes.fromhex(key_digits) if key_digits else None
    except ValueError:
        key = b""
    if key is not None and len(key) != KEY_BYTES:
        raise keys.KeyTrouble("a public key has 64 hexadecimal digits: --key")
    revocations.revoke(folder, reason=reason, seconds=int(time.time()), key=key)


if __name__ == "__main__":
    raise SystemExit(main())
