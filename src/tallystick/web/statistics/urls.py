from django.urls import path

from tallystick.web.statistics import views

urlpatterns = [
    path("", views.sales, name="sales-statistics"),
    path("charts", views.home_charts, name="home-charts"),
    path("customer/<uuid:customer>/", views.customer, name="customer-statistics"),
]
