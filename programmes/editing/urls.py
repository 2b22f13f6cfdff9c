"""Below /programmes/drafts/, in the namespace of the room."""

from django.urls import path

from programmes.editing.views import drafts, history, pictures, texts

urlpatterns = [
    path("", drafts.draft_list, name="draft_list"),
    path("new/", drafts.draft_new, name="draft_new"),
    path("preview/", pictures.draft_preview, name="draft_preview"),
    path("from/<int:pk>/", drafts.draft_fork, name="draft_fork"),
    path("<int:pk>/", drafts.draft_overview, name="draft"),
    path("<int:pk>/about/", drafts.draft_about, name="draft_about"),
    path("<int:pk>/add/<slug:kind>/", drafts.draft_add, name="draft_add"),
    path("<int:pk>/renumber/", drafts.draft_renumber, name="draft_renumber"),
    path("<int:pk>/publish/", drafts.draft_publish, name="draft_publish"),
    path("<int:pk>/delete/", drafts.draft_delete, name="draft_delete"),
    path("<int:pk>/package/", drafts.draft_package, name="draft_package"),
    path("<int:pk>/compare/", drafts.draft_compare, name="draft_compare"),
    path("<int:pk>/images/", pictures.draft_pictures, name="draft_pictures"),
    path(
        "<int:pk>/images/<int:image_pk>/delete/",
        pictures.draft_picture_delete,
        name="draft_picture_delete",
    ),
    path("<int:pk>/texts/<int:text_pk>/", texts.draft_text, name="draft_text"),
    path("<int:pk>/texts/<int:text_pk>/file/", texts.draft_source, name="draft_source"),
    path("<int:pk>/texts/<int:text_pk>/add/", drafts.draft_add_exercise, name="draft_add_exercise"),
    path("<int:pk>/texts/<int:text_pk>/move/", texts.draft_move, name="draft_move"),
    path("<int:pk>/texts/<int:text_pk>/delete/", texts.draft_remove, name="draft_remove"),
    path("<int:pk>/texts/<int:text_pk>/return/", texts.draft_return, name="draft_return"),
    path("<int:pk>/texts/<int:text_pk>/history/", history.draft_history, name="draft_history"),
    path(
        "<int:pk>/texts/<int:text_pk>/history/<int:version_pk>/restore/",
        history.draft_restore,
        name="draft_restore",
    ),
]
