from django.urls import include, path

from cocora.accounts.views import audit_log, invitations, people, profile

account_patterns = [
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/invitations/<int:pk>/resend/", people.invitation_resend, name="invitation_resend"),
    path("people/invitations/<int:pk>/revoke/", people.invitation_revoke, name="invitation_revoke"),
    path("people/members/<int:pk>/deactivate/", people.member_deactivate, name="member_deactivate"),
    path("people/members/<int:pk>/reactivate/", people.member_reactivate, name="member_reactivate"),
    path("people/members/<int:pk>/role/", people.member_role, name="member_role"),
    path("account/", profile.profile, name="profile"),
    path("account/sign-out-everywhere/", profile.sign_out_everywhere, name="sign_out_everywhere"),
    path("second-factor/", profile.second_factor, name="second_factor"),
    path("second-factor/later/", profile.second_factor_later, name="second_factor_later"),
]

urlpatterns = [
    path("", include((account_patterns, "accounts"))),
    path("audit/", include(([path("", audit_log.audit_list, name="list")], "audit"))),
]
