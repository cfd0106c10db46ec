"""What a package says, in plain values: filled by ``selectors.packages``, written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words that an entry covers by a salted digest, disclosed together with the salt.

    Without a salt nothing is disclosed, or the words were erased.
    """

    salt: str = ""  # hexadecimal
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """A step of the custody of a thing; names as its reader may know them."""

    at: str
    kind: str
    by: str
    giver: str
    receiver: str
    seal: str
    seal_state: str
    where: str
    words: str
    gaps: Sequence[str]
    seq: int | None
    covered: Words
    files: Sequence[str]  # names of signatures in the package


@dataclass(frozen=True, kw_only=True)
class PartFacts:
    """A file of a recorder that stands on the list of a recording; both its clocks."""

    is_written: bool  # by us, from what the recorder played
    file: str  # its name in the package
    name: str  # as the recorder calls it
    recorder_begin: str
    recorder_end: str
    true_begin: str
    kept_at: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ExhibitFacts:
    """One exhibit, as list, papers and JSON tell of it."""

    code: str
    kind: str
    title: str
    file_name: str
    how: str
    source: str
    received_at: str
    received_from: str
    happened_at: str
    media_type: str
    size: int | None  # bytes; none is a thing
    sha256: str
    reading: str
    state: str
    copies: int
    seq: int | None
    digest: str  # of the entry of its arrival
    file: str  # its name in the package; empty if it is not in it
    covered: Words
    steps: Sequence[StepFacts]
    derived_from: str = ""  # the code of the original of a masked copy
    first_copies: int | None = None  # when it was received, as its entry says
    parts: Sequence[PartFacts] = ()  # of the list of a recording, those that are there

    @property
    def files(self) -> list[str]:
        """Everything of it that is in the package."""
        own = [self.file] if self.file else []
        own += [part.file for part in self.parts]
        return own + [name for step in self.steps for name in step.files]

    @property
    def whereabouts(self) -> str:
        """Of a file that is not in the package, or a thing: where it can be seen."""
        return self.file or "原件由管理处保管，未随包提供"


@dataclass(frozen=True, kw_only=True)
class SystemFacts:
    """The system that kept the files, for the questions a court asks about it."""

    software: str
    share_a_disk: bool
    quick_at: str  # the last look at every copy
    deep_at: str  # the last time every byte was read
    damaged: int  # copies that were found damaged, of these exhibits
    repaired: int
    is_signer_apart: bool = False  # another system user runs the signer
    are_disks_known: bool = True  # else ``share_a_disk`` says nothing
    one_copy: Sequence[str] = ()  # exhibits that lacked a second sound copy when asked


@dataclass(frozen=True, kw_only=True)
class WithdrawnFacts:
    """An earlier package of the case that is not to be relied on any more."""

    uid: str
    code: str
    sha256: str  # of its file
    at: str
    replaced_by: str  # the uid of another; empty is none
    reason: str  # empty where it is not this recipient's to know


@dataclass(frozen=True, kw_only=True)
class PackageFacts:
    """A whole package."""

    uid: str
    code: str  # P-01
    number: str  # of the case
    organisation: str
    site: str
    purpose: str
    masking: str
    recipient: str
    identity: str
    document_number: str
    made_at: datetime
    made_by: str
    expires_at: str
    gaps: Sequence[str]
    acknowledged: str
    exhibits: Sequence[ExhibitFacts]
    system: SystemFacts
    withdrawn: Sequence[WithdrawnFacts] = ()
    has_files: bool = True  # or list and proofs alone, for which nothing was read
    approvals: Sequence[str] = ()  # who agreed that its statements leave, a line each
    stamp: str = ""  # who stamped the checkpoint and when; empty is nobody

    @property
    def watermark(self) -> str:
        """On every page: who may have it, and what for."""
        return f"{self.restriction}  {self.number} {self.code}"

    @property
    def restriction(self) -> str:
        return f"仅供 {self.recipient} 用于{self.purpose}"
