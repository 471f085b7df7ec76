from django.urls import re_path

from tallystick.odata import views

urlpatterns = [
    re_path(r"^(?P<company>[-\w]+)/(?P<path>(?s:.*))\Z", views.service, name=views.ROUTE),
]
