"""`/healthz` answers while the process lives; `/readyz` when its database does too and has this version's tables."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.financials.database import unapplied_migrations


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process can answer at all; it asks nothing of the database."""
    return JsonResponse({"ok": True})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and no migration is missing, else 503 with the reason."""
    try:
        missing = unapplied_migrations()
    except DatabaseError:
        return JsonResponse({"ok": False, "reason": "the database does not answer"}, status=503)
    if missing:
        return JsonResponse({"ok": False, "reason": f"{missing} migrations are not applied yet"}, status=503)
    return JsonResponse({"ok": True})
