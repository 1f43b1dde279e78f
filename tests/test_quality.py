"""Faults that no test of a feature looks for: migrations, templates, the admin, words left out of gettext, constraints."""

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db.models import BaseConstraint, Model
from django.template import Context, Template
from django.template.loader import get_template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, override

from tests.atlas import test_constraints as atlas_constraints
from tests.factories.atlas import UserFactory
from tests.projects import test_constraints as projects_constraints
from tests.test_architecture import APPS, ROOT, layer, modules, our_models, tree, where

TEMPLATES = sorted(
    path.relative_to(folder)
    for folder in [ROOT / "templates", *(ROOT / app / "templates" for app in APPS)]
    for path in folder.rglob("*")
    if path.suffix in (".html", ".txt")
)
# What a database test refuses, constraint by constraint.
REFUSED = {*atlas_constraints.REFUSED, *projects_constraints.REFUSED}


def tracked_files() -> list[Path]:
    """Files under version control; all the files of our folders where git is not there to tell."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return modules()
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


# --- Database -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def constraints() -> Iterator[tuple[type[Model], BaseConstraint]]:
    return ((model, constraint) for model in our_models() for constraint in model._meta.constraints)


def test_every_constraint_has_a_french_message():
    """What the database refuses is told to people by this message, in forms and imports."""
    assert not [
        f"{model.__name__}.{constraint.name}"
        for model, constraint in constraints()
        if constraint.violation_error_message == BaseConstraint.default_violation_error_message
        or not isinstance(constraint.violation_error_message, Promise)
    ]


def test_every_constraint_has_a_test_that_the_database_refuses():
    named = {constraint.name for _model, constraint in constraints()}
    assert named - REFUSED == set(), "no test in tests/<app>/test_constraints.py"
    assert REFUSED - named == set(), "tested, but gone"


# --- Templates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_every_template_compiles(name):
    get_template(str(name))


def test_an_undefined_template_variable_is_an_error():
    with pytest.raises(NameError, match="nobody"):
        Template("{{ nobody.gave }}").render(Context({}))


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_a_key_in_a_template_is_not_written_as_a_figure(name):
    """«12 345» is a figure; in an address or a form it is the key of nobody."""
    source = get_template(str(name)).template.source
    assert not re.findall(r"{{[^}|]*\.(?:pk|id)\b(?![^}]*\|unlocalize)[^}]*}}", source)


def test_no_template_holds_inline_code():
    """The security policy allows neither inline scripts nor inline styles, and no nonce to excuse them."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=\"|\son[a-z]+=\"", re.I)
    assert not [str(path.relative_to(ROOT)) for path in html_files() if inline.search(path.read_text())]


def html_files() -> list[Path]:
    """Templates of pages. Those of e-mails are read elsewhere, where no policy and no style sheet reach."""
    return [path for path in sorted((ROOT / "templates").rglob("*.html")) if "email" not in path.parts]


# --- The admin ------------------------------------------------------------------------------------------------------


@functools.cache
def registered() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.django_db
def test_every_admin_page_opens(client, subtests):
    """List, search, creation: for a superuser, with no row of data at all."""
    client.force_login(UserFactory(superuser=True))
    for name in ("admin:index", "admin:password_change"):
        with subtests.test(name):
            assert client.get(reverse(name), follow=True).status_code == 200
    for model in registered():
        options = model._meta
        stem = f"admin:{options.app_label}_{options.model_name}"
        with subtests.test(options.label):
            assert client.get(reverse(f"{stem}_changelist")).status_code == 200
            if admin.site._registry[model].search_fields:
                assert client.get(reverse(f"{stem}_changelist"), {"q": "été"}).status_code == 200
            assert client.get(reverse(f"{stem}_add")).status_code in (200, 403)


# --- Words ----------------------------------------------------------------------------------------------------------

GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "gettext_noop"}
FRENCH = re.compile(r"[àâçèéêëîïôùûœ’«»]", re.I)
WORD = re.compile(r"[a-zàâçèéêëîïôùûœ]{2,}", re.I)


