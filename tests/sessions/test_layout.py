"""What is taught when: nothing is lost, split without need, or put where no room is."""

from hypothesis import given
from hypothesis import strategies as st

from sessions.scheduling.layout import Frame, Part, Piece, lay_out

NOTHING = Frame(arrival=0, pause=0, reflection=0)


def pieces(*minutes: int, **wanted: int) -> list[Piece]:
    return [
        Piece(n, f"P{n}", f"Exercise {n}", length, wanted.get(f"p{n}"))
        for n, length in enumerate(minutes, start=1)
    ]


def taught(layout) -> list[list[int]]:
    return [[block.piece.key for block in laid.taught] for laid in layout.sessions]


def test_a_session_has_arrival_break_and_reflection():
    laid = lay_out([180], pieces(60, 60)).sessions[0]
    assert [(block.kind, block.minutes) for block in laid.blocks] == [
        (Part.ARRIVAL, 10),
        (Part.EXERCISE, 60),
        (Part.BREAK, 15),
        (Part.EXERCISE, 60),
        (Part.REFLECTION, 10),
    ]
    assert (laid.total, laid.used, laid.free) == (180, 155, 25)


def test_a_short_session_has_no_break_and_the_frame_can_be_changed():
    assert [b.kind for b in lay_out([120], pieces(60)).sessions[0].blocks] == [
        Part.ARRIVAL,
        Part.EXERCISE,
        Part.REFLECTION,
    ]
    assert lay_out([240], pieces(60), NOTHING).sessions[0].free == 180


def test_exercises_keep_their_order_and_go_to_the_next_session_when_there_is_no_room():
    layout = lay_out([60, 60, 60], pieces(40, 30, 20, 40), NOTHING)
    assert taught(layout) == [[1], [2, 3], [4]]
    assert (layout.total, layout.used, layout.free) == (180, 130, 50)
    assert layout.left == ()


def test_what_does_not_fit_is_told():
    layout = lay_out([60], pieces(50, 30, 10), NOTHING)
    # The third would find room, but it would jump ahead of the second.
    assert taught(layout) == [[1]]
    assert [piece.key for piece in layout.left] == [2, 3]
    assert layout.missing == 40
    assert [piece.key for piece in lay_out([], pieces(50)).left] == [1]


def test_only_what_is_longer_than_a_session_is_split_and_it_says_so():
    layout = lay_out([60, 60, 60], pieces(100, 30), NOTHING)
    assert taught(layout) == [[1], [1], [2]]
    parts = [block for laid in layout.sessions for block in laid.taught if block.piece.key == 1]
    assert [(block.minutes, block.part, block.parts) for block in parts] == [(60, 1, 2), (40, 2, 2)]
    assert [piece.key for piece in layout.split] == [1]


def test_what_is_longer_than_all_sessions_leaves_a_rest():
    layout = lay_out([60], pieces(100), NOTHING)
    assert layout.left[0].minutes == 40
    assert layout.missing == 40


def test_an_exercise_can_be_moved_and_too_much_is_plain_to_see():
    layout = lay_out([60, 60], pieces(40, 40, 40, p1=1, p2=1), NOTHING)
    assert taught(layout) == [[3], [1, 2]]
    assert layout.sessions[1].free == -20
    moved_too_far = lay_out([60], pieces(40, p1=5), NOTHING)
    assert [piece.key for piece in moved_too_far.left] == [1]
    others = lay_out([60], pieces(40, 30, p1=5), NOTHING)
    assert (taught(others), [piece.key for piece in others.left]) == ([[2]], [1])


def test_a_session_that_is_shorter_than_its_frame_takes_nothing():
    layout = lay_out([15], pieces(10))
    assert taught(layout) == [[]]
    assert layout.sessions[0].free == -5


@given(
    totals=st.lists(st.integers(15, 480), max_size=15),
    minutes=st.lists(st.integers(1, 300), max_size=40),
)
def test_no_minute_is_lost_and_no_session_is_overfull(totals, minutes):
    frame = Frame()
    layout = lay_out(totals, pieces(*minutes), frame)
    laid = sum(block.minutes for session in layout.sessions for block in session.taught)
    assert laid + layout.missing == sum(minutes)
    for session in layout.sessions:
        assert session.free >= 0 or session.taught == ()
    order = [block.piece.key for session in layout.sessions for block in session.taught]
    assert [key for n, key in enumerate(order) if key not in order[:n]] == sorted(set(order))
    longest = max((total - frame.minutes(total) for total in totals), default=0)
    assert all(piece.minutes > longest for piece in layout.split)
