"""The WSGI application that any server can run: `tallystick.web.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.config.django_settings")

application = get_wsgi_application()
