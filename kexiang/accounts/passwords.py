"""Password rules in our own words where Django's Chinese catalogue has none."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """At least ``min_length`` characters (等保 2.0: identity strength)."""

    def get_error_message(self) -> str:
        return _("密码太短,至少需要%(least)s位。") % {"least": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少%(least)s位。") % {"least": self.min_length}
