"""Uploads stay in memory: lists and scans of people are not laid down on a disk unsealed."""

import io

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

# More than any form here takes. What is larger is counted and dropped; the form says its limit.
MOST_BYTES = 25 * 1024 * 1024


class MemoryUploadHandler(FileUploadHandler):
    """Keeps a file of up to MOST_BYTES; of a larger one only its size, so that ``size`` has to be
    asked before the content is read."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= MOST_BYTES:
            self.kept.write(raw_data)
        else:
            self.kept = io.BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name or "",
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
