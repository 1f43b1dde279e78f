"""Statement triggers that note each change of the panorama (see `atlas.models.DataChange`)."""

from importlib import import_module

from django.db import migrations

note_changes = import_module("projects.migrations.0002_data_version").note_changes
TABLES = ["projects_countingrule", "projects_panoramayear", "projects_panoramasnapshot"]


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_panorama")]
    operations = [note_changes(table) for table in TABLES]
