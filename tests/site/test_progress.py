import io

from kexiang_site.progress import Progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _clock(*times: float):
    ticks = iter(times)
    return lambda: next(ticks)


def test_lines_come_every_few_seconds_elsewhere() -> None:
    out = io.StringIO()
    progress = Progress(out, _clock(0, 1, 6, 7))

    for done in (0, 100, 200, 300):
        progress(done, 300, "导入")

    assert out.getvalue().splitlines() == [
        "导入 0/300(0%)",
        "导入 200/300(67%)",
        "导入 300/300(100%)",
    ]


def test_bar_is_drawn_on_a_terminal() -> None:
    out = _Terminal()
    progress = Progress(out, _clock(0, 1))

    progress(50, 100, "导入")
    progress.finish()

    assert "█" * 14 + "░" * 14 in out.getvalue()
    assert out.getvalue().endswith("50/100\n")


def test_unknown_total_counts() -> None:
    out = io.StringIO()
    Progress(out)(1234, 0, "重建索引")

    assert out.getvalue() == "重建索引 1,234\n"
