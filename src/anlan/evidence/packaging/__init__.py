"""The sealed package: pure writers from facts to bytes; the same facts give the same bytes.

The format is described in ``docs/package-format.md`` and checked by ``verifier.verify``.
"""
