"""Pictures of a workbook by row: WPS cell pictures, Excel's pictures in cells, floating ones.

WPS keeps the pictures of ``=DISPIMG("ID_…",1)`` in ``xl/cellimages.xml``; Excel those placed in a
cell behind its rich values; floating pictures belong to the row of their upper left corner.
"""

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from kexiang.core.tabular_cells import local, parser
from kexiang.core.tabular_guard import Unreadable
from kexiang.core.tabular_types import Picture

MAX_BYTES = 50 * 1024**2
_MAX_XML = 64 * 1024**2
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".heic", ".tif", ".tiff"})
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def find(
    path: Path, sheet: str, cells: Mapping[str, tuple[int, int]], *, after: int = 0
) -> Iterator[Picture]:
    """Pictures of the cells (name → row and column), then floating ones behind row ``after``."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = _Book(archive)
            yield from _of_cells(book, cells)
            for row, column, part in book.floating(sheet):
                picture = book.picture(row, column, f"{row}-{column}", part)
                if picture is not None and row > after:
                    yield picture
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, OSError, ValueError) as error:
        raise Unreadable("表格里的图片无法读取。请重新保存文件,或改用照片压缩包。") from error


def _of_cells(book: "_Book", cells: Mapping[str, tuple[int, int]]) -> Iterator[Picture]:
    if not cells:
        return
    parts = {**book.cell_images(), **book.rich_values()}
    for name, (row, column) in cells.items():
        picture = book.picture(row, column, name, parts.get(name, ""))
        if picture is not None:
            yield picture


def read(path: Path, picture: Picture) -> bytes:
    """The bytes of a picture. Raises ``Unreadable`` for one that is too large or torn."""
    if picture.size > MAX_BYTES:
        raise Unreadable(f"第 {picture.row} 行的图片超过 50 MB,请压缩后再上传。")
    try:
        with zipfile.ZipFile(path) as archive, archive.open(picture.part) as stream:
            return stream.read(MAX_BYTES + 1)[:MAX_BYTES]
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise Unreadable(f"第 {picture.row} 行的图片无法读取,请重新插入。") from error


class _Book:
    """The parts of an archive that lead to pictures."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.lower(): name for name in archive.namelist()}

    def picture(self, row: int, column: int, name: str, part: str) -> Picture | None:
        found = self.names.get(part.lower())
        suffix = posixpath.splitext(part)[1].lower()
        if found is None or suffix not in _SUFFIXES:
            return None
        size = self.archive.getinfo(found).file_size
        return Picture(row, column, name, found, suffix, size)

    def tree(self, part: str) -> Any:
        """The root of a part, or an empty element when there is no such part."""
        name = self.names.get(part.lower())
        if name is None:
            return etree.Element("none")
        if self.archive.getinfo(name).file_size > _MAX_XML:
            raise ValueError(part)
        return etree.fromstring(self.archive.read(name), parser())

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Id → (kind, target part) of the relations of a part."""
        folder, _, name = part.rpartition("/")
        found = {}
        for node in self.tree(f"{folder}/_rels/{name}.rels"):
            target = str(node.get("Target", ""))
            whole = target.lstrip("/") if target[:1] == "/" else posixpath.join(folder, target)
            kind = str(node.get("Type", "")).rpartition("/")[2]
            found[str(node.get("Id"))] = (kind, posixpath.normpath(whole))
        return found

    def cell_images(self) -> dict[str, str]:
        """WPS: name of the picture → part."""
        part = "xl/cellimages.xml"
        relations = self.relations(part)
        found = {}
        for image in self.tree(part):
            name, blip = _name(image), _embedded(image)
            if name and blip in relations:
                found[name] = relations[blip][1]
        return found

    def rich_values(self) -> dict[str, str]:
        """Excel: ``vm:1`` → part, through metadata, rich values and their relations."""
        if "xl/metadata.xml" not in self.names:
            return {}
        folder = "xl/richData"
        relations = self.relations(f"{folder}/richValueRel.xml")
        parts = [relations.get(str(n.get(f"{_OFFICE}id")), ("", ""))[1]
                 for n in self.tree(f"{folder}/richValueRel.xml")]  # fmt: skip
        values = [
            int(node[0].text or 0) if len(node) and (node[0].text or "").isdigit() else -1
            for node in self.tree(f"{folder}/rdrichvalue.xml")
        ]
        found = {}
        for number, index in enumerate(self._value_numbers(), start=1):
            if 0 <= index < len(values) and 0 <= values[index] < len(parts):
                found[f"vm:{number}"] = parts[values[index]]
        return found

    def _value_numbers(self) -> list[int]:
        """The number of the rich value behind each ``vm``."""
        future: list[int] = []
        values: list[int] = []
        for node in self.tree("xl/metadata.xml"):
            if local(node.tag) == "futureMetadata":
                future = [int(rvb.get("i", 0)) for rvb in node.iter() if local(rvb.tag) == "rvb"]
            elif local(node.tag) == "valueMetadata":
                values = [int(rc.get("v", 0)) for rc in node.iter() if local(rc.tag) == "rc"]
        return [future[value] if value < len(future) else -1 for value in values]

    def floating(self, sheet: str) -> Iterator[tuple[int, int, str]]:
        """Row (from 1), column (from 0) and part of the pictures that float over a sheet."""
        for kind, drawing in self.relations(self._part_of(sheet)).values():
            if kind != "drawing":
                continue
            relations = self.relations(drawing)
            for anchor in self.tree(drawing):
                blip, place = _embedded(anchor), _corner(anchor)
                if blip in relations and place is not None:
                    yield *place, relations[blip][1]

    def _part_of(self, sheet: str) -> str:
        relations = self.relations("xl/workbook.xml")
        for node in self.tree("xl/workbook.xml").iter():
            if local(node.tag) == "sheet" and node.get("name") == sheet:
                return relations.get(str(node.get(f"{_OFFICE}id")), ("", ""))[1]
        return ""


def _name(image: Any) -> str:
    for node in image.iter():
        if local(node.tag) == "cNvPr":
            return str(node.get("name") or "")
    return ""


def _embedded(image: Any) -> str:
    for node in image.iter():
        if local(node.tag) == "blip":
            return str(node.get(f"{_OFFICE}embed") or "")
    return ""


def _corner(anchor: Any) -> tuple[int, int] | None:
    for node in anchor:
        if local(node.tag) == "from":
            texts = {local(child.tag): str(child.text or "") for child in node}
            if texts.get("row", "").isdigit() and texts.get("col", "").isdigit():
                return int(texts["row"]) + 1, int(texts["col"])
    return None
