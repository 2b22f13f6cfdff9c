from django.urls import include, path, register_converter

from programmes import views


class ModuleCode:
    regex = "[A-Z]{1,3}[0-9]{1,2}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class ExerciseCode(ModuleCode):
    regex = r"[A-Z]{1,3}[0-9]{1,2}\.[0-9]{1,2}"


class ImageName(ModuleCode):
    regex = r"[a-z0-9-]+\.(?:png|jpg)"


register_converter(ModuleCode, "module")
register_converter(ExerciseCode, "exercise")
register_converter(ImageName, "image")

app_name = "programmes"
urlpatterns = [
    path("", views.programme_list, name="list"),
    path("search/", views.search, name="search"),
    path("lists/", views.list_overview, name="lists"),
    path("lists/collect/<int:pk>/", views.list_collect, name="list_collect"),
    path("lists/<int:pk>/", views.list_detail, name="list_detail"),
    path("lists/<int:pk>/rename/", views.list_rename, name="list_rename"),
    path("lists/<int:pk>/delete/", views.list_delete, name="list_delete"),
    path("lists/<int:pk>/exercises/<int:exercise_pk>/", views.list_change, name="list_change"),
    path("drafts/", include("programmes.editing.urls")),
    path("curricula/retire/<int:pk>/", views.curriculum_retire, name="curriculum_retire"),
    path("curricula/<int:pk>/", views.curriculum, name="curriculum"),
    path("curricula/<int:pk>/images/<image:name>", views.image, name="image"),
    path("curricula/<int:pk>/<module:code>/", views.module, name="module"),
    path("curricula/<int:pk>/<exercise:code>/", views.exercise, name="exercise"),
    path("curricula/<int:pk>/<slug:code>/", views.chapter, name="chapter"),
    path("<slug:code>/", views.programme, name="programme"),
    path("<slug:code>/<exercise:exercise_code>/", views.current_exercise, name="current_exercise"),
]
