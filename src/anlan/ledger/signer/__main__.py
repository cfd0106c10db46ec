"""``python -m anlan.ledger.signer``: the signer under a user of its own, without Django."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from anlan.ledger.checkpoints import fingerprint, public_bytes
from anlan.ledger.signer import keys, server


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
    options = parser.parse_args(arguments)
    try:
        if options.todo == "serve":
            mode = 0o660 if options.group else 0o600
            server.run(options.folder, options.socket, mode=mode)
        else:
            lines = told(options.folder, options.todo)
            sys.stdout.write("".join(f"{line}\n" for line in lines))
    except keys.KeyTrouble as trouble:
        sys.stderr.write(f"signer: {trouble}\n")
        return 1
    return 0


def told(folder: Path, todo: str) -> list[str]:
    """Do one thing with the key, and say how it stands.

    Raises:
        KeyTrouble: it cannot be done.
    """
    if todo == "recover":
        recover(folder, sys.stdin.read())
    elif todo == "rotate":
        keys.rotate(folder)
    # A key is made by the signer that signs with it, never by who asks for its paper.
    key = keys.load(folder)
    lines = [f"fingerprint {fingerprint(public_bytes(key))}"]
    if todo in {"paper", "rotate"}:
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


if __name__ == "__main__":
    raise SystemExit(main())
