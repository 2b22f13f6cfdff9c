"""How an action says no: one exception that carries one sentence for people."""


class Refusal(Exception):
    """The action was not done; ``str()`` is the sentence the view shows."""


class FieldRefusal(Refusal):
    """One value can't be taken; ``field`` names it, so that a form says so at its place."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
