"""``manage.py witness_request FILE``: the newest checkpoints, to be taken to a witness."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from anlan.ledger import checkpointing, witnessing
from anlan.ledger.signer.keys import write_whole
from anlan.ledger.witness import write_requests


class Command(BaseCommand):
    help = "Write the newest checkpoint of every chain into a file for a witness."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        requests = witnessing.requests(at=timezone.now())
        text = write_requests(requests, checkpointing.revocations())
        write_whole(options["file"], text, mode=0o644)
        for request in requests:
            said = request.note.statement
            self.stdout.write(f"{said.origin} {said.size}")
