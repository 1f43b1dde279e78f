"""Contacts of an authority in its space, and the page by which a person objects."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atlas import rules
from atlas.forms.contacts import ContactStep, EndForm
from atlas.forms.steps import Step
from atlas.models import Contact, limit_of
from atlas.pages import unindexed
from atlas.permissions import may, require
from atlas.services import contacts
from atlas.throttling import LinkThrottle
from atlas.views.space import InSpace, StepPage


class ContactList(InSpace):
    """Those in office, with what waits to be checked, then the former ones; POST says that all is still right."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        rows = list(Contact.objects.visible_to(request.user).filter(collectivity=self.collectivity))
        running = [row for row in rows if row.is_running(today)]
        unchecked_before = limit_of(rules.CONTACT_CHECK_MONTHS, today)
        return self.render(
            "atlas/space/contact_list.html",
            running=[(row, row.checked_on < unchecked_before) for row in running],
            others=[row for row in rows if row not in running],
            can_write=may(request.user, "atlas.add_contact", self.collectivity),
            today=today,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        count = contacts.check_contacts(self.collectivity, actor=request.user)
        text = ngettext("%(n)d contact est vérifié.", "%(n)d contacts sont vérifiés.", count) % {"n": count}
        messages.success(request, text)
        return redirect(request.path)


class ContactCreate(StepPage):
    """Enter somebody."""

    template_name = "atlas/space/contact_form.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        require(may(self.request.user, "atlas.add_contact", self.collectivity))
        return ContactStep(None, actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return reverse("space:contact_list", args=[self.collectivity.slug])

    def saved_message(self, record: Contact) -> str:
        return _("%(name)s est enregistré. Un courriel lui dit comment s’opposer.") % {"name": record}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(contact=None, **kwargs)


class OfContact(InSpace):
    """A page about one contact, for whoever keeps it."""

    def read(self) -> Contact:
        """The row as it stands now. Raises Http404, PermissionDenied."""
        rows = Contact.objects.visible_to(self.request.user).filter(collectivity=self.collectivity)
        found = get_object_or_404(rows, uuid=self.kwargs["uuid"])
        require(may(self.request.user, self.permission, found))
        return found

    permission = "atlas.change_contact"

    @cached_property
    def contact(self) -> Contact:
        return self.read()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(contact=self.contact, back=self.back(), **kwargs)

    def back(self) -> str:
        return reverse("space:contact_list", args=[self.collectivity.slug])


class ContactUpdate(OfContact, StepPage):
    template_name = "atlas/space/contact_form.html"

    def get_step(self, data: QueryDict | None = None) -> Step:
        return ContactStep(self.read(), actor=self.request.user, collectivity=self.collectivity, data=data)

    def get_success_url(self, step: Step, record: Any) -> str:
        return self.back()


class ContactEnd(OfContact):
    """The person leaves its function: a page that asks for the day, then POST."""

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        return self.render("atlas/space/contact_end.html", form=EndForm())

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        form = EndForm(request.POST)
        if form.is_valid():
            try:
                contacts.end_mandate(self.contact, actor=request.user, ends_on=form.cleaned_data["ends_on"])
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("La fin des fonctions est enregistrée."))
                return redirect(self.back())
        return self.render("atlas/space/contact_end.html", 422, form=form)


class ContactObject(OfContact):
    """The person told the authority that it objects: a page that says what is erased, then POST."""

    permission = "atlas.object_contact"

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        return self.render("atlas/space/contact_object.html")

    def post(self, request: HttpRequest, uuid: Any) -> HttpResponse:
        contacts.object_contact(self.contact, actor=request.user)
        messages.success(request, _("L’opposition est enregistrée : la personne est effacée."))
        return redirect(self.back())


@never_cache
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, uuid: Any, token: str) -> HttpResponse:
    """«Exercer mon droit d’opposition»: what is kept of a person, read through its own link; POST erases it."""
    if not LinkThrottle().allow_request(request, None):
        return unindexed(
            render(request, "atlas/contact_objection.html", {"state": "too_many", "contact": None}, status=429)
        )
    try:
        contact = contacts.read_link(uuid, token)
        done = request.method == "POST"
        contact = contacts.object_by_link(uuid, token) if done else contact
    except Contact.DoesNotExist:
        raise Http404 from None
    state = "done" if contact.objected_at else "asked"
    return unindexed(render(request, "atlas/contact_objection.html", {"state": state, "contact": contact}))
