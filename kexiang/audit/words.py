"""What the codes of the journal mean, for people who read it (ux.md B5, 监督审计).

The journal keeps codes (``record.take_down``); a code without a word here is shown as it is.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

THINGS = {
    "audit": _("审计日志"),
    "demo": _("演示数据"),
    "export": _("导出"),
    "import": _("批量导入"),
    "organisation": _("单位"),
    "person": _("账号"),
    "record": _("资源记录"),
    "record_change": _("记录变更"),
    "role": _("角色"),
    "saved_search": _("收藏的检索"),
    "token": _("接口令牌"),
}
ACTS = {
    "accept_heads": _("确认封存值"),
    "alias_added": _("增加别名"),
    "approve": _("审核通过"),
    "ask": _("申请导出"),
    "begin": _("开始生成"),
    "cancel": _("注销"),
    "change": _("保存变更"),
    "changed": _("修改信息"),
    "check": _("开始校验"),
    "checked": _("校验完成"),
    "close_change": _("变更办结"),
    "closed": _("注销"),
    "confirm": _("确认无变化"),
    "contact_read": _("查看联系方式"),
    "create": _("新建"),
    "created": _("创建"),
    "delete": _("删除草稿"),
    "discard_change": _("放弃变更"),
    "email_changed": _("更换邮箱"),
    "email_confirmed": _("验证邮箱"),
    "email_deleted": _("删除邮箱"),
    "ended": _("终止"),
    "fact_set": _("登记属性"),
    "fail": _("失败"),
    "finish": _("完成"),
    "follow_owner": _("随单位变更"),
    "granted": _("授予"),
    "import": _("批量导入"),
    "import_undone": _("撤销导入"),
    "locked": _("锁定"),
    "marked": _("标记"),
    "mobile_confirmed": _("验证手机号"),
    "open_change": _("提交变更"),
    "opened": _("开通"),
    "password_changed": _("修改密码"),
    "password_reset": _("重设密码"),
    "photos": _("上传照片"),
    "recovery_codes_made": _("生成备用验证码"),
    "refuse": _("不予通过"),
    "renamed": _("修改姓名"),
    "reopen": _("重新核对"),
    "restore": _("恢复"),
    "return": _("退回修改"),
    "revoked": _("吊销"),
    "run": _("开始导入"),
    "second_factor_off": _("关闭两步验证"),
    "second_factor_on": _("开启两步验证"),
    "signed_in": _("登录"),
    "signed_up": _("注册"),
    "skip": _("免审(该环节未设置)"),
    "submit": _("提交"),
    "take_down": _("下架"),
    "undo": _("开始撤销"),
    "undone": _("撤销完成"),
    "unlocked": _("解除锁定"),
    "update": _("修改"),
    "upload": _("上传文件"),
    "withdraw": pgettext_lazy("record action", "撤回"),
}


def kind_label(kind: str) -> str:
    """``资源记录 · 下架`` for ``record.take_down``; "" where a word is missing."""
    thing, _dot, act = kind.partition(".")
    if thing not in THINGS or act not in ACTS:
        return ""
    return f"{THINGS[thing]} · {ACTS[act]}"
