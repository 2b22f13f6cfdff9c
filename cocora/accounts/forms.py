from collections.abc import Iterable
from typing import Any, cast

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cocora.accounts.actions.mail import queue_password_reset
from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.queries import givable_roles
from cocora.accounts.roles import Permission, Role
from cocora.audit.models import Kind


def helper_with(label: str | Promise) -> FormHelper:
    helper = FormHelper()
    helper.add_input(Submit("save", label))
    return helper


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, str | Promise]]) -> None:
    """Fill the choices of a field when it is known who asks."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def role_choices(roles: frozenset[Role]) -> list[tuple[str, str | Promise]]:
    """In the order of the table, whatever order the set has."""
    return [(role.value, role.label) for role in Role if role in roles]


class NameField(forms.CharField):
    """One line, whatever was pasted: an invitation by mail quotes the name of who invites."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class JoinForm(forms.Form):
    """Somebody new answers an invitation. The address comes from the invitation, not from here."""

    display_name = NameField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As your colleagues know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 12 characters. Three or four words in a row work well."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.helper = helper_with(_("Create my account"))

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        name = self.cleaned_data.get("display_name", "")
        validate_password(password, User(email=self.email, display_name=name))
        return password


class AnswerForm(forms.Form):
    """Somebody with an account answers an invitation: one button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_with(_("Accept the invitation"))


class InviteForm(forms.Form):
    """Who is to come, and as what. Only organisations and roles that this person may give."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, by: User, organisations: list[Organisation], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by
        self.only = organisations[0] if len(organisations) == 1 else None
        offer(self, "role", role_choices(self.givable(organisations)))
        if self.only:
            del self.fields["organisation"]
        else:
            places = cast(forms.ModelChoiceField, self.fields["organisation"])
            places.queryset = Organisation.objects.allowing(by, Permission.INVITE_PEOPLE)
        self.helper = helper_with(_("Send the invitation"))

    def givable(self, organisations: list[Organisation]) -> frozenset[Role]:
        return frozenset().union(*(givable_roles(self.by, place) for place in organisations))

    @property
    def chosen_organisation(self) -> Organisation:
        return self.only or self.cleaned_data["organisation"]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, by: User, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"role": membership.role}
        offer(self, "role", role_choices(givable_roles(by, membership.organisation)))
        self.helper = helper_with(_("Save the role"))


class NameForm(forms.Form):
    display_name = NameField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_with(_("Save"))


# The library's words in ours. A placeholder that repeats its label goes.
WORDS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "remember": _("Stay signed in on this device"),
    "oldpassword": _("Your password now"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "code": _("Code"),
    "name": _("Name of the passkey"),
    "passwordless": _("Sign in with this passkey alone, without the password"),
}


class InOurWords(forms.BaseForm):
    """Stands before a form of the library and says its fields as the rest of the platform does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = WORDS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
        if "passwordless" in self.fields:
            self.fields["passwordless"].help_text = _(
                "The device then asks for a fingerprint, a face or a PIN."
            )


class SignInForm(InOurWords, LoginForm):
    pass


class PasswordChangeForm(InOurWords, ChangePasswordForm):
    pass


class NewPasswordForm(InOurWords, ResetPasswordKeyForm):
    pass


class PasswordAgainForm(InOurWords, ReauthenticateForm):
    pass


class CodeForm(InOurWords, AuthenticateForm):
    pass


class NewAppForm(InOurWords, ActivateTOTPForm):
    pass


class PasskeyForm(InOurWords, AddWebAuthnForm):
    pass


class PasswordResetForm(InOurWords, ResetPasswordForm):
    """Asking for a new password writes one row, whether the address is known or not."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        queue_password_reset(email=self.cleaned_data["email"])
        return self.cleaned_data["email"]


class AuditFilterForm(forms.Form):
    """Which entries of the audit log to show; nothing chosen means all."""

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Everything")), *Kind.choices]
    )
    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(person.pk, str(person)) for person in people]
        offer(self, "person", [("", _("Everybody")), *named])
        # Nothing chosen means all, so no field is optional in a sense that people should read.
        self.says_optional = False
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.add_input(Submit("", _("Show")))
