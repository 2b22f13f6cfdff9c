"""The admin of platform staff. It registers organisations and nothing with personal data."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation
from cocora.audit.actions import record


class PlatformAdmin(AdminSite):
    site_header = site_title = _("CoCoRa platform")
    index_title = _("Platform staff")

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One way to sign in for everybody, with its limits and its second step."""
        if request.user.is_authenticated:
            raise PermissionDenied(_("These pages are for the staff of the platform."))
        return redirect_to_login(reverse("admin:index"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Where the change is audited and the owner told."""
        return redirect("account_change_password")


class OrganisationAdmin(ModelAdmin):
    list_display = ["name", "country", "default_language"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record(by=request.user, verb="organisation.saved", target=obj, organisation=obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


platform_admin = PlatformAdmin(name="admin")
platform_admin.register(Organisation, OrganisationAdmin)
