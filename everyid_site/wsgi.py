"""The WSGI application, which granian (``manage.py up``) or any other server runs."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from everyid_site.env import choose_settings

choose_settings()
application = get_wsgi_application()
