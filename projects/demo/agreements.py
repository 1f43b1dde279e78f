"""Authorities that entrust their records to the région of the demonstration, which then keeps them by spreadsheet."""

from django.utils import timezone

from atlas.demo import part
from atlas.models import Collectivity, CollectivityKind
from projects.models import Delegation

REGION = "84"
MEMBERS = {"69266": False, "42218": False, "74010": True}  # INSEE code: whether it took its agreement back


@part("Accords de tenue des fiches")
def make_agreements() -> str:
    """Two agreements that stand and one that has ended, if there are none yet."""
    region = Collectivity.objects.get(kind=CollectivityKind.REGION, insee_code=REGION, is_current=True)
    if not Delegation.objects.filter(delegate=region).exists():
        members = Collectivity.objects.filter(
            kind=CollectivityKind.COMMUNE, insee_code__in=MEMBERS, is_current=True
        ).order_by("insee_code")
        Delegation.objects.bulk_create(Delegation(member=member, delegate=region) for member in members)
        ended = [code for code, has_ended in MEMBERS.items() if has_ended]
        Delegation.objects.filter(delegate=region, member__insee_code__in=ended).update(ended_at=timezone.now())
    return f"{Delegation.objects.filter(delegate=region, ended_at=None).count()} accords"