def untranslated(path: Path) -> Iterator[ast.Constant]:
    """Texts with a French letter that no gettext call holds: docstrings aside."""
    parents = {child: node for node in ast.walk(tree(path)) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not FRENCH.search(node.value):
            continue
        above = parents[node]
        if isinstance(above, ast.Expr):
            continue
        while above is not None:
            if isinstance(above, ast.Call) and getattr(above.func, "id", getattr(above.func, "attr", "")) in GETTEXT:
                break
            above = parents.get(above)
        else:
            yield node


def test_french_texts_of_the_code_go_through_gettext():
    """In the layers that speak to people. The rest holds data: names of continents, columns of files."""
    speaking = {"admin", "adminsite", "api", "forms", "views", "services", "templatetags", "pages", "permissions"}
    assert not [
        where(path, node) for path in modules() if layer(path) in {*speaking, "workflow"} for node in untranslated(path)
    ]


def test_fields_people_meet_have_a_french_name():
    """Without `verbose_name`, forms and the admin would show the English name of the column."""
    assert not [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        if not hasattr(model, "pgh_tracked_model")
        for field in model._meta.get_fields()
        if getattr(field, "editable", False)
        and not getattr(field, "primary_key", False)
        and field.model is model
        and not isinstance(field.verbose_name, Promise)
    ]


TAGS = re.compile(
    r"{% block bodyclass %}.*?{% endblock bodyclass %}"  # class names
    r"|{% (?:blocktranslate|blocktrans)\b.*?{% end(?:blocktranslate|blocktrans) %}|{% comment %}.*?{% endcomment %}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->|<script.*?</script>|<code.*?</code>|<svg.*?</svg>|<[^>]*>|&\w+;|\b(?:[\w-]+\.)+fr\b",
    re.S,
)


@pytest.mark.parametrize("path", html_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_of_templates_go_through_gettext(path):
    left = TAGS.sub(" ", path.read_text())
    assert not WORD.findall(left)


# Between the tags of a template, or around the values of an f-string: what gettext does not see, and cannot mend.
PLAIN_SPACE = re.compile(r"(?:^|\S) (?=[:;?!»€%](?:\s|$))|« ")
TRANSLATED = re.compile(r"{% (blocktranslate|blocktrans|comment)\b.*?{% end\1 %}|{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", re.S)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Une erreur ?", "Une erreur\u00a0?"),
        ("« %(words)s » : rien", "«\u00a0%(words)s\u00a0»\u00a0: rien"),
        ("«%(words)s»", "«\u00a0%(words)s\u00a0»"),
        ("%(share)s %% de %(total)s €", "%(share)s\u00a0%% de %(total)s\u00a0€"),
        ("%(n)d et %(m)d", "%(n)d et %(m)d"),
        ("à 10:30, https://atlas.example/?q=a", "à 10:30, https://atlas.example/?q=a"),
    ],
)
def test_french_is_typed_with_plain_spaces_and_read_with_those_at_which_no_line_breaks(typed, read):
    assert gettext(typed) == read
    assert ngettext(typed, "plusieurs", 1) == read


def test_other_languages_keep_their_own_typography():
    with override("en"):
        assert gettext("Une question ? Écrivez à %(contact)s.") == "Any question? Write to %(contact)s."


def test_no_line_breaks_before_a_mark_beside_the_translated_texts():
    pages = {str(path): TRANSLATED.sub("|", path.read_text()) for path in html_files()}
    assert not [(name, found[0]) for name, text in pages.items() if (found := PLAIN_SPACE.search(text))]


def test_no_line_breaks_before_a_mark_in_the_texts_that_the_code_puts_together():
    speaking = {"admin", "adminsite", "api", "exports", "forms", "notifications", "services", "templatetags", "views"}
    assert not [
        where(path, piece)
        for path in modules()
        if layer(path) in speaking
        for joined in ast.walk(tree(path))
        if isinstance(joined, ast.JoinedStr)
        for piece in joined.values
        if isinstance(piece, ast.Constant) and PLAIN_SPACE.search(piece.value)
    ]


# --- The repository -------------------------------------------------------------------------------------------------


def test_files_name_no_registry_and_no_machine():
    """Lock files are resolved by whoever installs, from the index of their choice; nobody's folders are in here."""
    forbidden = re.compile(
        "|".join(
            [
                r"(?:--)?(?:extra-)?index-url",
                r"files\.pythonhosted\.org",
                r"pypi\.org/" + "simple",
                r"registry\.npmjs\.org",
                r"/home/[a-z]+/",
                r"/root/",
                "/" + r"work/(?:main|shared)",
            ]
        )
    )
    here = Path(__file__)
    binary = {".png", ".jpg", ".woff2", ".whl", ".xlsx", ".ods", ".gz", ".zip", ".ico", ".mo"}
    found = []
    for path in tracked_files():
        if path == here or path.suffix in binary:
            continue
        text = path.read_text(errors="replace")
        if match := forbidden.search(text):
            found.append(f"{path.relative_to(ROOT)}: {match[0]}")
    assert not found
