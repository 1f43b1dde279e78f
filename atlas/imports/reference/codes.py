"""Code lists of an edition, and the tree of themes."""

from collections import defaultdict

from django.utils.translation import gettext as _

from atlas.imports.tables import Folder, Row

from .edition import Values


def read_sdgs(folder: Folder) -> list[Values]:
    return [
        (
            row.integer("number"),
            row.text("name_fr", required=True, longest=200),
            row.text("name_en", required=True, longest=200),
        )
        for row in folder.rows("sdgs.csv", ("number", "name_fr", "name_en"), unique=("number",))
    ]


def read_codes(folder: Folder) -> dict[str, list[Values]]:
    """Rows of each code list: code, name_fr, name_en, is_active, label_source, then what the list has of its own."""

    def common(row: Row) -> Values:
        active = row.values.get("status", "active") == "active"
        label = row.text("fr_source", longest=20) if "fr_source" in row.values else ""
        return (
            row.text("code", required=True, longest=10),
            row.text("name_fr", longest=300),
            row.text("name_en", longest=300),
            active,
            label,
        )

    above: dict[str, set[str]] = defaultdict(set)

    def parent(row: Row) -> str | None:
        """A parent stands before its children, so no code is above itself."""
        found = row.known("parent_code", above[row.file])
        above[row.file].add(row.values["code"])
        return found

    named = ("code", "name_fr", "name_en")
    categories = [
        (
            row.text("category_code", required=True, longest=10),
            row.text("name_fr", longest=300),
            row.text("name_en", longest=300),
            True,
            "",
            row.text("group_code", longest=10),
            row.text("group", longest=200),
        )
        for row in folder.rows(
            "crs_categories.csv",
            ("category_code", "name_fr", "name_en", "group_code", "group"),
            unique=("category_code",),
        )
    ]
    known = {category[0] for category in categories}
    return {
        "category": categories,
        "purpose": [
            (
                *common(row),
                row.known("category_code", known, required=True),
                row.boolean("voluntary"),
                row.text("thema_atlas", longest=100),
            )
            for row in folder.rows(
                "crs_purpose_codes.csv",
                (*named, "category_code", "voluntary", "thema_atlas", "status", "fr_source"),
                unique=("code",),
            )
        ],
        "aid_type": [
            (
                *common(row),
                parent(row),
                row.text("category", required=True, longest=5),
                row.text("category_fr", longest=200),
                row.boolean("in_donor_refugees"),
            )
            for row in folder.rows(
                "dac_aid_types.csv",
                (*named, "parent_code", "category", "category_fr", "in_donor_refugees", "fr_source"),
                unique=("code",),
            )
        ],
        "finance_type": [
            (*common(row), row.text("category", longest=5), row.text("category_fr", longest=200))
            for row in folder.rows("dac_finance_types.csv", (*named, "category", "category_fr"), unique=("code",))
        ],
        "flow_type": [common(row) for row in folder.rows("dac_flow_types.csv", named, unique=("code",))],
        "marker": [
            (*common(row), row.boolean("rio"), row.text("scores", required=True, longest=20))
            for row in folder.rows("dac_policy_markers.csv", (*named, "rio", "scores"), unique=("code",))
        ],
        "channel": [
            (
                *common(row),
                parent(row),
                row.boolean("is_category"),
                row.text("acronym_fr", longest=40),
                row.text("acronym_en", longest=40),
            )
            for row in folder.rows(
                "dac_channels.csv",
                (*named, "parent_code", "is_category", "acronym_fr", "acronym_en", "fr_source"),
                unique=("code",),
            )
        ],
        "recipient_region": [common(row) for row in folder.rows("dac_regions.csv", named, unique=("code",))],
    }


def read_themes(folder: Folder, purposes: set[str], sdgs: set[str]):
    themes, codes, goals, known = [], [], [], set()
    columns = ("code", "name", "name_en", "name_es", "parent", "position", "edition", "purpose_codes", "sdgs")
    for row in folder.rows("themes.csv", columns, unique=("code",)):
        code = row.text("code", required=True, longest=60)
        parent = row.known("parent", known)  # a parent stands before its children
        known.add(code)
        themes.append(
            (
                code,
                row.text("name", required=True, longest=120),
                row.text("name_en", longest=120),
                row.text("name_es", longest=120),
                parent,
                row.integer("position"),
                row.integer("edition"),
            )
        )
        for purpose in filter(None, row.values["purpose_codes"].split("|")):
            if purpose not in purposes:
                row.fail(_("code-objet inconnu : « %s ».") % purpose)
            codes.append((code, purpose))
        for goal in filter(None, row.values["sdgs"].split("|")):
            if goal not in sdgs:
                row.fail(_("ODD inconnu : « %s ».") % goal)
            else:
                goals.append((code, int(goal)))
    return themes, codes, goals
