"""The ASGI application, for servers that prefer it."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

from everyid_site.env import choose_settings

choose_settings()
application = get_asgi_application()
