"""How a record, a change to it and an import move. The tables are the regulation.

Roles stand for the relation in which they matter: a unit role counts for the owner of the
record, ``dept_officer`` for the owner's superior department, ``county_officer`` and
``bureau_admin`` for the region in which the owner lies. ``policies`` resolves that.
"""

from kexiang.catalog.types import (
    ChangeState,
    ExportAction,
    ExportState,
    ImportAction,
    ImportState,
    RecordAction,
    RecordState,
)
from kexiang.kernel.lifecycle import Lifecycle, Step

S = RecordState
A = RecordAction
C = ChangeState

AUTHORS = frozenset({"researcher", "pi", "sme_admin", "instrument_keeper", "unit_admin"})
UNIT = frozenset({"unit_admin"})
DEPT = frozenset({"dept_officer", "county_officer", "bureau_admin"})
CITY = frozenset({"bureau_admin"})
SYSTEM = frozenset({"system"})

SUBMIT_ARTICLE = "289号文第十一条:建成验收后30个工作日内报送"
CHECK_ARTICLE = "289号文第十一条:报送信息须经审核"
DEPT_ARTICLE = "289号文第十一条:由主管部门审核;县(市、区)按隶属关系初审"
CITY_ARTICLE = "003号文:符合条件的科技资源纳入市级平台管理"
RETURN_ARTICLE = "B2:退回修改,原编号保留"
REFUSE_ARTICLE = "B2:不予通过,办理终结"
WITHDRAW_ARTICLE = "B2:撤回,由提交人在办结前提出"
DOWN_ARTICLE = "003号文:及时更新名录;B2:下架为暂时,须写明原因"
CANCEL_ARTICLE = "B2:注销须有报废、调拨或毁损文件"
CHANGE_ARTICLE = "003号文:及时发布、更新共享的仪器名录"
SKIP_ARTICLE = "工作流由地方政策包设定"


def _step(action: A, sources: set[S], target: S, by: frozenset[str], article: str) -> Step[S, A]:
    return Step(action, frozenset(sources), target, by, article)


RECORD: Lifecycle[S, A] = Lifecycle(
    "record",
    initial=S.DRAFT,
    steps=[
        _step(A.SUBMIT, {S.DRAFT, S.RETURNED, S.WITHDRAWN}, S.UNIT_CHECK, AUTHORS, SUBMIT_ARTICLE),
        _step(A.APPROVE, {S.UNIT_CHECK}, S.DEPT_CHECK, UNIT, CHECK_ARTICLE),
        _step(A.APPROVE, {S.DEPT_CHECK}, S.CITY_CHECK, DEPT, DEPT_ARTICLE),
        _step(A.APPROVE, {S.CITY_CHECK}, S.PUBLISHED, CITY, CITY_ARTICLE),
        _step(A.SKIP, {S.UNIT_CHECK}, S.DEPT_CHECK, SYSTEM, SKIP_ARTICLE),
        _step(A.SKIP, {S.DEPT_CHECK}, S.CITY_CHECK, SYSTEM, SKIP_ARTICLE),
        _step(A.SKIP, {S.CITY_CHECK}, S.PUBLISHED, SYSTEM, SKIP_ARTICLE),
        _step(A.RETURN, {S.UNIT_CHECK}, S.RETURNED, UNIT, RETURN_ARTICLE),
        _step(A.RETURN, {S.DEPT_CHECK}, S.RETURNED, DEPT, RETURN_ARTICLE),
        _step(A.RETURN, {S.CITY_CHECK}, S.RETURNED, CITY, RETURN_ARTICLE),
        _step(A.REFUSE, {S.UNIT_CHECK}, S.REFUSED, UNIT, REFUSE_ARTICLE),
        _step(A.REFUSE, {S.DEPT_CHECK}, S.REFUSED, DEPT, REFUSE_ARTICLE),
        _step(A.REFUSE, {S.CITY_CHECK}, S.REFUSED, CITY, REFUSE_ARTICLE),
        _step(
            A.WITHDRAW,
            {S.UNIT_CHECK, S.DEPT_CHECK, S.CITY_CHECK},
            S.WITHDRAWN,
            AUTHORS,
            WITHDRAW_ARTICLE,
        ),
        _step(A.TAKE_DOWN, {S.PUBLISHED, S.CHANGE_CHECK}, S.TAKEN_DOWN, UNIT | CITY, DOWN_ARTICLE),
        _step(A.RESTORE, {S.TAKEN_DOWN}, S.PUBLISHED, UNIT | CITY, DOWN_ARTICLE),
        _step(
            A.CANCEL,
            {S.PUBLISHED, S.CHANGE_CHECK, S.TAKEN_DOWN},
            S.CANCELLED,
            UNIT | CITY,
            CANCEL_ARTICLE,
        ),
        _step(A.OPEN_CHANGE, {S.PUBLISHED}, S.CHANGE_CHECK, AUTHORS, CHANGE_ARTICLE),
        _step(A.CLOSE_CHANGE, {S.CHANGE_CHECK}, S.PUBLISHED, SYSTEM, CHANGE_ARTICLE),
    ],
)


