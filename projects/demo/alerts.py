"""Searches that the demonstration's member of a commune follows."""

from django.utils import timezone

from atlas.demo import part
from atlas.models import Rhythm, SavedSearch, User

OWNER = "ville@demo.example"
FOLLOWED = [("projets", "country=SN", Rhythm.WEEKLY), ("jumelages", "country=DE&kind=twinning", Rhythm.DAILY)]


@part("Recherches suivies")
def make_searches() -> str:
    """Two searches of one account, confirmed; what is on record today is no news."""
    owner = User.objects.get(email=OWNER)
    for name, query, rhythm in FOLLOWED:
        asked = {"email": owner.email, "list_name": name, "query": query}
        defaults = {"user": owner, "rhythm": rhythm, "confirmed_at": timezone.now()}
        SavedSearch.objects.get_or_create(**asked, defaults=defaults)
    return f"{SavedSearch.objects.filter(user=owner).count()} recherches"
