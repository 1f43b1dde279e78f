"""The themes as forms offer them: each family, then what stands below it."""

from collections.abc import Callable, Iterable

from django.utils.html import format_html
from django.utils.translation import gettext as _

from atlas.models import Theme


def all_themes() -> list[Theme]:
    """The themes one may choose."""
    return list(Theme.objects.valid_on().in_tree_order())


def theme_groups(themes: Iterable[Theme], word: Callable[[Theme], str] = str) -> list[tuple]:
    """Choices of a field: a family is a group that it opens itself; alone of its kind, it is a choice like another."""
    families: dict[int, list] = {}
    themes = list(themes)
    for theme in themes:
        families.setdefault(theme.parent_id or theme.pk, [])
        if theme.parent_id:
            families[theme.parent_id].append((theme.pk, word(theme)))
    choices: list[tuple] = []
    for root in themes:
        if root.parent_id:
            continue
        below = families[root.pk]
        whole = format_html(_("{theme} (en général)"), theme=word(root)) if below else word(root)
        choices += [(word(root), [(root.pk, whole), *below])] if below else [(root.pk, whole)]
    return choices
