"""Shape of the texts of a theme."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ThemeText:
    """Sentences to draw from. `indicators`: (name, unit, lowest and highest target). `where`: south, north or border."""

    titles: tuple[str, ...]
    need: tuple[str, ...]
    actions: tuple[str, ...]
    results: tuple[str, ...]
    public: tuple[str, ...]
    indicators: tuple[tuple[str, str, int, int], ...]
    where: tuple[str, ...] = ("south",)
