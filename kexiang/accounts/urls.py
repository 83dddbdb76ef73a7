"""Sign-in pages of django-allauth in our dress, and our own pages under /work/."""

from django.urls import include, path, re_path

from kexiang.accounts.views import entry, organisations, people, profile

UID = "(?P<uid>[0-9A-Z]{26})"
own = [
    path("demo/", entry.demo_list, name="demo"),
    path("demo/enter/", entry.demo_enter, name="demo_enter"),
    path("work/role/", entry.role_choose, name="role_choose"),
    path("work/profile/", profile.profile, name="profile"),
    path("work/profile/name/", profile.name_edit, name="name_edit"),
    path("work/profile/password/", profile.password_new, name="password_new"),
    path("work/profile/close/", profile.account_close, name="account_close"),
    path("work/profile/tokens/new/", profile.token_create, name="token_create"),
    re_path(rf"^work/profile/tokens/{UID}/revoke/$", profile.token_revoke, name="token_revoke"),
    path("work/people/", people.person_list, name="people"),
    path("work/people/new/", people.person_create, name="person_create"),
    re_path(rf"^work/people/{UID}/$", people.person_detail, name="person"),
    re_path(rf"^work/people/{UID}/contact/$", people.person_contact, name="person_contact"),
    re_path(
        rf"^work/people/{UID}/(?P<action>lock|unlock|close)/$",
        people.person_act,
        name="person_act",
    ),
    path("work/memberships/<int:pk>/end/", people.membership_end, name="membership_end"),
    path("work/organisation/", organisations.organisation_own, name="organisation_own"),
    path("work/organisations/", organisations.organisation_list, name="organisations"),
    path("work/organisations/new/", organisations.organisation_create, name="organisation_create"),
    re_path(
        rf"^work/organisations/{UID}/$", organisations.organisation_detail, name="organisation"
    ),
    re_path(
        rf"^work/organisations/{UID}/edit/$",
        organisations.organisation_edit,
        name="organisation_edit",
    ),
    re_path(
        rf"^work/organisations/{UID}/facts/(?P<attribute>[a-z]+)/$",
        organisations.organisation_fact,
        name="organisation_fact",
    ),
    re_path(
        rf"^work/organisations/{UID}/members/$",
        organisations.organisation_members,
        name="organisation_members",
    ),
]
urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include((own, "accounts"))),
]
