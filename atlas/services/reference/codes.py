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

from .merging import Outcome, add_links, ids, merge, merge_tree, resolved

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
    return _end_codes(model, rows, merge(family, model, columns, rows, defaults=defaults))


def _tree(family: str, model: type, columns: str, rows: Sequence[tuple], defaults: dict[str, str]) -> Outcome:
    parent = columns.split().index("parent_id")
    return _end_codes(model, rows, merge_tree(family, model, columns, rows, parent=parent, defaults=defaults))


def _end_codes(model: type, rows: Sequence[tuple], outcome: Outcome) -> Outcome:
    """Codes that the edition no longer has stay, inactive."""
    gone = model.objects.filter(is_active=True).exclude(code__in=[row[0] for row in rows])
    if gone.exists():
        outcome.ended = gone.update(is_active=False)
    return outcome


def theme_tree(edition: Edition) -> Iterator[Outcome]:
    columns = "code name name_en name_es parent_id position edition"
    source = {"source": f"'{REFERENCE_SOURCE}'"}
    yield merge_tree(_("thèmes"), Theme, columns, edition.themes, parent=4, defaults=source)
    themes = ids(Theme, "code")
    purposes, goals = ids(PurposeCode, "code"), ids(SDG, "number")
    links = Outcome(_("liens des thèmes"), len(edition.theme_codes) + len(edition.theme_sdgs))
    wanted = {(themes[theme], purposes[code]) for theme, code in edition.theme_codes}
    links.added += add_links(Theme.purpose_codes.through, "theme_id", "purposecode_id", wanted)
    wanted = {(themes[theme], goals[goal]) for theme, goal in edition.theme_sdgs}
    links.added += add_links(Theme.sdgs.through, "theme_id", "sdg_id", wanted)
    yield links