def _change(action: A, sources: set[C], target: C, by: frozenset[str], article: str) -> Step[C, A]:
    return Step(action, frozenset(sources), target, by, article)


CHANGE: Lifecycle[C, A] = Lifecycle(
    "record_change",
    initial=C.DRAFT,
    steps=[
        _change(A.SUBMIT, {C.DRAFT, C.RETURNED}, C.UNIT_CHECK, AUTHORS, CHANGE_ARTICLE),
        _change(A.APPROVE, {C.UNIT_CHECK}, C.DEPT_CHECK, UNIT, CHECK_ARTICLE),
        _change(A.APPROVE, {C.DEPT_CHECK}, C.CITY_CHECK, DEPT, DEPT_ARTICLE),
        _change(A.APPROVE, {C.CITY_CHECK}, C.ACCEPTED, CITY, CITY_ARTICLE),
        _change(A.SKIP, {C.UNIT_CHECK}, C.DEPT_CHECK, SYSTEM, SKIP_ARTICLE),
        _change(A.SKIP, {C.DEPT_CHECK}, C.CITY_CHECK, SYSTEM, SKIP_ARTICLE),
        _change(A.SKIP, {C.CITY_CHECK}, C.ACCEPTED, SYSTEM, SKIP_ARTICLE),
        _change(A.RETURN, {C.UNIT_CHECK}, C.RETURNED, UNIT, RETURN_ARTICLE),
        _change(A.RETURN, {C.DEPT_CHECK}, C.RETURNED, DEPT, RETURN_ARTICLE),
        _change(A.RETURN, {C.CITY_CHECK}, C.RETURNED, CITY, RETURN_ARTICLE),
        _change(A.REFUSE, {C.UNIT_CHECK}, C.REFUSED, UNIT, REFUSE_ARTICLE),
        _change(A.REFUSE, {C.DEPT_CHECK}, C.REFUSED, DEPT, REFUSE_ARTICLE),
        _change(A.REFUSE, {C.CITY_CHECK}, C.REFUSED, CITY, REFUSE_ARTICLE),
        _change(
            A.WITHDRAW,
            {C.DRAFT, C.RETURNED, C.UNIT_CHECK, C.DEPT_CHECK, C.CITY_CHECK},
            C.WITHDRAWN,
            AUTHORS,
            WITHDRAW_ARTICLE,
        ),
    ],
)

M = ImportState
D = ImportAction
IMPORT: Lifecycle[M, D] = Lifecycle(
    "import",
    initial=M.UPLOADED,
    steps=[
        Step(D.CHECK, frozenset({M.UPLOADED, M.CHECKED, M.FAILED}), M.CHECKING, AUTHORS),
        Step(D.CHECKED, frozenset({M.CHECKING}), M.CHECKED, SYSTEM),
        Step(D.REOPEN, frozenset({M.UPLOADED, M.CHECKED, M.FAILED}), M.UPLOADED, AUTHORS),
        Step(D.RUN, frozenset({M.CHECKED, M.UPLOADED, M.FAILED}), M.RUNNING, AUTHORS),
        Step(D.FINISH, frozenset({M.RUNNING}), M.DONE, SYSTEM),
        Step(D.FAIL, frozenset({M.CHECKING, M.RUNNING}), M.FAILED, SYSTEM),
        Step(D.UNDO, frozenset({M.DONE}), M.UNDOING, AUTHORS),
        Step(D.UNDONE, frozenset({M.UNDOING}), M.UNDONE, SYSTEM),
    ],
)

X = ExportState
Y = ExportAction
EXPORT: Lifecycle[X, Y] = Lifecycle(
    "export",
    initial=X.WAITING,
    steps=[
        Step(Y.BEGIN, frozenset({X.WAITING, X.RUNNING}), X.RUNNING, SYSTEM),
        Step(Y.FINISH, frozenset({X.RUNNING}), X.DONE, SYSTEM),
        Step(Y.FAIL, frozenset({X.WAITING, X.RUNNING}), X.FAILED, SYSTEM),
    ],
)
