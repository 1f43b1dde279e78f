"""Projects and partnerships in the private space: lists, forms in steps, files, publication."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas.forms.accounts import TransitionForm
from atlas.forms.steps import Step
from atlas.models import StatusChange
from atlas.permissions import may, require
from atlas.services.transitions import available
from atlas.views.space import InSpace, SpacePage, StepPage
from atlas.workflow import Transition
from projects import services
from projects.completeness import Missing, missing, offered
from projects.forms.figures import BudgetStep, MarkersStep, ResultsStep, ThemesStep
from projects.forms.files import DocumentForm, PhotoForm
from projects.forms.parties import PartiesStep, PlacesStep
from projects.forms.partnerships import PartnershipStep
from projects.forms.texts import DescriptionStep, IdentityStep
from projects.models import Partnership, PartyConsent, Project, ProjectPublication, Publication
from projects.workflow import PUBLIC

STEPS: dict[str, type[Step]] = {
    step.slug: step
    for step in (
        *(IdentityStep, DescriptionStep, PartiesStep, ThemesStep, PlacesStep),
        *(BudgetStep, ResultsStep, MarkersStep),
    )
}
PAGE_SIZE = 25


class Records(SpacePage):
    """The records of the authority, those changed last first; `?etat=` keeps one state of publication."""

    model: Any
    states: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = self.model.objects.visible_to(self.request.user).filter(french_ids__contains=[self.collectivity.pk])
        counted = dict(own.order_by().values_list("publication").annotate(n=Count("pk")))
        state = self.request.GET.get("etat", "")
        rows = own.filter(publication=state) if state in self.states.values else own
        rows = rows.for_list().order_by("-updated_at", "-pk")
        page = Paginator(rows, PAGE_SIZE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page=page,
            state=state if state in self.states.values else "",
            states=[(value, label, counted[value]) for value, label in self.states.choices if value in counted],
            total=sum(counted.values()),
            can_add=may(self.request.user, f"projects.add_{self.model._meta.model_name}", self.collectivity),
            **kwargs,
        )


class ProjectList(Records):
    """«Mes projets»."""

    template_name = "projects/space/project_list.html"
    model, states = Project, ProjectPublication


class PartnershipList(Records):
    """«Mes partenariats»."""

    template_name = "projects/space/partnership_list.html"
    model, states = Partnership, Publication


class OfRecord(InSpace):
    """A page about one record of the authority. For a record of others it does not exist."""

    model: Any = Project

    def rows(self) -> QuerySet:
        visible = self.model.objects.visible_to(self.request.user)
        return visible.filter(french_ids__contains=[self.collectivity.pk])

    def read(self) -> Any:
        """The row as it stands now."""
        return get_object_or_404(self.rows(), uuid=self.kwargs["uuid"])

    @cached_property
    def record(self) -> Any:
        return self.read()

    def consents(self) -> list[PartyConsent]:
        """What the authorities named in the record answered, or have yet to."""
        return list(self.record.consents.select_related("collectivity").order_by("pk"))

    def check_writer(self) -> None:
        """Raises PermissionDenied."""
        require(may(self.request.user, f"projects.change_{self.model._meta.model_name}", self.record))


# --- Projects ---------------------------------------------------------------------------------------------------------


class OfProject(OfRecord):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(project=self.record, **kwargs)

    def address(self, name: str = "space:project", *args: Any) -> str:
        return reverse(name, args=[self.collectivity.slug, self.kwargs["uuid"], *args])

    def steps(self, lacks: list[Missing]) -> list[dict[str, Any]]:
        """Each step with its address and what it lacks."""
        steps = [
            {
                "slug": slug,
                "title": step.title,
                "url": self.address("space:project_step", slug),
                "lacks": [one.text for one in lacks if one.step == slug],
            }
            for slug, step in STEPS.items()
        ]
        files = {"slug": "documents", "title": _("Documents et photos"), "url": self.address("space:project_files")}
        return [*steps, files | {"lacks": []}]


class ProjectSummary(OfProject):
    """What the project says, what remains to be done, and what may be done with it."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        lacks = missing(self.record)
        changes = StatusChange.objects.filter(
            content_type=ContentType.objects.get_for_model(Project), object_id=self.record.pk
        ).select_related("actor")
        labels = dict(ProjectPublication.choices)
        return self.render(
            "projects/space/project_summary.html",
            lacks=lacks,
            steps=self.steps(lacks),
            is_public=self.record.publication in PUBLIC,
            can_write=may(request.user, "projects.change_project", self.record),
            can_add=may(request.user, "projects.add_project", self.collectivity),
            transitions=offered(available(self.record, actor=request.user), lacks),
            consents=self.consents(),
            changes=[(change, labels.get(change.target, change.target)) for change in changes[:20]],
        )


