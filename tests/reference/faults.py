"""One wrong thing at a time: changed files, then file and line of the fault and words of it."""

from tests.reference.folders import BASE, PLACE


def head(**changes: str) -> str:
    """pack.toml of the place with some lines replaced."""
    lines = []
    for line in PLACE["pack.toml"].splitlines():
        key = line.split(" =", 1)[0]
        lines.append(f"{key} = {changes[key]}" if key in changes else line)
    return "\n".join(lines)


PARAMETER = '[[parameter]]\nname = "a.b"\nvalue = 1\nvalid_from = 2024-01-01\nsource = "x"\n'

TOML_FAULTS = {
    "syntax": ({"pack.toml": '[pack]\nname = "a\n'}, "pack.toml", 2, "TOML 语法错误(第 10 列)"),
    "open at the end": ({"roles.toml": "[[role]]\na = ["}, "roles.toml", 2, "文件末尾"),
    "no pack.toml": ({"pack.toml": None}, "pack.toml", 1, "缺少 pack.toml"),
    "no [pack]": ({"pack.toml": "[site]\n"}, "pack.toml", 1, "缺少 [pack] 表"),
    "unknown table": ({"pack.toml": head() + "\n[sites]\n"}, "pack.toml", 12, "您是否想写“site”?"),
    "unknown key": ({"pack.toml": head() + "\nhosst = 1"}, "pack.toml", 12, "您是否想写“host”?"),
    "unknown key, nothing near": (
        {"pack.toml": head() + "\nzzz = 1"},
        "pack.toml",
        12,
        "可用的有:",
    ),
    "missing key": (
        {"pack.toml": head().replace('version = "1"\n', "")},
        "pack.toml",
        1,
        "缺少“version”",
    ),
    "wrong type": ({"pack.toml": head(title="7")}, "pack.toml", 3, "应是不为空的文字"),
    "bad date": ({"pack.toml": head(valid_from='"2024-13-01"')}, "pack.toml", 6, "应是日期"),
    "date with a time": (
        {"pack.toml": head(valid_from="2024-01-01T00:00:00")},
        "pack.toml",
        6,
        "应是日期",
    ),
    "unknown status": ({"pack.toml": head(status='"old"')}, "pack.toml", 5, "不能是“old”"),
    "historical without end": (
        {"pack.toml": head(status='"historical"')},
        "pack.toml",
        5,
        "必须写明失效日期",
    ),
    "period upside down": (
        {"pack.toml": head(title='"x"\nvalid_to = 2023-01-01')},
        "pack.toml",
        4,
        "早于有效期起",
    ),
    "name is not the folder's": (
        {"pack.toml": head(name='"tianjin"')},
        "pack.toml",
        2,
        "与文件夹名“cangzhou-2024”不一致",
    ),
    "ill-formed name": ({"pack.toml": head(name='"A B"')}, "pack.toml", 2, "只能用小写字母"),
    "unknown base": ({"pack.toml": head(extends='"bass"')}, "pack.toml", 7, "找不到政策包“bass”"),
    "circle": ({"pack.toml": head(extends='"cangzhou-2024"')}, "pack.toml", 7, "绕成了圈"),
    "fault in the base": (
        {"base/error_words.txt": "帐号\n"},
        "pack.toml",
        7,
        "所继承的包“base”有 1 处问题,如 error_words.txt:1:",
    ),
    "historical base": (
        {
            "base/pack.toml": BASE["pack.toml"].replace(
                '"current"', '"historical"\nvalid_to = 2020-01-01'
            )
        },
        "pack.toml",
        1,
        "不能建立在历史包“base”之上",
    ),
    "unknown region": (
        {"pack.toml": head().replace("130900", "139999")},
        "pack.toml",
        8,
        "区划代码“139999”不存在",
    ),
    "place incomplete": (
        {"pack.toml": head(place='{ region = "130900" }')},
        "pack.toml",
        8,
        "缺少“operator”",
    ),
    "policy without status": (
        {"pack.toml": head() + '\n[[policy]]\nnumber = "1"\ntitle = "x"\nissuer = "y"\n'},
        "pack.toml",
        12,
        "缺少“issued_on”",
    ),
    "parameter without source": (
        {"parameters.toml": PARAMETER.replace('source = "x"\n', "")},
        "parameters.toml",
        1,
        "没有写明依据",
    ),
    "parameter with empty source": (
        {"parameters.toml": PARAMETER.replace('"x"', '""')},
        "parameters.toml",
        5,
        "没有写明依据",
    ),
    "parameter name": (
        {"parameters.toml": PARAMETER.replace("a.b", "A-b")},
        "parameters.toml",
        2,
        "参数名“A-b”不对",
    ),
    "parameters overlap": (
        {"parameters.toml": PARAMETER + "\n" + PARAMETER.replace("2024-01-01", "2025-01-01")},
        "parameters.toml",
        7,
        "有效期与第 1 行的重叠",
    ),
    "parameter is no list": (
        {"parameters.toml": '[parameter]\nname = "x"\n'},
        "parameters.toml",
        1,
        "应写成 [[parameter]]",
    ),
    "threshold is no number": (
        {
            "parameters.toml": PARAMETER.replace("a.b", "sharing.threshold.x").replace(
                "= 1", '= "十"'
            )
        },
        "parameters.toml",
        1,
        "共享门槛应是不小于 0 的数",
    ),
    "unknown funding": (
        {
            "parameters.toml": PARAMETER.replace("a.b", "sharing.threshold.x")
            + 'applies_to = ["fiskal"]\n'
        },
        "parameters.toml",
        1,
        "不是代码表“funding_source”中的代码,您是否想写“fiscal”?",
    ),
    "missing code list": (
        {
            "base/codes.toml": BASE["codes.toml"].split("\n\n")[1],
            "base/codes/funding_source.csv": None,
            "parameters.toml": PARAMETER.replace("a.b", "sharing.threshold.x"),
        },
        "parameters.toml",
        1,
        "用到的代码表“funding_source”不存在",
    ),
    "unknown role": (
        {"roles.toml": '[[role]]\ncode = "editr"\nlabel = "x"\nscope = "none"\n'},
        "roles.toml",
        2,
        "您是否想写“editor”?",
    ),
    "role twice": (
        {"roles.toml": '[[role]]\ncode = "pi"\nlabel = "x"\nscope = "none"\n' * 2},
        "roles.toml",
        6,
        "写了两次",
    ),
    "role scope": (
        {"roles.toml": '[[role]]\ncode = "pi"\nlabel = "x"\nscope = "city"\n'},
        "roles.toml",
        4,
        "“scope”不能是“city”",
    ),
    "unknown step": (
        {"workflow.toml": "[record.steps]\nunit_chek = true\n"},
        "workflow.toml",
        2,
        "您是否想写“unit_check”?",
    ),
    "step is no boolean": (
        {"workflow.toml": '[record.steps]\nunit_check = "yes"\n'},
        "workflow.toml",
        2,
        "应是true 或 false",
    ),
    "no step at all": (
        {"workflow.toml": "[record.steps]\nunit_check = false\n"},
        "workflow.toml",
        1,
        "至少要有一个审核步骤",
    ),
    "record is no table": ({"workflow.toml": "record = 1\n"}, "workflow.toml", 1, "应是表"),
    "unknown record key": (
        {"workflow.toml": "[record]\nstep = 1\n[record.steps]\nunit_check = true\n"},
        "workflow.toml",
        2,
        "未知的键“step”",
    ),
    "override is no list": (
        {"workflow.toml": "[record.steps]\nunit_check = true\n[record.override]\nx = 1\n"},
        "workflow.toml",
        3,
        "应写成 [[record.override]]",
    ),
    "unknown affiliation": (
        {"workflow.toml": PLACE["workflow.toml"].replace('"county"', '"kounty"')},
        "workflow.toml",
        6,
        "您是否想写“county”?",
    ),
}
