from django.db import models


class Stateful(models.Model):
    """A row that moves along a lifecycle. Only ``audit.services.advance`` writes ``state``."""

    state = models.CharField(max_length=24)

    class Meta:
        abstract = True
