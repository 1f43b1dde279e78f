"""Statement triggers that note each change of public data (see `DataChange`)."""

from django.db import migrations

TABLES = [
    "atlas_collectivity",
    "atlas_collectivityevent",
    "atlas_country",
    "atlas_countrystatus",
    "atlas_department",
    "atlas_foreignauthority",
    "atlas_foreignregion",
    "atlas_region",
    "atlas_sdg",
    "atlas_theme",
    "atlas_theme_sdgs",
    "atlas_theme_purpose_codes",
]


def note_changes(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER atlas_note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION atlas_note_change()",
        f"DROP TRIGGER atlas_note_change ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("atlas", "0001_initial")]
    operations = [note_changes(table) for table in TABLES]
