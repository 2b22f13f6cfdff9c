"""Files that somebody sends stay in memory, and too large ones take none."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from cocora.common import uploads


def sent(data: bytes):
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.csv", data)})
    return request.FILES["file"]


def test_a_file_is_kept_in_memory_and_not_on_a_disk():
    file = sent(b"x" * 3_000_000)
    assert (file.name, file.size, file.read()) == ("a.csv", 3_000_000, b"x" * 3_000_000)
    assert not hasattr(file, "temporary_file_path")


def test_of_a_file_that_is_too_large_only_the_size_is_kept(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 200_000)
    file = sent(b"x" * 1_000_000)
    assert file.size == 1_000_000
    assert len(file.read()) < 200_000
