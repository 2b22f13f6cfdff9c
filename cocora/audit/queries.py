from dataclasses import dataclass

from cocora.audit.models import BEGINNING, AuditEntry, AuditHead


@dataclass(frozen=True)
class Verdict:
    """What reading the whole chain found; ``fault`` is empty when every link holds."""

    entries: int
    head: str
    fault: str = ""
    broken_row: int | None = None


def verify_chain() -> Verdict:
    """Walk all rows from the first on and stop at the first that does not fit.

    The end is read first, since others may write on while the walk lasts.
    """
    head = end_of_chain()
    reached = head.entries == 0 and head.hash == BEGINNING
    previous, count = BEGINNING, 0
    for entry in AuditEntry.objects.order_by("pk").iterator(chunk_size=1000):
        if entry.previous_hash != previous:
            return Verdict(count, previous, "does not follow the row before it", entry.pk)
        if entry.hash != entry.digest():
            return Verdict(count, previous, "was changed after it was written", entry.pk)
        previous, count = entry.hash, count + 1
        reached = reached or (entry.hash, count) == (head.hash, head.entries)
    # Rows cut off at the end are missed too, and rows that were added without the head.
    written = end_of_chain().entries
    if not reached or count > written:
        return Verdict(count, previous, f"is missing: {written} were written", count + 1)
    return Verdict(count, previous)


def end_of_chain() -> AuditHead:
    return AuditHead.objects.filter(pk=1).first() or AuditHead()


def holds(digest: str) -> bool:
    """Whether a digest that was noted elsewhere is still part of the chain."""
    return digest == BEGINNING or AuditEntry.objects.filter(hash=digest).exists()
