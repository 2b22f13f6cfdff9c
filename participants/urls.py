from django.urls import path

from participants.views import (
    cohorts,
    communities,
    consent_link,
    consents,
    duplicates,
    enrolments,
    exports,
    imports,
    organisations,
    participants,
    partners,
    practitioners,
    times,
    venues,
)

app_name = "participants"
urlpatterns = [
    # Cohorts
    path("cohorts/", cohorts.cohort_list, name="cohorts"),
    path("cohorts/new/", cohorts.cohort_create, name="cohort_create"),
    path("cohorts/<int:cohort_pk>/", cohorts.cohort, name="cohort"),
    path("cohorts/<int:cohort_pk>/edit/", cohorts.cohort_edit, name="cohort_edit"),
    path("cohorts/<int:cohort_pk>/move/", cohorts.cohort_move, name="cohort_move"),
    path("cohorts/<int:cohort_pk>/next/", cohorts.cohort_next, name="cohort_next"),
    path("cohorts/<int:cohort_pk>/partners/", partners.partner_add, name="partner_add"),
    path(
        "cohorts/<int:cohort_pk>/partners/<int:pk>/end/", partners.partner_end, name="partner_end"
    ),
    path("cohorts/<int:cohort_pk>/places/", partners.place_add, name="place_add"),
    path("cohorts/<int:cohort_pk>/places/<int:pk>/role/", partners.place_role, name="place_role"),
    path("cohorts/<int:cohort_pk>/places/<int:pk>/end/", partners.place_end, name="place_end"),
    # Communities and their contacts
    path("communities/", communities.community_list, name="communities"),
    path("communities/new/", communities.community_create, name="community_create"),
    path("communities/<int:pk>/", communities.community, name="community"),
    path("communities/<int:pk>/edit/", communities.community_edit, name="community_edit"),
    path("communities/<int:pk>/retire/", communities.community_retire, name="community_retire"),
    path("communities/<int:pk>/restore/", communities.community_restore, name="community_restore"),
    path("communities/<int:pk>/contacts/new/", communities.contact_create, name="contact_create"),
    path(
        "communities/<int:pk>/contacts/<int:contact_pk>/edit/",
        communities.contact_edit,
        name="contact_edit",
    ),
    path(
        "communities/<int:pk>/contacts/<int:contact_pk>/invite/",
        communities.contact_invite,
        name="contact_invite",
    ),
    path(
        "communities/<int:pk>/contacts/<int:contact_pk>/end/",
        communities.contact_end,
        name="contact_end",
    ),
    # Practitioners and their times
    path("practitioners/", practitioners.practitioner_list, name="practitioners"),
    path("practitioners/new/", practitioners.practitioner_create, name="practitioner_create"),
    path("practitioners/<int:pk>/", practitioners.practitioner, name="practitioner"),
    path("practitioners/<int:pk>/edit/", practitioners.practitioner_edit, name="practitioner_edit"),
    path("practitioners/<int:pk>/link/", practitioners.practitioner_link, name="practitioner_link"),
    path(
        "practitioners/<int:pk>/invite/",
        practitioners.practitioner_invite,
        name="practitioner_invite",
    ),
    path(
        "practitioners/<int:pk>/retire/",
        practitioners.practitioner_retire,
        name="practitioner_retire",
    ),
    path(
        "practitioners/<int:pk>/restore/",
        practitioners.practitioner_restore,
        name="practitioner_restore",
    ),
    path("practitioners/<int:pk>/times/", times.practitioner_times, name="practitioner_times"),
    path("practitioners/<int:pk>/times/weekly/", times.time_add, name="time_add"),
    path(
        "practitioners/<int:pk>/times/weekly/<int:time_pk>/remove/",
        times.time_remove,
        name="time_remove",
    ),
    path("practitioners/<int:pk>/times/blocked/", times.block_add, name="block_add"),
    path(
        "practitioners/<int:pk>/times/blocked/<int:block_pk>/remove/",
        times.block_remove,
        name="block_remove",
    ),
    path("my-times/", times.my_times, name="my_times"),
    # Venues
    path("venues/", venues.venue_list, name="venues"),
    path("venues/new/", venues.venue_create, name="venue_create"),
    path("venues/<int:pk>/", venues.venue, name="venue"),
    path("venues/<int:pk>/edit/", venues.venue_edit, name="venue_edit"),
    path("venues/<int:pk>/retire/", venues.venue_retire, name="venue_retire"),
    path("venues/<int:pk>/restore/", venues.venue_restore, name="venue_restore"),
    # Organisations
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    # People of a cohort
    path("cohorts/<int:cohort_pk>/people/", enrolments.cohort_people, name="cohort_people"),
    path("cohorts/<int:cohort_pk>/people/add/", enrolments.enrolment_add, name="enrolment_add"),
    path(
        "cohorts/<int:cohort_pk>/people/enrol/",
        enrolments.enrol_everybody,
        name="enrol_everybody",
    ),
    path(
        "cohorts/<int:cohort_pk>/people/complete/",
        enrolments.complete_everybody,
        name="complete_everybody",
    ),
    path(
        "cohorts/<int:cohort_pk>/people/<int:pk>/<str:step>/",
        enrolments.enrolment_step,
        name="enrolment_step",
    ),
    # Participants
    path("participants/", participants.participant_list, name="participants"),
    path("participants/new/", participants.participant_add, name="participant_add"),
    path("participants/<uuid:pk>/", participants.participant, name="participant"),
    path("participants/<uuid:pk>/edit/", participants.participant_edit, name="participant_edit"),
    # Consent
    path("participants/<uuid:pk>/consent/", consents.consent_ask, name="consent_ask"),
    path("participants/<uuid:pk>/links/", consents.consent_link_make, name="consent_link_make"),
    path(
        "participants/<uuid:pk>/consent/<str:purpose>/withdraw/",
        consents.consent_withdraw,
        name="consent_withdraw",
    ),
    path(
        "consent-links/<int:pk>/revoke/",
        consents.consent_link_revoke,
        name="consent_link_revoke",
    ),
    path("consents/<int:pk>/scan/", consents.consent_scan, name="consent_scan"),
    path("consent-terms/", consents.consent_terms, name="consent_terms"),
    path("consent-terms/new/", consents.consent_terms_write, name="consent_terms_write"),
    path("consent/<str:token>/", consent_link.consent_answer, name="consent_answer"),
    # Lists of people, in and out
    path("participants/import/", imports.people_import, name="import"),
    path("cohorts/<int:cohort_pk>/people/import/", imports.cohort_import, name="cohort_import"),
    path("participants/import/<uuid:pk>/", imports.import_check, name="import_check"),
    path("participants/import/<uuid:pk>/columns/", imports.import_columns, name="import_columns"),
    path("participants/import/<uuid:pk>/confirm/", imports.import_confirm, name="import_confirm"),
    path("participants/import/<uuid:pk>/discard/", imports.import_discard, name="import_discard"),
    path("participants/export/", exports.people_export, name="export"),
    path(
        "cohorts/<int:cohort_pk>/people/export/",
        exports.cohort_people_export,
        name="cohort_export",
    ),
    # Possible duplicates
    path("participants/duplicates/", duplicates.duplicates, name="duplicates"),
    path(
        "participants/duplicates/<uuid:pk>/<uuid:other_pk>/",
        duplicates.duplicate,
        name="duplicate",
    ),
    path(
        "participants/duplicates/<uuid:pk>/<uuid:other_pk>/different/",
        duplicates.duplicate_dismiss,
        name="duplicate_dismiss",
    ),
]
