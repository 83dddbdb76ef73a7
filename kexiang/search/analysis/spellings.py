"""The same word written otherwise: characters people exchange, and words of Taiwan and Hong Kong.

Used on questions only: a text keeps its own spelling, so that what it literally says is found
whatever its neighbours are (``fold`` explains why no rule of several characters is in there).
"""

# Either way round: a question with one of them is asked with the other as well.
EITHER = (
    ("黏", "粘"), ("萤光", "荧光"), ("图象", "图像"), ("成象", "成像"), ("影象", "影像"),
    ("录象", "录像"), ("摄象", "摄像"), ("想象", "想像"), ("傅里叶", "傅立叶"),
    ("覆盖", "复盖"), ("水分", "水份"), ("成分", "成份"), ("糖苷", "糖甙"), ("其他", "其它"),
    ("账", "帐"), ("摩擦", "磨擦"), ("碳素", "炭素"), ("活性炭", "活性碳"),
    ("硫磺", "硫黄"), ("机率", "几率"), ("阈值", "阀值"), ("氨基酸", "胺基酸"),
    ("制作", "制做"), ("订货", "定货"),
    ("凯氏", "凯式"), ("体视", "体式"),
    ("alpha", "α"), ("beta", "β"), ("gamma", "γ"), ("delta", "δ"), ("lambda", "λ"),

)  # fmt: skip
# As written elsewhere → as written here (already in simplified characters).
ELSEWHERE = (
    ("雷射", "激光"), ("镭射", "激光"), ("奈米", "纳米"), ("软体", "软件"), ("硬体", "硬件"),
    ("资料库", "数据库"), ("资讯", "信息"), ("网路", "网络"), ("网际网路", "互联网"),
    ("解析度", "分辨率"), ("电浆", "等离子体"), ("矽", "硅"), ("程式", "程序"), ("数位", "数字"),
    ("萤幕", "屏幕"), ("印表机", "打印机"), ("列印", "打印"), ("品质", "质量"), ("讯号", "信号"),
    ("光碟", "光盘"), ("记忆体", "内存"), ("演算法", "算法"),
    ("人工智慧", "人工智能"), ("最佳化", "优化"), ("模组", "模块"),
    ("感测器", "传感器"), ("量测", "测量"), ("扫瞄", "扫描"), ("穿透式", "透射"),
    ("扫描式", "扫描"), ("层析仪", "色谱仪"), ("层析", "色谱"),
    ("绕射", "衍射"), ("去氧核糖核酸", "脱氧核糖核酸"), ("蛋白质体", "蛋白质组"),
    ("基因体", "基因组"),
    ("马达", "电机"), ("引擎", "发动机"),

)  # fmt: skip
_MOST = 3


def spellings(folded: str) -> tuple[str, ...]:
    """``folded`` first, then as others would spell it; at most three more."""
    found = {folded: None}
    for ours, theirs in EITHER:
        for written, other in ((ours, theirs), (theirs, ours)):
            if written in folded and (len(written) > 1 or not written.isascii()):
                found[folded.replace(written, other)] = None
                break
    here = folded
    for written, other in ELSEWHERE:
        here = here.replace(written, other)
    found[here] = None
    return tuple(found)[: _MOST + 1]
