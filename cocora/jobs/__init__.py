"""Long work: a row, a Celery task, a lease"""
