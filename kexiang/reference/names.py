"""English names of regions: pinyin and the sort of place. Pure functions.

The lists of GB/T 2260 carry no English names; the platform writes them as maps do:
潞州区 → Luzhou District, 长治高新技术产业开发区 → Changzhi High-tech Zone.
"""

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

# Names that are not written in plain pinyin.
FIXED = {
    "陕西省": "Shaanxi",
    "内蒙古自治区": "Inner Mongolia",
    "广西壮族自治区": "Guangxi",
    "宁夏回族自治区": "Ningxia",
    "新疆维吾尔自治区": "Xinjiang",
    "西藏自治区": "Tibet",
    "香港特别行政区": "Hong Kong",
    "澳门特别行政区": "Macao",
    "哈尔滨市": "Harbin",
    "呼和浩特市": "Hohhot",
    "乌鲁木齐市": "Urumqi",
    "拉萨市": "Lhasa",
}
# Readings that the dictionary of single characters would get wrong.
READINGS = {"长治": "Changzhi", "长子": "Zhangzi", "重庆": "Chongqing", "厦门": "Xiamen"}
# Longest first: 高新技术产业开发区 before 区.
SORTS = (
    ("高新技术产业开发区", "High-tech Zone"),
    ("经济技术开发区", "Economic and Technological Development Zone"),
    ("经济开发区", "Economic Development Zone"),
    ("高新区", "High-tech Zone"),
    ("经开区", "Economic Development Zone"),
    ("自治州", "Prefecture"),
    ("自治县", "County"),
    ("自治旗", "Banner"),
    ("地区", "Prefecture"),
    ("新区", "New Area"),
    ("矿区", "Mining District"),
    ("林区", "Forestry District"),
    ("省", ""),
    ("市", ""),
    ("县", "County"),
    ("区", "District"),
    ("盟", "League"),
    ("旗", "Banner"),
)
PEOPLES = re.compile(
    "(?:(?:壮|回|藏|苗|彝|侗|瑶|白|傣|黎|羌|满|怒|畲|水|京)族|维吾尔族?|蒙古族?|布依族|朝鲜族|土家族|"
    "哈尼族|哈萨克族?|傈僳族|佤族|拉祜族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|布朗族|"
    "撒拉族|毛南族|仡佬族|锡伯族?|普米族|塔吉克族?|鄂温克族|德昂族|保安族|裕固族|独龙族|鄂伦春族?|"
    "东乡族|各族)+$"
)


@lru_cache(maxsize=4096)
def region_english(name: str) -> str:
    """The English name of a region of GB/T 2260 or of a functional zone."""
    if name in FIXED:
        return FIXED[name]
    for ending, sort in SORTS:
        stem = name.removesuffix(ending)
        if stem and stem != name and (len(stem) > 1 or ending in ("县", "区")):
            return f"{_spelt(PEOPLES.sub('', stem) or stem)} {sort}".rstrip()
    return _spelt(name)


def _spelt(text: str) -> str:
    """Syllables in one word, as place names are written; an apostrophe before a, e and o."""
    for known, spelt in READINGS.items():
        if text.startswith(known):
            return spelt + (_spelt(text[len(known) :]).lower() if text != known else "")
    syllables = lazy_pinyin(text, v_to_u=True, errors="ignore")
    joined = "".join(
        f"'{one}" if place and one[:1] in "aeo" else one for place, one in enumerate(syllables)
    )
    return joined[:1].upper() + joined[1:]
