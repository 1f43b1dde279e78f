"""Where a project takes place, in its digest: the map reads one table. Filled here as `projects.services.digest` fills it."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

FILL = """
WITH RECURSIVE standing (id, target) AS (
    SELECT id, merged_into_id FROM atlas_foreignauthority WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT standing.id, next.merged_into_id
    FROM standing JOIN atlas_foreignauthority next ON next.id = standing.target
    WHERE next.merged_into_id IS NOT NULL
), target (id, authority) AS (
    SELECT standing.id, standing.target
    FROM standing JOIN atlas_foreignauthority last ON last.id = standing.target AND last.merged_into_id IS NULL
), spots AS (
    SELECT link.project_id, min(link.id) AS first,
           CASE WHEN link.longitude IS NULL THEN coalesce(target.authority, link.foreign_authority_id) ELSE -link.id END AS spot
    FROM projects_projectplace link LEFT JOIN target ON target.id = link.foreign_authority_id
    GROUP BY 1, 3
), located AS (
    SELECT project_id, array_agg(spot ORDER BY first) AS place_ids FROM spots GROUP BY project_id
)
UPDATE projects_project stored SET place_ids = coalesce(located.place_ids, row.foreign_ids)
FROM projects_project row LEFT JOIN located ON located.project_id = row.id
WHERE row.id = stored.id
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0010_twins")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="place_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="project",
            index=django.contrib.postgres.indexes.GinIndex(fields=["place_ids"], name="projects_proj_places"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
