"""Routes. Nouns in the address; what changes something answers POST only."""

from django.urls import include, path

from cocora.accounts.admin import platform_admin
from cocora.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("style/", views.style, name="style"),
    path("health/", views.health, name="health"),
    path("what-we-record/", views.what_we_record, name="what_we_record"),
    path("mail/", views.mail_list, name="mail"),
    path("mail/<str:name>/", views.mail_detail, name="mail_detail"),
    path("programmes/", include("programmes.urls")),
    path("handbooks/", include("handbooks.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("cocora.accounts.urls")),
    path("", include("participants.urls")),
    path("", include("sessions.urls")),
    path("admin/", platform_admin.urls),
]
