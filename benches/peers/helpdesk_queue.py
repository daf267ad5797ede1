# Makes the queue of the bench: read by IMAP, answered with the templates that come with django-helpdesk.
import os

import django

django.setup()
from helpdesk.models import EmailTemplate, Queue  # noqa: E402

assert EmailTemplate.objects.filter(template_name="newticket_submitter").exists()
Queue.objects.create(
    title="Support",
    slug="support",
    email_address=os.environ["PEER_ADDRESS"],
    allow_email_submission=True,
    email_box_type="imap",
    email_box_host="127.0.0.1",
    email_box_port=int(os.environ["PEER_IMAP"]),
    email_box_ssl=False,
    email_box_user=os.environ["PEER_ADDRESS"],
    email_box_pass=os.environ["PEER_PASSWORD"],
    email_box_imap_folder="INBOX",
    email_box_interval=0,
    logging_type="none",
)
