"""What projects add to the suggestions of the search: public ones whose title bears the words typed, the most recent first."""

from django.utils.translation import gettext_lazy as _

from atlas.search import Source

# Three at most: a title comes after the names that are typed, before those that only resemble them.
PROJECTS = Source(
    kind="project",
    word=_("projet"),
    url_name="projects:project_detail",
    select="""
        SELECT 'project', '', title, coalesce(extract(year FROM starts_on)::text, ''), slug, 1.1 AS fit
          FROM projects_project
         WHERE publication IN ('published', 'to_refresh')
           AND search @@ to_tsquery('fr_unaccent', replace(%(prefixes)s, ':*', ':*A'))
         ORDER BY starts_on DESC NULLS LAST, id DESC LIMIT 3
    """,
)

# Whom French authorities work with already, by published links and projects.
PARTNERS = """
    SELECT unnest(foreign_ids) FROM projects_partnership
     WHERE publication = 'published' AND french_ids && ARRAY(SELECT id FROM atlas_collectivity WHERE slug = ANY (%(beside)s))
    UNION
    SELECT unnest(foreign_ids) FROM projects_project
     WHERE publication IN ('published', 'to_refresh')
       AND french_ids && ARRAY(SELECT id FROM atlas_collectivity WHERE slug = ANY (%(beside)s))
"""
