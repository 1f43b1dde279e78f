"""Statement triggers that note each change of public data (see `DataChange`)."""

from django.db import migrations

from atlas.migrations._operations import note_changes

TABLES = [
    "atlas_collectivity",
    "atlas_collectivityevent",
    "atlas_contact",
    "atlas_country",
    "atlas_countrystatus",
    "atlas_department",
    "atlas_foreignauthority",
    "atlas_foreignregion",
    "atlas_region",
    "atlas_sdg",
    "atlas_theme",
    "atlas_theme_purpose_codes",
    "atlas_theme_sdgs",
]


class Migration(migrations.Migration):
    dependencies = [("atlas", "0001_initial")]
    operations = [note_changes(table) for table in TABLES]
