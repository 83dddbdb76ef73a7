"""Words of a question that say nothing about the thing looked for."""

import re

STOP_WORDS = frozenset(
    {
        "怎么", "怎样", "如何", "什么", "哪里", "哪些", "哪个", "哪儿", "多少", "可以", "能否",
        "能不能", "需要", "进行", "请问", "有没有", "是否", "一下", "为什么", "为何", "原因",
        "问题", "我们", "你们", "想要", "希望", "附近", "应该", "以及", "或者", "还是", "这种",
        "那种", "一种", "一个", "没有", "不会", "老是", "总是", "经常", "里面", "里边", "表面上",
        "看看", "知道", "确定", "怎么办", "办法", "哪家", "谁能", "哪有", "太快", "太慢", "非常",
        "超标", "检测", "检验", "化验", "测试", "合格", "达标", "产品", "东西", "情况", "办理",
        "the", "of", "and", "for", "in", "how", "to", "what", "where", "is", "are",
    }
)  # fmt: skip
# Single characters that stand for nothing by themselves.
PARTICLES = frozenset(
    "的了吗呢吧啊呀着过地得和与及或在是有没不能会要把被给对从到去来上下里中内外多少么什怎哪谁"
    "这那些个种样很太还就都也又再才我你他她它们请想做找查测用让叫为以于之所而且但如若因"
    "件台次只老总用出够真假好坏高低大小"
    "后前时间起成性些点么度量率"
)
# What makes a question of a sentence: 多不多, 能不能, 怎么办, 是什么, 哪里能…
_QUESTION = re.compile(
    "(.)[不没]\\1|为什么会?|怎么[办样]?|怎样|如何|是什么|什么|哪里能?|哪儿能?|哪家能?|谁能|有没有"
    "|可不可以|可以|能否|是否|多少|检测一下|检验一下|一下|请问|我想|我要|想要|需要|找原因|原因"
    "|怎么回事|咋回事|咋办|咋|有问题|出问题|的问题"
)


def without_question(text: str) -> str:
    """``text`` with a blank wherever it only asks."""
    return _QUESTION.sub(" ", text)
