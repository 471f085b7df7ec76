from django.urls import path

from tallystick.web.search import views

urlpatterns = [
    path("", views.search, name="search"),
    path("suggestions", views.suggestions, name="search-suggestions"),
]
