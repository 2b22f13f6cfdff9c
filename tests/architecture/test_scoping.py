"""Views, forms, tasks and admin reach scoped rows by ``visible_to`` or ``allowing`` only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOMS = ["cocora", "programmes", "participants", "sessions", "handbooks"]
LAYERS = {"views", "forms", "tasks", "admin", "context"}
SCOPES = {"visible_to", "allowing", "none"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}

# Each entry says why it may reach past the scope; an entry that nothing needs fails.
ALLOWED: dict[str, str] = {}


def scoped_models() -> set[str]:
    return {
        model.__name__
        for model in apps.get_models()
        if hasattr(model._default_manager.get_queryset(), "visible_to")
    }


def guarded_files() -> Iterator[Path]:
    for room in ROOMS:
        for path in Path(settings.BASE_DIR, room).rglob("*.py"):
            if LAYERS & {path.stem, *(part.name for part in path.parents)}:
                yield path


def unscoped(source: str, scoped: set[str]) -> list[int]:
    """The lines that reach a scoped model without asking who looks."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    bare = [node for node in ast.walk(tree) if is_manager(node, scoped)]
    lines = [node.lineno for node in bare if not SCOPES & set(chain(node, parents))]
    return sorted(lines + [node.lineno for node in ast.walk(tree) if is_shortcut(node, scoped)])


def is_manager(node: ast.AST, scoped: set[str]) -> bool:
    managers = {"objects", "_default_manager", "_base_manager"}
    return (
        isinstance(node, ast.Attribute)
        and node.attr in managers
        and last_name(node.value) in scoped
    )


def is_shortcut(node: ast.AST, scoped: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and last_name(node.func) in SHORTCUTS
        and last_name(node.args[0]) in scoped
    )


def last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def chain(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """The methods that follow a manager: ``objects.filter(…).visible_to(…)``."""
    above = parents.get(node)
    while isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node):
        if isinstance(above, ast.Attribute):
            yield above.attr
        node, above = above, parents.get(above)


def test_there_are_scoped_models_and_files_to_guard():
    assert {"Organisation", "Membership", "Invitation", "AuditEntry", "Curriculum"} <= (
        scoped_models()
    )
    assert len(list(guarded_files())) > 8


def test_no_scoped_row_is_reached_past_its_scope():
    scoped, base = scoped_models(), Path(settings.BASE_DIR)
    found = {
        f"{path.relative_to(base)}:{line}"
        for path in guarded_files()
        for line in unscoped(path.read_text(), scoped)
    }
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("Membership.objects.all()", True),
        ("Membership.objects.filter(pk=pk).order_by('pk')", True),
        ("Membership._default_manager.get(pk=pk)", True),
        ("models.Membership.objects.get(pk=pk)", True),
        ("get_object_or_404(Membership, pk=pk)", True),
        ("get_object_or_404(Membership.objects, pk=pk)", True),
        ("f(Membership.objects.all()).visible_to(user)", True),
        ("Membership.objects.filter(place=Organisation.objects.visible_to(user))", True),
        ("Membership.objects.visible_to(user)", False),
        ("Membership.objects.active().visible_to(user).get(pk=pk)", False),
        ("Membership.objects.none()", False),
        ("get_object_or_404(Membership.objects.visible_to(user), pk=pk)", False),
        ("Module.objects.all()", False),
    ],
)
def test_the_guard_tells_them_apart(line: str, caught: bool):
    assert bool(unscoped(line, {"Membership", "Organisation"})) is caught
