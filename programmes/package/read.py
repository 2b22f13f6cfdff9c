"""Bring the files of a package into memory, within limits."""

from pathlib import Path

from programmes.package.faults import Fault, PackageFaulty

MAX_FILES = 2_000
MAX_TEXT_BYTES = 256 * 1024
MAX_IMAGE_BYTES = 5 * 1024 * 1024


def read_folder(root: Path) -> dict[str, bytes]:
    """The files below ``root`` as {path inside the package: bytes}; hidden files are left out.

    Raises PackageFaulty when the folder is missing, too large, or holds a link.
    """
    if not (root / "curriculum.yaml").is_file():
        message = f"No curriculum.yaml in {root}: this is not a curriculum package."
        raise PackageFaulty([Fault("curriculum.yaml", 0, "", message)])
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if any(part.startswith(".") for part in Path(name).parts) or path.is_dir():
            continue
        fault = size_fault(path, name, len(files))
        if fault:
            faults.append(fault)
        else:
            files[name] = path.read_bytes()
    if faults:
        raise PackageFaulty(faults)
    return files


def size_fault(path: Path, name: str, count: int) -> Fault | None:
    limit = MAX_IMAGE_BYTES if name.startswith("images/") else MAX_TEXT_BYTES
    if path.is_symlink() or not path.is_file():
        return Fault(
            name, 0, "", "Only plain files belong in a package; this is a link or a device."
        )
    if count >= MAX_FILES:
        return Fault(name, 0, "", f"A package has at most {MAX_FILES:,} files.")
    size = path.stat().st_size
    if size > limit:
        return Fault(name, 0, "", f"The file has {size:,} bytes; the most is {limit:,}.")
    return None
