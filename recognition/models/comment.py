"""Comments: what members say to each other about an identity."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from recognition.models.identity import Identity

MAX_COMMENT_LENGTH = 2000


class Comment(models.Model):
    """Plain text by one member; ``author`` is empty once they have left."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField(max_length=MAX_COMMENT_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.identity_id}"
