from django.urls import path

from handbooks import views

app_name = "handbooks"
urlpatterns = [
    path("", views.document_list, name="list"),
    path("compose/", views.compose, name="compose"),
    path("previews/", views.preview_create, name="preview_create"),
    path("pages/<int:pk>/<str:code>/", views.exercise_page, name="exercise_page"),
    path("pictures/<slug:digest>/<int:number>/", views.picture, name="picture"),
    path("orders/", views.order_create, name="order_create"),
    path("orders/<int:pk>/", views.order_detail, name="order"),
    path("orders/<int:pk>/cancel/", views.order_cancel, name="order_cancel"),
    path("orders/<int:pk>/retry/", views.order_retry, name="order_retry"),
    path("documents/", views.document_shelf, name="shelf"),
    path("documents/<int:pk>/", views.download, name="download"),
]
