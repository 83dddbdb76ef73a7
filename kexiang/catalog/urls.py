"""Workbench pages of the catalogue."""

from django.urls import path, re_path

from kexiang.catalog.views import detail, entry, exports, import_steps, imports, lists, pick

app_name = "catalog"
UID = "(?P<uid>[0-9A-HJKMNP-TV-Z]{26})"
ACTION = "(?P<action>submit|approve|return|refuse|withdraw|take_down|restore|cancel|confirm)"
urlpatterns = [
    path("work/records/", lists.record_list, name="record_list"),
    path("work/records/new/", entry.record_create, name="record_create"),
    path("work/records/export/", lists.record_export, name="record_export"),
    path("work/records/national/", lists.record_national, name="record_national"),
    path("work/records/print/", lists.record_print, name="record_print"),
    path("work/exports/", exports.export_list, name="export_list"),
    re_path(rf"^work/exports/{UID}/$", exports.export_detail, name="export_detail"),
    re_path(rf"^work/exports/{UID}/file/$", exports.export_download, name="export_download"),
    re_path(rf"^work/records/{UID}/$", detail.record_detail, name="record_detail"),
    re_path(rf"^work/records/{UID}/edit/$", entry.record_edit, name="record_edit"),
    re_path(rf"^work/records/{UID}/autosave/$", entry.record_autosave, name="record_autosave"),
    re_path(
        rf"^work/records/{UID}/duplicates/$", entry.record_duplicates, name="record_duplicates"
    ),
    re_path(rf"^work/records/{UID}/delete/$", entry.record_delete, name="record_delete"),
    re_path(rf"^work/records/{UID}/state/$", detail.record_state, name="record_state"),
    re_path(rf"^work/records/{UID}/history/$", detail.record_history, name="record_history"),
    re_path(
        rf"^work/records/{UID}/history/(?P<number>\d{{1,9}})/$",
        lambda request, uid, number: detail.record_version(request, uid, int(number)),
        name="record_version",
    ),
    re_path(
        rf"^work/records/{UID}/history/(?P<number>\d{{1,9}})/restore/$",
        lambda request, uid, number: detail.record_restore(request, uid, int(number)),
        name="record_restore",
    ),
    re_path(rf"^work/records/{UID}/{ACTION}/$", detail.record_act, name="record_act"),
    path("work/suggest/", pick.suggest, name="suggest"),
    path("work/review/", lists.review_queue, name="review_queue"),
    path("work/review/batch/", lists.review_batch, name="review_batch"),
    path("work/imports/", imports.import_list, name="import_list"),
    path("work/imports/new/", imports.import_create, name="import_create"),
    path("work/imports/template/<slug:kind>.xlsx", imports.import_template, name="import_template"),
    re_path(rf"^work/imports/{UID}/$", imports.import_detail, name="import_detail"),
    re_path(rf"^work/imports/{UID}/sheet/$", import_steps.import_sheet, name="import_sheet"),
    re_path(rf"^work/imports/{UID}/columns/$", import_steps.import_columns, name="import_columns"),
    re_path(rf"^work/imports/{UID}/preset/$", import_steps.import_preset, name="import_preset"),
    re_path(rf"^work/imports/{UID}/again/$", import_steps.import_again, name="import_again"),
    re_path(rf"^work/imports/{UID}/photos/$", import_steps.import_photos, name="import_photos"),
    re_path(
        rf"^work/imports/{UID}/photos/list/$",
        import_steps.import_photo_list,
        name="import_photo_list",
    ),
    re_path(rf"^work/imports/{UID}/faults/$", imports.import_faults, name="import_faults"),
    re_path(
        rf"^work/imports/{UID}/(?P<action>check|run|undo)/$",
        imports.import_act,
        name="import_act",
    ),
]
