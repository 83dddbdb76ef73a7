"""Suggestions for fields in which records or units are chosen."""

from dataclasses import asdict

from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from kexiang.catalog import queries
from kexiang.catalog.views import shared
from kexiang.core.http import ActorRequest


@require_GET
@never_cache
def suggest(request: ActorRequest) -> JsonResponse:
    """``{"items": [{"value", "label", "note"}]}`` for the text ``q`` and the kind ``kind``."""
    shared.require_login(request)
    found = queries.suggestions(
        request.actor, request.GET.get("kind", "")[:40], request.GET.get("q", "")
    )
    return JsonResponse({"items": [asdict(choice) for choice in found]})
