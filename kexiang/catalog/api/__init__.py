"""``/records`` and ``/imports`` of the public interface (design.md §3)."""

from ninja import Router

from kexiang.catalog.api.imports import router as imports
from kexiang.catalog.api.records import router as records

router = Router()
router.add_router("", records)
router.add_router("", imports)

__all__ = ["router"]
