"""The rules that keep the house simple, checked by machine: see docs/adr/ for why."""

import ast
import functools
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from importlinter.cli import lint_imports

from atlas.services.moves import references

ROOT = Path(settings.BASE_DIR)
APPS = ["atlas", "projects", "apd", "calls", "expect", "network"]
MODULE_LINES = 400
PUBLIC_DOORS = ["api", "views", "templatetags", "pages"]


def modules() -> list[Path]:
    """Our own Python files, but for migrations."""
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def layer(path: Path) -> str:
    """The name that says what a module may do: `atlas/views/portal.py` → views."""
    return path.relative_to(ROOT).with_suffix("").parts[1]


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def imported(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Full names of what a module imports, inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def our_models() -> list[type[Model]]:
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


def test_imports_follow_the_layers(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_contracts_ignore_no_import():
    contracts = (ROOT / "pyproject.toml").read_text().partition("[tool.importlinter]")[2]
    assert "ignore_imports" not in contracts
    assert "exhaustive = true" in contracts


def test_a_module_stays_short():
    """Past the limit it becomes a package of the same name."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*modules(), *(ROOT / "reference").rglob("*.py")]
        if (lines := len(path.read_text().splitlines())) > MODULE_LINES
    }
    assert not long


def test_no_drawer_for_anything():
    drawers = {"core", "utils", "common", "helpers", "misc"}
    assert not [path for path in modules() if drawers & {part.removesuffix(".py") for part in path.parts[-3:]}]


def test_no_signals():
    """What happens is written where it happens: services call, nothing listens."""
    signals = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals")
    assert not [where(path, node) for path in modules() for name, node in imported(path) if name.startswith(signals)]


@pytest.mark.parametrize("method", ["save", "delete", "clean_fields"])
def test_no_logic_hides_in_a_model(method):
    """Services hold the rules; bulk imports never call these methods."""
    assert not [
        model.__name__
        for model in our_models()
        for base in model.__mro__
        if base.__module__.partition(".")[0] in APPS and method in vars(base)
    ]


def test_services_know_nothing_of_http():
    """They take ids, objects and an actor, from any door."""
    services = [path for path in modules() if layer(path) == "services"]
    assert not [
        where(path, node) for path in services for name, node in imported(path) if name.startswith("django.http")
    ]
    assert not [
        where(path, node)
        for path in services
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and "request" in {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs]}
    ]


def test_services_name_their_actor():
    """`actor` is given by keyword: who did it cannot be confused with what it was done to."""
    assert not [
        where(path, node)
        for path in modules()
        if layer(path) == "services"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and "actor" in {arg.arg for arg in node.args.args}
    ]


def test_only_tasks_know_the_queue():
    """Everything else calls functions; `atlas/celery.py` is the application itself, and settings hold its timetable."""
    assert not [
        where(path, node)
        for path in modules()
        for name, node in imported(path)
        if name.partition(".")[0] in ("celery", "kombu") and layer(path) not in ("tasks", "celery", "settings")
    ]


def _managers() -> set[str]:
    return {model.__name__ for model in our_models() if hasattr(model._default_manager.all(), "visible_to")}


def test_public_doors_get_rows_by_what_a_person_may_see():
    """`Model.objects.visible_to(user)`, and no other beginning."""
    guarded = _managers() | {"model"}

    def bypasses(node: ast.AST) -> bool:
        """`Model.objects.all`, `self.model.objects.filter`…"""
        if not isinstance(node, ast.Attribute) or node.attr == "visible_to":
            return False
        manager = node.value
        if not isinstance(manager, ast.Attribute) or manager.attr not in ("objects", "_default_manager"):
            return False
        named = manager.value
        return getattr(named, "id", getattr(named, "attr", "")) in guarded

    assert not [
        where(path, node)
        for path in modules()
        if layer(path) in PUBLIC_DOORS
        for node in ast.walk(tree(path))
        if bypasses(node)
    ]


def test_public_doors_write_through_services():
    writers = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
    assert not [
        where(path, node)
        for path in modules()
        if layer(path) in [*PUBLIC_DOORS, "serializers"]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writers
    ]


def test_every_module_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if layer(path) not in ("apps", "urls", "wsgi")
        and path.read_text().strip()
        and not ast.get_docstring(tree(path))
    ]
    assert not silent


def test_every_app_says_what_it_is():
    for app in APPS:
        assert inspect.getdoc(apps.get_app_config(app).module), app


# --- What points to an authority --------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["atlas.ForeignAuthority", "atlas.Collectivity", "projects.Partnership"])
def test_every_key_to_an_authority_says_what_becomes_of_it(label):
    """When duplicates are merged or an heir takes over, a column that nobody declared would be forgotten.

    Declare yours beside the others: `atlas/services/moves` for the ground, `projects/services/references.py` above.
    """
    target = apps.get_model(label)
    declared = {(one.model, one.name) for one in references(target)}
    there = {
        (relation.related_model, relation.field.name)
        for relation in target._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if not relation.related_model.__name__.endswith(("History", "Event"))
    }
    assert there - declared == set()
    assert declared - there == set(), "declared, but gone"
