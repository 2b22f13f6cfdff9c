"""Units and font subsets on disk, by the digest of what they were made from."""

import contextlib
import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from typing import IO

from handbooks.engine.unit import Unit, UnitFaulty

LIMIT_BYTES = 2 * 1024**3


@dataclass
class Claim:
    """Held until it is released, or until the process ends in whatever way."""

    lock: Path
    file: IO[str]

    def release(self) -> None:
        self.lock.unlink(missing_ok=True)
        self.file.close()


class Store:
    """A folder that may be deleted at any time: what is missing is made again."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder, self.limit_bytes = folder, limit_bytes

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def has(self, key: str) -> bool:
        return self.path(key).is_file()

    def unit(self, key: str) -> Unit | None:
        """The unit, if it is there and whole. A damaged one is removed."""
        try:
            data = self.path(key).read_bytes()
            os.utime(self.path(key))
            return Unit.unpack(data)
        except FileNotFoundError:
            return None
        except (UnitFaulty, ValueError, TypeError):
            self.path(key).unlink(missing_ok=True)
            return None

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data``; a reader sees all of it or nothing."""
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = target.with_name(f"{key}.{os.getpid()}-{get_ident()}.part")
        try:
            waiting.write_bytes(data)
            waiting.replace(target)
        finally:
            waiting.unlink(missing_ok=True)

    def kept(self, key: str, make: Callable[[], bytes]) -> bytes:
        """What was kept under ``key``, or what ``make`` makes now."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            made = make()
            self.put(key, made)
            return made

    def claim(self, key: str) -> "Claim | None":
        """The right to make ``key``; None while another process has it."""
        lock = self.path(key).with_suffix(".lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return Claim(lock, file)

    def prune(self) -> int:
        """Remove what was not used for longest until the rest fits; the number of files."""
        files = []
        for path in self.folder.glob("*/*"):
            # Another worker may remove it between two looks.
            with contextlib.suppress(FileNotFoundError):
                files.append((path.stat(), path))
        too_much = sum(facts.st_size for facts, _path in files) - self.limit_bytes
        removed = 0
        for facts, path in sorted(files, key=lambda pair: pair[0].st_mtime):
            if too_much <= 0:
                break
            path.unlink(missing_ok=True)
            too_much -= facts.st_size
            removed += 1
        return removed
