"""QR codes of addresses, as SVG for the page and print, as PNG for a phone to keep."""

from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathFillImage

BORDER = 4  # the quiet zone of ISO/IEC 18004, in modules
PIXELS = 10


def svg(address: str) -> bytes:
    """A scalable picture on white, without colours or scripts of its own."""
    return _written(_code(address, 10).make_image(image_factory=SvgPathFillImage))


def png(address: str) -> bytes:
    """A black and white picture, ``PIXELS`` to the module."""
    return _written(_code(address, PIXELS).make_image(image_factory=PilImage))


def _code(address: str, size: int) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=size, border=BORDER)
    code.add_data(address)
    return code


def _written(picture: object) -> bytes:
    out = BytesIO()
    picture.save(out)  # type: ignore[attr-defined]
    return out.getvalue()
