"""English names of regions."""

import pytest

from kexiang.reference import names
from kexiang.reference import queries as reference


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("潞州区", "Luzhou District"),
        ("长治市", "Changzhi"),
        ("长子县", "Zhangzi County"),
        ("长治高新技术产业开发区", "Changzhi High-tech Zone"),
        ("沁源县", "Qinyuan County"),
        ("西安市", "Xi'an"),
        ("陕西省", "Shaanxi"),
        ("山西省", "Shanxi"),
        ("阿坝藏族羌族自治州", "Aba Prefecture"),
        ("吕梁市", "Lüliang"),
    ],
)
def test_names_are_written_as_on_maps(name, english):
    assert names.region_english(name) == english


@pytest.mark.django_db
def test_every_region_has_an_english_name():
    for info in reference.regions(deep=True):
        assert names.region_english(info.name).isprintable()
        assert not any("一" <= sign <= "鿿" for sign in names.region_english(info.name)), info.name
