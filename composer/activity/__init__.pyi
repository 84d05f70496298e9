from .delivery import deliver
from .webhooks import Webhook, add_webhook, list_webhooks, remove_webhook, verified
from .wording import Subject, about, line

__all__ = [
    "Subject",
    "Webhook",
    "about",
    "add_webhook",
    "deliver",
    "line",
    "list_webhooks",
    "remove_webhook",
    "verified",
]
