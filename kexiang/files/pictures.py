"""Pictures are decoded whole and encoded anew: what is stored is only pixels.

That strips EXIF (place, device), ends polyglots, and turns HEIC into JPEG, which every
browser shows.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from kexiang.files.content import HEIC, JPEG, PNG, WEBP
from kexiang.files.types import Content
from kexiang.kernel.errors import Invalid

pillow_heif.register_heif_opener()

MAX_PIXELS = 100_000_000
MAX_SIDE = 6_000
THUMB = (480, 360)
_FORMAT = {
    JPEG.media_type: "JPEG",
    PNG.media_type: "PNG",
    WEBP.media_type: "WEBP",
    HEIC.media_type: "HEIF",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """The new encoding, its thumbnail (JPEG), and the size in pixels."""

    content: Content
    data: bytes
    thumb: bytes
    width: int
    height: int


def encode(path: Path, content: Content) -> Picture:
    """Decode and encode anew; raises ``Invalid`` when it cannot be decoded or is too large."""
    try:
        with warnings.catch_warnings():
            # Our own limit is checked before decoding; Pillow's softer one only warns.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=[_FORMAT[content.media_type]]) as image:
                _check_size(image)
                image.load()
                return _encode(_srgb(ImageOps.exif_transpose(image) or image), content)
    except Image.DecompressionBombError as error:
        raise Invalid(_too_large()) from error
    except (OSError, SyntaxError, ValueError, RuntimeError, EOFError) as error:
        raise Invalid(_("图片已损坏,打不开,请重新拍照或另存后再传。")) from error


def _too_large() -> str:
    return _("图片的像素过多(上限 1 亿像素),请缩小后再传。")


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise Invalid(_too_large())
    if min(image.size) < 1:
        raise Invalid(_("图片没有内容,请重新选择。"))


def _srgb(image: Image.Image) -> Image.Image:
    """Colours in sRGB (phones write Display P3), since the profile is not kept."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except ImageCms.PyCMSError:
            return image
        return changed or image
    return image


def _encode(image: Image.Image, content: Content) -> Picture:
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    keeps_holes = content in (PNG, WEBP) and "A" in image.getbands() + (
        ("A",) if "transparency" in image.info else ()
    )
    target = PNG if content == PNG or keeps_holes else JPEG
    mode = "RGBA" if keeps_holes else "RGB"
    pixels = image.convert(mode)
    thumb = pixels.copy()
    thumb.thumbnail(THUMB, Image.Resampling.LANCZOS)
    return Picture(
        content=target,
        data=_bytes(pixels, target),
        thumb=_bytes(_on_white(thumb), JPEG, quality=82),
        width=pixels.width,
        height=pixels.height,
    )


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _bytes(image: Image.Image, content: Content, *, quality: int = 90) -> bytes:
    out = BytesIO()
    image.info.clear()
    if content == PNG:
        image.save(out, "PNG", optimize=False)
    else:
        image.save(out, "JPEG", quality=quality, progressive=True)
    return out.getvalue()
