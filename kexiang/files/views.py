from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags
from django.views.decorators.http import require_safe

from kexiang.core.http import ActorRequest
from kexiang.files import queries
from kexiang.files.types import Served

# Only what a browser shows without running anything is shown in place; the rest is saved.
INLINE = frozenset({"image/jpeg", "image/png", "application/pdf"})


def _send(request: ActorRequest, served: Served) -> HttpResponse | FileResponse:
    if served.etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified()
    response: HttpResponse | FileResponse
    if settings.FILES_ACCEL:
        response = HttpResponse()
        response["X-Accel-Redirect"] = f"{settings.FILES_ACCEL.rstrip('/')}/{served.relative}"
    else:
        response = FileResponse(served.path.open("rb"))
    response["Content-Type"] = served.media_type
    is_saved = served.media_type not in INLINE
    disposition = content_disposition_header(is_saved, served.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["ETag"] = served.etag
    # Whoever sees the subject today may not see it tomorrow: caches ask again.
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
    return response


@require_safe
def file_detail(request: ActorRequest, uid: str) -> HttpResponse | FileResponse:
    return _send(request, queries.served(request.actor, uid, thumb=False))


@require_safe
def file_thumb(request: ActorRequest, uid: str) -> HttpResponse | FileResponse:
    return _send(request, queries.served(request.actor, uid, thumb=True))
