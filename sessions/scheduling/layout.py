"""What is taught when: exercises laid over sessions by their minutes. No database.

An exercise is never split, unless it is longer than any session; the order of the curriculum is
kept; a session that has no room left is closed, so that nothing jumps ahead of its module.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

# Least time of an exercise that is worth beginning when it has to be split anyway.
LEAST_PART = 15


class Part(StrEnum):
    """The kinds of blocks; the same words as ``ItemKind`` of the models."""

    EXERCISE = "exercise"
    ARRIVAL = "arrival"
    BREAK = "break"
    REFLECTION = "reflection"


@dataclass(frozen=True)
class Piece:
    """An exercise that wants to be taught. ``wanted`` is the number of the session that somebody
    chose for it (from 0); without one it takes its turn."""

    key: int
    code: str
    title: str
    minutes: int
    wanted: int | None = None


@dataclass(frozen=True)
class Frame:
    """The minutes that every session keeps for itself; 0 leaves a block out."""

    arrival: int = 10
    pause: int = 15
    pause_over: int = 120
    reflection: int = 10

    def minutes(self, total: int) -> int:
        return self.arrival + self.reflection + self.pause_in(total)

    def pause_in(self, total: int) -> int:
        return self.pause if total > self.pause_over else 0


@dataclass(frozen=True)
class Block:
    kind: Part
    minutes: int
    piece: Piece | None = None
    # Of an exercise that is split: which part of how many.
    part: int = 0
    parts: int = 0


@dataclass(frozen=True)
class Laid:
    """One session: how long it is, and what fills it."""

    total: int
    blocks: tuple[Block, ...] = ()

    @property
    def used(self) -> int:
        return sum(block.minutes for block in self.blocks)

    @property
    def free(self) -> int:
        """Minutes left; fewer than none if somebody put too much into it."""
        return self.total - self.used

    @property
    def taught(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind == Part.EXERCISE)


@dataclass(frozen=True)
class Layout:
    sessions: tuple[Laid, ...]
    # What found no room, in order; and what had to be split.
    left: tuple[Piece, ...] = ()
    split: tuple[Piece, ...] = ()

    @property
    def total(self) -> int:
        return sum(laid.total for laid in self.sessions)

    @property
    def used(self) -> int:
        return sum(laid.used for laid in self.sessions)

    @property
    def free(self) -> int:
        return sum(max(laid.free, 0) for laid in self.sessions)

    @property
    def missing(self) -> int:
        """Minutes of what found no room."""
        return sum(piece.minutes for piece in self.left)


@dataclass
class Room:
    """A session while it is being filled."""

    room: int
    blocks: list[Block] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.room - sum(block.minutes for block in self.blocks)

    def take(self, piece: Piece, minutes: int | None = None, part: int = 0) -> None:
        self.blocks.append(Block(Part.EXERCISE, minutes or piece.minutes, piece, part))


def lay_out(totals: Sequence[int], pieces: Iterable[Piece], frame: Frame | None = None) -> Layout:
    """Lay pieces over sessions of so many minutes. What is too much is told, never dropped."""
    frame = frame or Frame()
    rooms = [Room(max(total - frame.minutes(total), 0)) for total in totals]
    pieces = list(pieces)
    order = {piece.key: place for place, piece in enumerate(pieces)}
    for piece in pieces:
        if piece.wanted is not None and piece.wanted < len(rooms):
            rooms[piece.wanted].take(piece)
    split: list[Piece] = []
    left: list[Piece] = []
    too_far: list[Piece] = []
    here = 0
    for piece in pieces:
        if piece.wanted is not None:
            if piece.wanted >= len(rooms):
                too_far.append(piece)
            continue
        if left:
            # What comes after something that found no room would jump ahead of it.
            left.append(piece)
            continue
        here, rest = place(piece, rooms, here, split)
        if rest:
            left.append(replace(piece, minutes=rest))
    for room in rooms:
        room.blocks.sort(key=lambda block: order[block.piece.key] if block.piece else 0)
    numbered = number_parts(rooms)
    laid = tuple(
        Laid(total, framed(blocks, total, frame))
        for total, blocks in zip(totals, numbered, strict=True)
    )
    left = sorted([*left, *too_far], key=lambda piece: order[piece.key])
    return Layout(laid, tuple(left), tuple(split))


def place(piece: Piece, rooms: list[Room], here: int, split: list[Piece]) -> tuple[int, int]:
    """Where the next piece may go, and the minutes that found no room."""
    fits = next((n for n in range(here, len(rooms)) if rooms[n].left >= piece.minutes), None)
    if fits is not None:
        rooms[fits].take(piece)
        return fits, 0
    longest = max((room.room for room in rooms), default=0)
    if piece.minutes <= longest or not longest:
        # It would fit into a session of this length, but there is none left: it is not split.
        return here, piece.minutes
    return place_in_parts(piece, rooms, here, split)


def place_in_parts(
    piece: Piece, rooms: list[Room], here: int, split: list[Piece]
) -> tuple[int, int]:
    rest, part, last = piece.minutes, 0, here
    for number in range(here, len(rooms)):
        take = min(rooms[number].left, rest)
        if take < min(LEAST_PART, rest):
            continue
        part += 1
        rooms[number].take(piece, take, part)
        rest, last = rest - take, number
        if not rest:
            break
    if part > 1:
        split.append(piece)
    return last, rest


def number_parts(rooms: list[Room]) -> list[list[Block]]:
    """Each part of a split exercise says how many there are."""
    parts: dict[int, int] = {}
    for room in rooms:
        for block in room.blocks:
            if block.part and block.piece:
                parts[block.piece.key] = max(parts.get(block.piece.key, 0), block.part)
    return [[with_parts(block, parts) for block in room.blocks] for room in rooms]


def with_parts(block: Block, parts: Mapping[int, int]) -> Block:
    count = parts.get(block.piece.key, 0) if block.piece else 0
    return replace(block, parts=count) if count > 1 else replace(block, part=0)


def framed(blocks: list[Block], total: int, frame: Frame) -> tuple[Block, ...]:
    """Arrival before, reflection after, and the break nearest to the middle between two blocks."""
    before = [Block(Part.ARRIVAL, frame.arrival)] if frame.arrival else []
    after = [Block(Part.REFLECTION, frame.reflection)] if frame.reflection else []
    pause = frame.pause_in(total)
    if not pause:
        return (*before, *blocks, *after)
    clock, middle = frame.arrival, total / 2
    distances: list[tuple[float, int]] = []
    for place_after, block in enumerate(blocks, start=1):
        clock += block.minutes
        # A break just before the end is none, unless there is nothing to put it between.
        if place_after < len(blocks) or len(blocks) == 1:
            distances.append((abs(clock - middle), place_after))
    cut = min(distances, default=(0, 0))[1]
    rest = [Block(Part.BREAK, pause)]
    return (*before, *blocks[:cut], *rest, *blocks[cut:], *after)
