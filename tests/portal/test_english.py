"""The public side is complete in English (style.md §5.13)."""

from datetime import date

from django.utils import translation

from kexiang.portal.queries import home
from tools import check_i18n, messages


def test_every_public_message_has_an_english_text():
    messages.set_up()
    assert list(check_i18n._missing_english(messages.messages())) == []


def test_labels_of_a_language_are_not_kept_for_the_other(db, rf):
    with translation.override("en"):
        home.home(date(2026, 11, 23))
    chinese = home.home(date(2026, 11, 23))
    assert all(not figure.label.isascii() for figure in chinese.figures)
