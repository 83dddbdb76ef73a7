"""How people's fingers change a name: slips (typos) and harmless variants."""

import random
import re
from collections import Counter, defaultdict

from pypinyin import Style, lazy_pinyin

# Characters that look alike; a slip exchanges one for another of its group.
ALIKE = (
    "未末", "己已", "土士", "侯候", "拨拔", "辩辨", "复夏", "密蜜", "测侧", "折拆析", "钢纲",
    "镜境", "烯稀", "酶霉", "晴情清", "环坏", "倍陪培", "检捡险", "粒拉", "渗惨", "磁滋",
    "波坡破", "胶校较", "载栽裁", "烧浇绕", "偏编遍", "往住注", "菌茵", "徽微", "代伐", "体休",
    "仪议", "度渡", "析柝", "量童", "离禽", "液夜", "气汽", "谱普", "质盾", "电申", "热熟",
    "显湿", "超趋", "纯纱", "水永", "分兮", "光先", "色包", "原源", "子于", "射谢", "密秘",
)  # fmt: skip
# The same word, written with another character.
HAN_VARIANTS = {
    "粘": "黏", "黏": "粘", "傅里叶": "傅立叶", "图像": "图象", "荧光": "萤光", "仿真": "仿眞",
    "覆盖": "复盖", "叶绿": "葉绿", "其它": "其他", "黏土": "粘土", "糖甙": "糖苷", "糖苷": "糖甙",
}  # fmt: skip
_LATIN = re.compile("[A-Za-z0-9]")
_FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_LEAST_COMMON = 20
_SAME_VARIANT = 2


class Slips:
    """Slips with the characters of ``texts``, so that a wrong character is a common one."""

    def __init__(self, texts: str, dice: random.Random) -> None:
        self.dice = dice
        common = Counter(c for c in texts if "\u4e00" <= c <= "\u9fff")
        self._varied: Counter[str] = Counter()
        self.sounds: dict[str, list[str]] = defaultdict(list)
        for char, count in sorted(common.items()):
            if count >= _LEAST_COMMON:
                self.sounds[_sound(char)].append(char)

    def han(self, name: str) -> str:
        """``name`` with one slip; "" when the dice found none. By weight: a character of the
        same sound (input methods), one that looks alike, two exchanged, one left out, one twice."""
        way = self.dice.choices(("sound", "alike", "swap", "drop", "twice"), (50, 18, 12, 10, 10))
        at = self.dice.randrange(len(name))
        if way == ["sound"]:
            return self._exchange(name, at, self.sounds[_sound(name[at])])
        if way == ["alike"]:
            places = [i for i, c in enumerate(name) if any(c in group for group in ALIKE)]
            if not places:
                return ""
            at = self.dice.choice(places)
            return self._exchange(name, at, next(g for g in ALIKE if name[at] in g))
        if way == ["swap"] and len(name) > 3 and at + 1 < len(name):
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        if way == ["drop"] and len(name) > 4:
            return name[:at] + name[at + 1 :]
        return name[: at + 1] + name[at:] if way == ["twice"] and len(name) > 3 else ""

    def _exchange(self, name: str, at: int, others: "list[str] | str") -> str:
        others = [c for c in others if c != name[at]]
        return name[:at] + self.dice.choice(others) + name[at + 1 :] if others else ""

    def latin(self, code: str) -> str:
        """``code`` with a letter or digit exchanged, left out, doubled or swapped."""
        places = [i for i, c in enumerate(code) if _LATIN.match(c)][1:]
        if len(places) < 4:
            return ""
        at = self.dice.choice(places)
        way = self.dice.randrange(4)
        if way == 0:
            other = "0123456789" if code[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
            return code[:at] + self.dice.choice(other) + code[at + 1 :]
        if way == 1:
            return code[:at] + code[at + 1 :]
        if way == 2:
            return code[: at + 1] + code[at:]
        return code[: at - 1] + code[at] + code[at - 1] + code[at + 1 :]

    def varies(self, name: str) -> bool:
        return _LATIN.search(name) is not None or any(v in name for v in HAN_VARIANTS)

    def variant(self, name: str) -> str:
        """Another way to write the same name."""
        for written, other in HAN_VARIANTS.items():
            if written in name and self._varied[written] < _SAME_VARIANT:
                self._varied[written] += 1
                return name.replace(written, other)
        way = self.dice.randrange(5)
        if way == 0:
            return name.translate(_FULL)
        if way == 1:
            return name.swapcase()
        if way == 2 and re.search("[-/ ]", name):
            return re.sub("[-/ ]", self.dice.choice(("", " ", "—")), name)
        if way == 3:  # blanks between letters and characters
            return re.sub("(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])", " ", name)
        return re.sub("(?<=[A-Za-z])(?=[0-9])", self.dice.choice(("-", " ")), name)


def _sound(char: str) -> str:
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])
