from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

MAX_BYTES = 50 * 1024 * 1024
"""ux.md B1.4: one attachment is 50 MB at most."""


class FileVisibility(TextChoices):
    PUBLIC = "public", pgettext_lazy("visibility", "公开")
    REGISTERED = "registered", pgettext_lazy("visibility", "登录可见")
    UNIT = "unit", pgettext_lazy("visibility", "本单位可见")
    RESTRICTED = "restricted", pgettext_lazy("visibility", "受限")


class Purpose(TextChoices):
    """What a file is for decides which contents are accepted."""

    ATTACHMENT = "attachment", pgettext_lazy("file purpose", "附件")
    PICTURE = "picture", pgettext_lazy("file purpose", "图片")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file really is, found from its bytes. ``extension`` has no dot."""

    media_type: str
    extension: str

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class ZippedPhoto:
    """One file of a zip of photos: ``entry`` finds it again, ``name`` is its readable path.

    ``fault`` says why it cannot be used; ``size`` in bytes.
    """

    entry: str
    name: str
    size: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A stored file as pages show it."""

    uid: str
    name: str
    media_type: str
    size: int
    width: int
    height: int
    created_at: datetime

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def url(self) -> str:
        return f"/files/{self.uid}"

    @property
    def thumb_url(self) -> str:
        return f"/files/{self.uid}/thumb" if self.is_picture else ""


@dataclass(frozen=True, slots=True)
class Served:
    """What the view sends: a file on disk and how to name it."""

    path: Path
    relative: str
    name: str
    media_type: str
    etag: str
