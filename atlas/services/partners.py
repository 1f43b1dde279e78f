"""Foreign authorities, one at a time. (Files are written in bulk by `projects.services`.)"""

from atlas.models import ForeignAuthority
from atlas.names import slugify


def give_slug(authority: ForeignAuthority) -> None:
    """The address of a new sheet, from its name and country; a namesake's gets a number."""
    stem = slugify(str(authority), authority.country.iso2)
    taken = set(ForeignAuthority.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    authority.slug = next(
        slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken
    )
