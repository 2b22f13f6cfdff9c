"""What is wrong with a package, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: file (inside the package), line (1-based, 0 = the whole file), field, sentence."""

    path: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.field + ': ' if self.field else ''}{self.message}"


class PackageFaulty(Exception):
    """A package can't be loaded. ``faults`` has every reason, in the order of the files."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))
