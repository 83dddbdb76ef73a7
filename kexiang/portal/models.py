"""What the portal itself keeps: the records a person wants to find again."""

from django.db import models

from kexiang.kernel.ids import UID_LENGTH


class Favourite(models.Model):
    """A person's mark on a record (收藏, ux.md B3.4.1). It gives nobody a right to see it.

    ``record`` is the uid of the record; the row stays when the record is taken down, so that
    the mark is there again when the record is.
    """

    person = models.CharField(max_length=UID_LENGTH)
    record = models.CharField(max_length=UID_LENGTH)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "record"], name="portal_favourite_once"),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="portal_favourite_of_person")]

    def __str__(self) -> str:
        return f"{self.person} {self.record}"
