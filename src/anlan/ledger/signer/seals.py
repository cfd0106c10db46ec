"""What the signer signs besides checkpoints: the list of the files of a package.

Never bytes of somebody's choosing: only lines of digests and names that packages have,
and only with a checkpoint among them that this key signed. No such list can be taken for
a checkpoint or a handover of keys, for it begins with 64 hexadecimal digits.
"""

from __future__ import annotations

import re
from hashlib import sha256

from anlan.ledger.checkpoints import BadNote, Note, is_signed, parse

CHECKPOINT = "ledger/checkpoint.txt"
_LINE = re.compile(r"[0-9a-f]{64}  ([A-Za-z0-9_./-]{1,80})")
_NAMES = frozenset(
    {
        "README.txt",
        "bag-info.txt",
        "bagit.txt",
        "documents/custody.pdf",
        "documents/exhibit-list.csv",
        "documents/exhibit-list.docx",
        "documents/exhibit-list.pdf",
        "documents/provenance.pdf",
        CHECKPOINT,
        "ledger/checkpoint.tsr",
        "ledger/events.jsonl",
        "ledger/proofs.json",
        "ledger/tsa.pem",
        "manifest-sha256.txt",
        "meta/exhibits.json",
        "meta/keys.json",
        "meta/withdrawn.json",
        "signature/site.pub.pem",
        "verify.py",
    }
)


def sealable(listed: str, note: str, *, public_key: bytes) -> Note:
    """The checkpoint that such a list is sealed with.

    Raises:
        BadNote: it is no list of a package, or its checkpoint is not signed by this key.
    """
    names = [_name_in(line) for line in listed.removesuffix("\n").split("\n")]
    if names != sorted(set(names)) or not listed.endswith("\n"):
        raise BadNote("not in order, or listed twice")
    line = f"{sha256(note.encode()).hexdigest()}  {CHECKPOINT}\n"
    checkpoint = parse(note)
    if line not in listed or not is_signed(checkpoint, public_key):
        raise BadNote("without a checkpoint of this key")
    return checkpoint


def _name_in(line: str) -> str:
    found = _LINE.fullmatch(line)
    if found is None or found[1] not in _NAMES:
        raise BadNote("not the list of a package")
    return found[1]
