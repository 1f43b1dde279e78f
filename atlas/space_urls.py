"""Addresses of the private space. Those of the other apps, under each authority, are included by name."""

from django.urls import include, path

from atlas.views import contacts, history, members, sheet, space

app_name = "space"

urlpatterns = [
    path("", space.home, name="home"),
    path("saisie/", space.keep_draft, name="keep_draft"),
    path("<slug:collectivity>/", space.Dashboard.as_view(), name="dashboard"),
    path("<slug:collectivity>/fiche/", sheet.AuthoritySheet.as_view(), name="authority"),
    path("<slug:collectivity>/contacts/", contacts.ContactList.as_view(), name="contact_list"),
    path("<slug:collectivity>/contacts/nouveau/", contacts.ContactCreate.as_view(), name="contact_create"),
    path("<slug:collectivity>/contacts/<uuid:uuid>/", contacts.ContactUpdate.as_view(), name="contact"),
    path("<slug:collectivity>/contacts/<uuid:uuid>/fin/", contacts.ContactEnd.as_view(), name="contact_end"),
    path(
        "<slug:collectivity>/contacts/<uuid:uuid>/opposition/", contacts.ContactObject.as_view(), name="contact_object"
    ),
    path("<slug:collectivity>/membres/", members.MemberList.as_view(), name="member_list"),
    path("<slug:collectivity>/membres/<int:pk>/role/", members.MemberRole.as_view(), name="member_role"),
    path("<slug:collectivity>/membres/<int:pk>/retirer/", members.MemberRemove.as_view(), name="member_remove"),
    path(
        "<slug:collectivity>/membres/<int:pk>/invitation/", members.MemberInvitation.as_view(), name="member_invitation"
    ),
    path("<slug:collectivity>/historique/", history.History.as_view(), name="history"),
    path("<slug:collectivity>/", include("projects.space_urls")),
]
