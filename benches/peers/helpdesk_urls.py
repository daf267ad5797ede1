# The addresses of the pages that django-helpdesk's mails link to.
from django.urls import include, path

urlpatterns = [path("helpdesk/", include("helpdesk.urls", namespace="helpdesk"))]
