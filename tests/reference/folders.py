"""Small packs on disk for the tests: a base and a place, both sound until a test changes a file."""

from pathlib import Path

BASE = {
    "pack.toml": """\
[pack]
name = "base"
title = "基础包"
version = "1"
status = "current"
valid_from = 2009-01-01
""",
    "codes.toml": """\
[[system]]
name = "funding_source"
title = "资金来源"
version = "1"
source = "试验"

[[system]]
name = "org.affiliation"
title = "隶属关系"
version = "1"
source = "试验"
""",
    "codes/funding_source.csv": "code,label,label_en\nfiscal,财政资金,Public\nown,自有资金,Own\n",
    "codes/org.affiliation.csv": "code,label\ncity,市属\ncounty,县区属\n",
    "regions.csv": (
        "code,name,parent,valid_from,valid_to\n"
        "130000,河北省,,,\n"
        "130900,沧州市,130000,,\n"
        "130902,新华区,130900,,\n"
        "130921,沧县,130900,,2024-05-31\n"
        "130904,沧州新区,130900,2024-06-01,\n"
    ),
    "region_changes.csv": (
        "old_code,new_code,kind,changed_on,main,note\n130921,130904,recoded,2024-06-01,yes,试验\n"
    ),
    "calendar/2024.csv": "date,kind,name\n2024-05-01,off,劳动节\n2024-05-11,work,劳动节\n",
    "roles.toml": '[[role]]\ncode = "editor"\nlabel = "信息发布员"\nscope = "region"\n',
    "workflow.toml": "[record.steps]\nunit_check = true\ncity_check = true\n",
    "synonyms.txt": "# 同义词\n透射电镜,TEM\n拉力机,万能试验机\n",
    "error_words.txt": "帐号,账号\n",
}
PLACE = {
    "pack.toml": """\
[pack]
name = "cangzhou-2024"
title = "沧州试验包"
version = "1"
status = "current"
valid_from = 2024-01-01
extends = "base"
place = { region = "130900", name = "沧州市", operator = "沧州市科学技术局" }

[site]
title = "沧州科技资源平台"
""",
    "parameters.toml": """\
[[parameter]]
name = "sharing.threshold.city"
label = "沧州市"
value = 30
unit = "万元"
applies_to = ["fiscal"]
valid_from = 2024-01-01
valid_to = 2024-12-31
source = "试验文件第一条"

[[parameter]]
name = "sharing.threshold.city"
label = "沧州市"
value = 25
unit = "万元"
applies_to = ["fiscal"]
valid_from = 2025-01-01
source = "试验文件第二条"
""",
    "zones.csv": "code,name,short,parent\n130971,沧州高新区,高新区,130900\n",
    "workflow.toml": """\
[record.steps]
unit_check = true
city_check = true

[[record.override]]
affiliation = ["county"]
county_check = true
""",
    "hot_words.txt": "枣 检测\n管件\n",
    "synonyms.txt": "拉力机,拉伸试验机\n",
}


def write_packs(folder: Path, changes: dict[str, str | None] | None = None) -> Path:
    """Both packs under ``folder``; ``changes`` gives files of the place (None deletes) a new text.

    A name with ``base/`` before it changes the base. Returns the place's folder.
    """
    files = {f"base/{name}": text for name, text in BASE.items()}
    files |= {f"cangzhou-2024/{name}": text for name, text in PLACE.items()}
    for name, text in (changes or {}).items():
        path = name if name.startswith("base/") else f"cangzhou-2024/{name}"
        if text is None:
            files.pop(path)
        else:
            files[path] = text
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder / "cangzhou-2024"