class ProjectCreate(StepPage):
    """The first step of a project that does not exist yet."""

    template_name = "projects/space/step.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        require(may(self.request.user, "projects.add_project", self.collectivity))
        return IdentityStep(None, actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return reverse("space:project_step", args=[self.collectivity.slug, record.uuid, "description"])

    def saved_message(self, record: Any) -> str:
        return _("Le brouillon est créé : complétez-le à votre rythme, chaque étape s’enregistre à part.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(project=None, steps=[], number=1, count=len(STEPS) + 1, **kwargs)


class ProjectStep(OfProject, StepPage):
    """One step of the form of a project."""

    template_name = "projects/space/step.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        if self.kwargs["step"] not in STEPS:
            raise Http404
        self.check_writer()
        made = STEPS[self.kwargs["step"]]
        return made(self.read(), actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        """The next step, or the summary; whoever came to correct one step goes back to the summary."""
        slugs = [*STEPS, "documents"]
        if self.request.POST.get("_save") != "next":
            return self.address()
        following = slugs[slugs.index(self.kwargs["step"]) + 1]
        if following == "documents":
            return self.address("space:project_files")
        return self.address("space:project_step", following)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = list(STEPS).index(self.kwargs["step"]) + 1
        steps = self.steps(missing(self.record))
        return super().get_context_data(
            steps=steps, number=number, count=len(steps), following=steps[number]["title"], **kwargs
        )


class ProjectFiles(OfProject):
    """Documents and photos: each is sent on its own, and refused on its own."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        self.check_writer()
        return self.show(DocumentForm(prefix="document"), PhotoForm(prefix="photo"))

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        self.check_writer()
        for name, made in (("document", DocumentForm), ("photo", PhotoForm)):
            if request.POST.get("_send") == name:
                return self._receive(name, made)
            if pk := request.POST.get(f"_remove_{name}"):
                return self._remove(f"{name}s", pk)
        return redirect(request.path)

    def _receive(self, name: str, made: type) -> HttpResponse:
        request = self.request
        form = made(request.POST, request.FILES, prefix=name)
        if form.is_valid():
            try:
                form.save(self.record, actor=request.user)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Le fichier est ajouté au projet."))
                return redirect(request.path)
        others = {"document": DocumentForm(prefix="document"), "photo": PhotoForm(prefix="photo")} | {name: form}
        return self.show(others["document"], others["photo"], status=422)

    def _remove(self, relation: str, pk: str) -> HttpResponse:
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        part = get_object_or_404(getattr(self.record, relation).all(), pk=pk)
        try:
            services.remove_file(part, actor=self.request.user)
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
        else:
            messages.success(self.request, _("Le fichier est retiré du projet."))
        return redirect(self.request.path)

    def show(self, document_form: DocumentForm, photo_form: PhotoForm, status: int = 200) -> HttpResponse:
        steps = self.steps(missing(self.record))
        return self.render(
            "projects/space/project_files.html",
            status,
            document_form=document_form,
            photo_form=photo_form,
            documents=list(self.record.documents.all()),
            photos=list(self.record.photos.all()),
            steps=steps,
            number=len(steps),
            count=len(steps),
        )


class ProjectCopy(OfProject):
    """POST: a draft that says the same, for another time."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        """Whoever had to log in first comes back here, and asks again."""
        return redirect(self.address())

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        require(may(request.user, "projects.add_project", self.collectivity))
        copy = services.copy_project(self.record, self.collectivity, actor=request.user)
        messages.success(request, _("La copie est un brouillon : donnez-lui son intitulé et ses dates."))
        return redirect("space:project_step", self.collectivity.slug, copy.uuid, "identite")


DONE = {
    "submit": gettext_lazy("La fiche est proposée à la publication."),
    "publish": gettext_lazy("La fiche est publiée : chacun peut la lire."),
    "unpublish": gettext_lazy("La fiche est redevenue un brouillon."),
    "send_back": gettext_lazy("La fiche est renvoyée à la collectivité, avec votre note."),
    "ask_refresh": gettext_lazy("La collectivité est invitée à relire la fiche."),
    "refresh": gettext_lazy("La fiche est confirmée."),
    "archive": gettext_lazy("La fiche est archivée."),
    "reopen": gettext_lazy("La fiche est redevenue un brouillon."),
}


class Move(OfRecord):
    """Publish, archive, send back…: a page that says what it does and asks for the note, then POST."""

    template_name = "projects/space/move.html"
    trail_template = "atlas/space/_trail.html"
    done = DONE

    def get(self, request: HttpRequest, uuid: Any, transition: str) -> HttpResponse:
        chosen = self.chosen(transition)
        return self.show(chosen, self.form(chosen))

    def post(self, request: HttpRequest, uuid: Any, transition: str) -> HttpResponse:
        chosen = self.chosen(transition)
        form = self.form(chosen, request.POST)
        if form.is_valid():
            try:
                self.fire(transition, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, str(self.done.get(transition, _("C’est fait."))))
                return redirect(self.back())
        return self.show(chosen, form, 422)

    def chosen(self, name: str) -> Transition:
        """The transition, when it may be fired now. Raises Http404."""
        if found := next((one for one in self.moves() if one.name == name), None):
            return found
        raise Http404

    def moves(self) -> list[Transition]:
        return available(self.record, actor=self.request.user)

    def form(self, chosen: Transition, data: QueryDict | None = None) -> forms.Form:
        return TransitionForm(data, needs_note=chosen.needs_note)

    def fire(self, name: str, **given: Any) -> None:
        services.move(self.record, name, actor=self.request.user, **given)

    def lacks(self, chosen: Transition) -> list[tuple[str, str]]:
        """What is missing, with where to give it."""
        if not isinstance(self.record, Project) or chosen.target != ProjectPublication.PUBLISHED:
            return []
        step = [self.collectivity.slug, self.kwargs["uuid"]]
        return [(one.text, reverse("space:project_step", args=[*step, one.step])) for one in missing(self.record)]

    def back(self) -> str:
        return reverse(f"space:{self.model._meta.model_name}", args=[self.collectivity.slug, self.kwargs["uuid"]])

    def show(self, chosen: Transition, form: forms.Form, status: int = 200) -> HttpResponse:
        return self.render(
            self.template_name,
            status,
            record=self.record,
            transition=chosen,
            form=form,
            lacks=self.lacks(chosen),
            back=self.back(),
            trail_template=self.trail_template,
        )


class ProjectMove(Move):
    model = Project


# --- Partnerships -----------------------------------------------------------------------------------------------------


class PartnershipCreate(StepPage):
    """A partnership with its parties, as a draft."""

    template_name = "projects/space/partnership_form.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        require(may(self.request.user, "projects.add_partnership", self.collectivity))
        return PartnershipStep(None, actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return reverse("space:partnership", args=[self.collectivity.slug, record.uuid])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(partnership=None, transitions=[], consents=[], can_write=True, **kwargs)


class PartnershipUpdate(OfRecord, StepPage):
    """The record of a partnership: readers see it, those who write for a party correct it."""

    model = Partnership
    template_name = "projects/space/partnership_form.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if may(request.user, "projects.change_partnership", self.record):
            return super().get(request, *args, **kwargs)
        return redirect(self.record.get_absolute_url())

    def get_step(self, data: QueryDict | None = None) -> Step:
        self.check_writer()
        return PartnershipStep(self.read(), actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return self.request.path

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            partnership=self.record,
            transitions=available(self.record, actor=self.request.user),
            consents=self.consents(),
            **kwargs,
        )


class PartnershipMove(Move):
    model = Partnership
