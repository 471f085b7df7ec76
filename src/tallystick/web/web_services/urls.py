from django.urls import path

from tallystick.web.web_services import keys, views

urlpatterns = [
    path("", views.overview, name="web-services"),
    path("key", keys.own, name="own-key"),
    path("key/revoke", keys.revoke_own, name="own-key-revoke"),
    path("<str:name>/publish", views.publish_set, name="web-service-publish"),
    path("<str:name>/unpublish", views.unpublish_set, name="web-service-unpublish"),
]
