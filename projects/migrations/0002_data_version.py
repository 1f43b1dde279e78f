"""Statement triggers that note each change of public data (see `atlas.models.DataChange`)."""

from django.db import migrations

TABLES = ["projects_partnership", "projects_partnershipparty", "projects_partnership_themes"]


def note_changes(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER atlas_note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION atlas_note_change()",
        f"DROP TRIGGER atlas_note_change ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("atlas", "0002_data_version")]
    operations = [note_changes(table) for table in TABLES]
