"""Code lists and the tree of themes."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from atlas.imports.reference import REFERENCE_SOURCE, Edition
from atlas.models import (
    SDG,
    AidType,
    Channel,
    FinanceType,
    FlowType,
    PolicyMarker,
    PurposeCode,
    RecipientRegion,
    SectorCategory,
    Theme,
)

from .merging import Outcome, add_links, ids, merge, resolved

_CODE = "code name_fr name_en is_active label_source"


def code_lists(edition: Edition) -> Iterator[Outcome]:
    codes = edition.codes
    undated = {"source": f"'{REFERENCE_SOURCE}'"}
    yield _codes(_("catégories SNPC"), SectorCategory, f"{_CODE} group_code group_name", codes["category"], undated)
    purposes = resolved(codes["purpose"], {5: ids(SectorCategory, "code")})
    columns = f"{_CODE} category_id is_voluntary theme_group"
    yield _codes(_("codes-objet SNPC"), PurposeCode, columns, purposes, undated)
    columns = f"{_CODE} parent_id category category_name is_in_donor_refugees"
    yield _tree(_("types d’aide"), AidType, columns, codes["aid_type"], undated)
    columns = f"{_CODE} category category_name"
    yield _codes(_("types de financement"), FinanceType, columns, codes["finance_type"], undated)
    yield _codes(_("types d’apport"), FlowType, _CODE, codes["flow_type"], undated)
    yield _codes(_("marqueurs"), PolicyMarker, f"{_CODE} is_rio scores", codes["marker"], undated)
    columns = f"{_CODE} parent_id is_category acronym_fr acronym_en"
    yield _tree(_("canaux"), Channel, columns, codes["channel"], undated)
    yield _codes(_("bénéficiaires régionaux"), RecipientRegion, _CODE, codes["recipient_region"], undated)


def _codes(family: str, model: type, columns: str, rows: Sequence[tuple], defaults: dict[str, str]) -> Outcome:
    outcome = merge(family, model, columns, rows, defaults=defaults)
    gone = model.objects.filter(is_active=True).exclude(code__in=[row[0] for row in rows])
    if gone.exists():
        outcome.ended = gone.update(is_active=False)
    return outcome


def _tree(family: str, model: type, columns: str, rows: Sequence[tuple], defaults: dict[str, str]) -> Outcome:
    """A list whose rows name a parent of the same list (column 6): level by level, parents first."""
    total = Outcome(family, len(rows))
    waiting, done = list(rows), set()
    while waiting:
        ready = [row for row in waiting if row[5] is None or row[5] in done]
        outcome = merge(family, model, columns, resolved(ready, {5: ids(model, "code")}), defaults=defaults)
        total.added, total.changed = total.added + outcome.added, total.changed + outcome.changed
        done |= {row[0] for row in ready}
        waiting = [row for row in waiting if row[0] not in done]
    gone = model.objects.filter(is_active=True).exclude(code__in=done)
    if gone.exists():
        total.ended = gone.update(is_active=False)
    return total


def theme_tree(edition: Edition) -> Iterator[Outcome]:
    total = Outcome(_("thèmes"), len(edition.themes))
    for with_parent in (False, True):
        rows = [row for row in edition.themes if (row[2] is not None) == with_parent]
        given = resolved(rows, {2: ids(Theme, "code")})
        outcome = merge(
            total.family,
            Theme,
            "code name parent_id position edition",
            given,
            defaults={"source": f"'{REFERENCE_SOURCE}'"},
        )
        total.added, total.changed = total.added + outcome.added, total.changed + outcome.changed
    yield total
    themes = ids(Theme, "code")
    purposes, goals = ids(PurposeCode, "code"), ids(SDG, "number")
    links = Outcome(_("liens des thèmes"), len(edition.theme_codes) + len(edition.theme_sdgs))
    wanted = {(themes[theme], purposes[code]) for theme, code in edition.theme_codes}
    links.added += add_links(Theme.purpose_codes.through, "theme_id", "purposecode_id", wanted)
    wanted = {(themes[theme], goals[goal]) for theme, goal in edition.theme_sdgs}
    links.added += add_links(Theme.sdgs.through, "theme_id", "sdg_id", wanted)
    yield links
