"""Addresses of the account pages, under Django's own names where it has one."""

from django.urls import path

from atlas import proconnect
from atlas.views import access, accounts, alerts, exports

urlpatterns = [
    path("compte/connexion/", accounts.Login.as_view(), name="login"),
    path("compte/deconnexion/", accounts.Logout.as_view(), name="logout"),
    path("compte/", accounts.Account.as_view(), name="account"),
    path("compte/mot-de-passe/", accounts.PasswordChange.as_view(), name="password_change"),
    path("compte/mot-de-passe/fait/", accounts.PasswordChangeDone.as_view(), name="password_change_done"),
    path("compte/mot-de-passe-oublie/", accounts.PasswordReset.as_view(), name="password_reset"),
    path("compte/mot-de-passe-oublie/envoye/", accounts.PasswordResetDone.as_view(), name="password_reset_done"),
    path(
        "compte/mot-de-passe-oublie/<uidb64>/<token>/",
        accounts.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    path("compte/mot-de-passe-oublie/fait/", accounts.PasswordResetComplete.as_view(), name="password_reset_complete"),
    path("compte/invitation/<uidb64>/<token>/", accounts.InvitationAccept.as_view(), name="invitation_accept"),
    path("compte/acces/", access.AskAccess.as_view(), name="access_request"),
    path("compte/demandes/<int:pk>/<slug:transition>/", access.decide_access, name="access_decide"),
    path("compte/collectivites/<int:pk>/quitter/", accounts.leave, name="membership_leave"),
    path("compte/alertes/", alerts.mine, name="alerts"),
    path("alertes/nouvelle/<slug:list_name>/", alerts.follow, name="alert_follow"),
    path("alertes/envoyee/", alerts.asked, name="alert_asked"),
    path("alertes/<str:token>/confirmer/", alerts.confirm, name="alert_confirm"),
    path("alertes/<str:token>/fin/", alerts.stop, name="alert_stop"),
    path("compte/fichiers/", exports.jobs_page, name="export_jobs"),
    path("compte/fichiers/<uuid:uuid>/", exports.job_page, name="export_job"),
    path("compte/fichiers/<uuid:uuid>/etat.json", exports.job_state, name="export_state"),
    path("compte/fichiers/<uuid:uuid>/fichier.xlsx", exports.job_file, name="export_file"),
    path("oidc/connexion/", proconnect.SignIn.as_view(), name="oidc_authentication_init"),
    path("oidc/retour/", proconnect.Callback.as_view(), name="oidc_authentication_callback"),
]
