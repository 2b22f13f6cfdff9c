from django.core.checks.registry import registry

from handbooks import checks


def test_a_machine_that_can_print_is_not_warned():
    assert checks.printing_libraries() == []


def test_missing_pango_is_a_warning_with_the_line_to_run(monkeypatch):
    monkeypatch.setattr(checks, "LIBRARIES", ("libpango-that-is-not-there.so.0",))
    assert checks.printing_libraries in registry.registered_checks
    (warning,) = checks.printing_libraries()
    assert "libpango-that-is-not-there.so.0" in warning.msg
    assert warning.hint.startswith("Run: sudo apt-get install libpango-1.0-0")
    assert not warning.is_serious()
