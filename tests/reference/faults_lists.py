"""One wrong thing at a time in the tables and word lists of a pack."""

from tests.reference.faults import head
from tests.reference.folders import BASE

CHANGE_HEAD = "old_code,new_code,kind,changed_on\n"
LIST_FAULTS = {
    "code twice": (
        {"base/codes/org.affiliation.csv": "code,label\ncity,市属\ncity,市管\n"},
        "base",
        3,
        "代码“city”重复,已在第 2 行",
    ),
    "codes overlap": (
        {
            "base/codes/org.affiliation.csv": "code,label,valid_from,valid_to\n"
            "city,市属,,2020-12-31\ncity,市管,2020-12-31,\n"
        },
        "base",
        3,
        "有效期与第 2 行的重叠",
    ),
    "unknown parent": (
        {"base/codes/org.affiliation.csv": "code,label,parent\ncity,市属,\na,甲,citi\n"},
        "base",
        3,
        "上级代码“citi”不存在,您是否想写“city”?",
    ),
    "own parent": (
        {"base/codes/org.affiliation.csv": "code,label,parent\ncity,市属,city\n"},
        "base",
        2,
        "不能是自己的上级",
    ),
    "list without file": (
        {"codes.toml": '[[system]]\nname = "a"\ntitle = "x"\nversion = "1"\nsource = "y"\n'},
        "codes.toml",
        2,
        "找不到代码表文件 codes/a.csv",
    ),
    "file without list": (
        {"codes/b.csv": "code,label\n1,一\n"},
        "codes/b.csv",
        1,
        "缺少 codes.toml",
    ),
    "unknown column": (
        {"base/codes/org.affiliation.csv": "code,labl\ncity,市属\n"},
        "base",
        1,
        "未知的列“labl”,您是否想写“label”?",
    ),
    "column twice": (
        {"base/codes/org.affiliation.csv": "code,label,label\ncity,市属,x\n"},
        "base",
        1,
        "出现了两次",
    ),
    "empty cell": (
        {"base/codes/org.affiliation.csv": "code,label\ncity,\n"},
        "base",
        2,
        "不能为空",
    ),
    "too many cells": (
        {"base/codes/org.affiliation.csv": "code,label\ncity,市属,x\n"},
        "base",
        2,
        "本行有 3 列",
    ),
    "bad date in a table": (
        {"base/codes/org.affiliation.csv": "code,label,valid_from\ncity,市属,2020/1/1\n"},
        "base",
        2,
        "日期“2020/1/1”不对",
    ),
    "open quote": (
        {"base/codes/org.affiliation.csv": 'code,label\n"city,市属\n'},
        "base",
        2,
        "CSV",
    ),
    "region code": (
        {"zones.csv": "code,name,parent\n1309,甲,130900\n"},
        "zones.csv",
        2,
        "6 位数字",
    ),
    "zone without city": (
        {"zones.csv": "code,name,parent\n130971,甲,\n"},
        "zones.csv",
        2,
        "所在市",
    ),
    "zone under nothing": (
        {"zones.csv": "code,name,parent\n130971,甲,139900\n"},
        "zones.csv",
        2,
        "上级区划“139900”不存在",
    ),
    "change of an unknown code": (
        {"region_changes.csv": CHANGE_HEAD + "130999,130904,merged,2024-06-01\n"},
        "region_changes.csv",
        2,
        "区划代码“130999”不存在",
    ),
    "change of an unknown kind": (
        {"region_changes.csv": CHANGE_HEAD + "130921,130904,moved,2024-06-01\n"},
        "region_changes.csv",
        2,
        "变更类型不能是“moved”",
    ),
    "day in another year": (
        {"calendar/2025.csv": "date,kind\n2026-01-01,off\n"},
        "calendar/2025.csv",
        2,
        "不在 2025 年",
    ),
    "kind of day": (
        {"calendar/2025.csv": "date,kind\n2025-01-01,free\n"},
        "calendar/2025.csv",
        2,
        "只能是 off",
    ),
    "day twice": (
        {"calendar/2025.csv": "date,kind\n2025-01-01,off\n2025-01-01,off\n"},
        "calendar/2025.csv",
        3,
        "已在第 2 行",
    ),
    "empty calendar": ({"calendar/2027.csv": "date,kind\n"}, "calendar/2027.csv", 1, "日历是空的"),
    "calendar of no year": (
        {"calendar/next.csv": "date,kind\n"},
        "calendar/next.csv",
        1,
        "应是年份",
    ),
    "single synonym": ({"synonyms.txt": "TEM\n"}, "synonyms.txt", 1, "至少两个"),
    "synonym in two groups": (
        {"synonyms.txt": "TEM,透射\n\ntem,电镜\n"},
        "synonyms.txt",
        3,
        "“tem”已在第 1 行",
    ),
    "error word without advice": (
        {"error_words.txt": "# 词\n帐号\n"},
        "error_words.txt",
        2,
        "每行写“词,建议改为",
    ),
    "error word twice": ({"error_words.txt": "甲,乙\n甲,丙\n"}, "error_words.txt", 2, "写了两次"),
    "advice is the word": ({"error_words.txt": "甲,甲\n"}, "error_words.txt", 1, "与原词相同"),
    "too many hot words": (
        {"hot_words.txt": "".join(f"词{n}\n" for n in range(13))},
        "hot_words.txt",
        1,
        "首页只放得下 12 个",
    ),
    "hot word twice": ({"hot_words.txt": "甲\n甲\n"}, "hot_words.txt", 1, "热词有重复"),
    "unknown file": ({"parameter.toml": ""}, "parameter.toml", 1, "未知的文件"),
    "unknown folder": ({"kind/a.toml": ""}, "kind", 1, "未知的文件夹"),
    "kind file with an unknown list": (
        {"kinds/well.toml": '[[field]]\nname = "x"\n\n[[field]]\ncodes = "org.afiliation"\n'},
        "kinds/well.toml",
        5,
        "代码表“org.afiliation”不存在,您是否想写“org.affiliation”?",
    ),
    "list named twice": (
        {"base/codes.toml": BASE["codes.toml"] + BASE["codes.toml"]},
        "pack.toml",
        7,
        "登记了两次",
    ),
    "list of the wrong shape": (
        {"codes.toml": '[[system]]\nname = "a"\n'},
        "codes.toml",
        1,
        "缺少“title”",
    ),
    "codes.toml is no TOML": ({"codes.toml": "[[system]\n"}, "codes.toml", 1, "TOML 语法错误"),
    "unregistered list": (
        {"codes.toml": "# none yet\n", "codes/b.csv": "code,label\n1,一\n"},
        "codes/b.csv",
        1,
        "没有在 codes.toml 中登记",
    ),
    "parent is no region code": (
        {"zones.csv": "code,name,parent\n130971,甲,沧州\n"},
        "zones.csv",
        2,
        "上级区划代码“沧州”应是 6 位数字",
    ),
    "main is neither yes nor no": (
        {"region_changes.csv": CHANGE_HEAD.strip() + ",main\n130921,130904,merged,2024-06-01,1\n"},
        "region_changes.csv",
        2,
        "“main”只能填 yes、no",
    ),
    "change without a day": (
        {"region_changes.csv": CHANGE_HEAD + "130921,130904,merged,june\n"},
        "region_changes.csv",
        2,
        "日期“june”不对",
    ),
    "change twice": (
        {"region_changes.csv": CHANGE_HEAD + "130921,130904,merged,2024-06-01\n" * 2},
        "region_changes.csv",
        3,
        "已写在第 2 行",
    ),
    "calendar day is no date": (
        {"calendar/2025.csv": "date,kind\nnew year,off\n2025-01-01,off\n"},
        "calendar/2025.csv",
        2,
        "日期“new year”不对",
    ),
    "entry is no table": ({"parameters.toml": "parameter = [1]\n"}, "parameters.toml", 1, "应是表"),
    "current policy with an end": (
        {
            "pack.toml": head() + '\n[[policy]]\nnumber = "1"\ntitle = "x"\nissuer = "y"\n'
            'issued_on = 2024-01-01\nvalid_to = 2025-12-31\nstatus = "current"\n'
        },
        "pack.toml",
        12,
        "请在 note 中说明",
    ),
    "missing column": (
        {"zones.csv": "code,parent\n130971,130900\n"},
        "zones.csv",
        1,
        "缺少列“name”",
    ),
}
