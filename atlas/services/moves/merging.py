"""Two sheets of one foreign authority become one; and undoing it, as any move is undone."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.models import Distinction, ForeignAuthority, Move, MoveKind, User
from atlas.names import normalise
from atlas.permissions import may, require

from .drafts import pass_drafts
from .ledger import Difference, Ledger
from .references import Reference, declare, followers, references

# What staff choose of one sheet or the other. Columns that say one thing together are chosen together.
CHOICES = {
    "name_fr": (gettext_lazy("Nom français"), ("name_fr",)),
    "name_local": (gettext_lazy("Nom dans sa langue"), ("name_local",)),
    "name_en": (gettext_lazy("Nom anglais"), ("name_en",)),
    "level": (gettext_lazy("Niveau"), ("level",)),
    "local_type": (gettext_lazy("Dénomination locale"), ("local_type",)),
    "country": (gettext_lazy("Pays et région"), ("country", "region")),
    "place": (gettext_lazy("Lieu GeoNames"), ("place",)),
    "position": (gettext_lazy("Position"), ("longitude", "latitude", "position_precision")),
    "population": (gettext_lazy("Population"), ("population",)),
    "website": (gettext_lazy("Site internet"), ("website",)),
    "wikidata_id": (gettext_lazy("Identifiant Wikidata"), ("wikidata_id",)),
    "recognition": (gettext_lazy("Reconnaissance"), ("recognition", "recognition_on", "recognition_note")),
}
NOTHING = (None, "", "unknown", "none", "not_asked")
SHOWN = 8  # changes that a refusal names

_OWN = gettext_lazy("Le doublon mène à la fiche gardée ; ceux qui menaient à lui suivent la chaîne.")
_LOG = gettext_lazy("Le journal garde ce qui a été décidé.")
declare(
    Reference(ForeignAuthority, "merged_into", stays=_OWN),
    Reference(Move, "foreign_from", stays=_LOG),
    Reference(Move, "foreign_into", stays=_LOG),
    Reference(Distinction, "one", stays=_LOG),
    Reference(Distinction, "other", stays=_LOG),
)


def _check(permission: str, about: models.Model | None = None, *, actor: User) -> None:
    require(may(actor, permission, about))


def differing(one: ForeignAuthority, other: ForeignAuthority) -> list[str]:
    """The keys of CHOICES for which both sheets say something else."""
    return [
        key
        for key, (_label, names) in CHOICES.items()
        if any(_value(one, name) != _value(other, name) for name in names)
    ]


def says_nothing(authority: ForeignAuthority, key: str) -> bool:
    """Whether a sheet leaves a choice empty: the other one then has the word."""
    return all(_value(authority, name) in NOTHING for name in CHOICES[key][1])


def _value(authority: ForeignAuthority, name: str) -> object:
    return getattr(authority, authority._meta.get_field(name).attname)


@transaction.atomic
def merge_foreign_authorities(
    kept: ForeignAuthority, duplicate: ForeignAuthority, *, actor: User, taken: Iterable[str] = ()
) -> Move:
    """Make `kept` stand for both. What pointed to the duplicate points to it, and names it did not know become aliases.

    `taken`: keys of CHOICES that the kept sheet takes from the duplicate. The duplicate stays, out of the lists, and its
    address leads to the kept one. Locks: both sheets by key, then rows table by table, so that two merges never cross.

    Raises:
        PermissionDenied: `actor` does not keep the directory of partners.
        ValidationError: twice the same sheet, one of them merged already, or a rule of the sheet broken.
    """
    _check("atlas.change_foreignauthority", actor=actor)
    taken = list(taken)
    if unknown := set(taken) - CHOICES.keys():
        raise TypeError(f"not a choice: {', '.join(sorted(unknown))}")
    kept, duplicate = _locked(kept.pk, duplicate.pk)
    move = Move.objects.create(kind=MoveKind.MERGE, foreign_from=duplicate, foreign_into=kept, done_by=actor)
    ledger = Ledger(move)
    for app in followers():
        app.prepare([kept, duplicate])
    # Going back, the kept sheet is the first: it leaves its place before the other one takes it again.
    for sheet in (kept, duplicate):
        ledger.take(ForeignAuthority.objects.filter(pk=sheet.pk))
    ForeignAuthority.objects.filter(pk=duplicate.pk).update(merged_into=kept, version=F("version") + 1)
    _write(kept, duplicate, taken)
    move.counts = {
        one.model._meta.label_lower: n
        for one in references(ForeignAuthority)
        if not one.stays and (n := one.pass_on(ledger, duplicate, kept))
    }
    finish(ledger, kept, duplicate)
    return move


def finish(ledger: Ledger, target: models.Model, source: models.Model) -> None:
    """The end of every move: what became the same is made one, digests follow, the journal is closed."""
    for app in followers():
        app.complete(ledger, target)
    for app in followers():
        app.refresh(ledger, [source, target])
    ledger.move.save(update_fields=["counts"])
    ledger.close()


def _locked(kept_id: int, duplicate_id: int) -> tuple[ForeignAuthority, ForeignAuthority]:
    """Both sheets, locked in the order of their keys, once they are known to be two that stand."""
    if kept_id == duplicate_id:
        raise ValidationError(_("Choisissez deux fiches différentes."), code="same")
    rows = ForeignAuthority.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[kept_id, duplicate_id])
    there = {row.pk: row for row in rows.order_by("pk")}
    for row in there.values():
        if row.merged_into_id:
            raise ValidationError(
                _("« %(name)s » est déjà fusionnée dans « %(into)s » : choisissez cette fiche-ci."),
                code="merged",
                params={"name": str(row), "into": str(row.merged_into)},
            )
    return there[kept_id], there[duplicate_id]


def _write(kept: ForeignAuthority, duplicate: ForeignAuthority, taken: Iterable[str]) -> None:
    """What the kept sheet says from now on."""
    names = [one for row in (kept, duplicate) for one in (row.name_fr, row.name_local, row.name_en, *row.aliases)]
    for key in taken:
        for name in CHOICES[key][1]:
            attname = kept._meta.get_field(name).attname
            setattr(kept, attname, getattr(duplicate, attname))
    known = {normalise(one) for one in (kept.name_fr, kept.name_local, kept.name_en) if one}
    aliases = []
    for name in names:
        if name and normalise(name) not in known:
            known.add(normalise(name))
            aliases.append(name)
    kept.aliases = aliases
    kept.version += 1
    kept.full_clean()
    kept.save()


@transaction.atomic
def undo_move(move: Move, *, actor: User) -> Move:
    """Put every row back as it was before the move. All or nothing: a row changed since would lose that change.

    Raises:
        PermissionDenied: `actor` may not.
        ValidationError: undone already, something changed since (each is named), or its place is taken.
    """
    _check("atlas.undo_move", move, actor=actor)
    locked = Move.objects.select_for_update(of=("self",)).for_list().get(pk=move.pk)
    if locked.undone_at:
        raise ValidationError(_("C’est déjà annulé."), code="undone")
    ledger = Ledger(locked)
    for app in followers():
        app.prepare([locked.source, locked.target])
    ledger.lock()
    if changed := list(ledger.differences()):
        raise ValidationError([_CHANGED % {"n": len(changed)}, *said(changed)], code="changed")
    try:
        with transaction.atomic():
            ledger.restore()
    except IntegrityError as broken:
        raise ValidationError(
            _("Une autre fiche a pris la place de celle qui reviendrait : corrigez-la, puis recommencez."), code="taken"
        ) from broken
    for app in followers():
        app.refresh(ledger, [locked.source, locked.target])
    if locked.kind == MoveKind.SUCCESSION:
        pass_drafts(locked.target, locked.source)
    locked.undone_at, locked.undone_by = timezone.now(), actor
    locked.save(update_fields=["undone_at", "undone_by"])
    return locked


_CHANGED = gettext_lazy("Annulation impossible : ce qui suit a changé depuis (%(n)d en tout).")


def said(changed: list[Difference]) -> list[str]:
    """«Jumelage Rennes – Thiès : situation, note», for the first of them."""
    return [_one(difference) for difference in changed[:SHOWN]]


def _one(difference: Difference) -> str:
    row: models.Model | None = difference.model._base_manager.filter(pk=difference.row_id).first()
    name = difference.model._meta.verbose_name
    if row is None:
        return _("%(kind)s n° %(pk)d : supprimé") % {"kind": name, "pk": difference.row_id}
    if not difference.columns:
        return _("%(kind)s « %(row)s » : créé de nouveau") % {"kind": name, "row": row}
    fields = [field for field in row._meta.concrete_fields if field.column in difference.columns]
    labels = ", ".join(str(field.verbose_name) for field in fields)
    return _("%(kind)s « %(row)s » : %(fields)s") % {"kind": name, "row": row, "fields": labels}


@transaction.atomic
def tell_apart(one: ForeignAuthority, other: ForeignAuthority, *, actor: User) -> Distinction:
    """«Ce ne sont pas les mêmes»: the pair is no longer proposed. Said twice, it stays said once.

    Raises:
        PermissionDenied: `actor` does not keep the directory of partners.
        ValidationError: twice the same sheet.
    """
    _check("atlas.change_foreignauthority", actor=actor)
    if one.pk == other.pk:
        raise ValidationError(_("Choisissez deux fiches différentes."), code="same")
    first, second = sorted((one.pk, other.pk))
    return Distinction.objects.get_or_create(one_id=first, other_id=second, defaults={"said_by": actor})[0]
