"""Words of a question that say nothing about the thing looked for."""

STOP_WORDS = frozenset(
    {
        "怎么", "怎样", "如何", "什么", "哪里", "哪些", "哪个", "哪儿", "多少", "可以", "能否",
        "能不能", "需要", "进行", "请问", "有没有", "是否", "一下", "为什么", "为何", "原因",
        "问题", "我们",
        "你们", "想要", "希望", "附近", "应该", "以及", "或者", "还是", "这种", "那种", "一种",
        "一个", "the", "of", "and", "for", "in", "how", "to", "what", "where", "is",
        "are",
    }
)  # fmt: skip
