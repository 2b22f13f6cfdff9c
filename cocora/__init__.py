"""The front door of the CoCoRa platform: settings, routes, accounts, audit, jobs."""

from cocora.celery import app as celery_app

__all__ = ["celery_app"]
