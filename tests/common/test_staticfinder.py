"""The browser gets the listed files of npm packages, and no other."""

from pathlib import Path

from django.contrib.staticfiles import finders

from cocora.common.staticfinder import FILES, NodePackages


def test_every_listed_file_is_installed():
    assert NodePackages().check() == []


def test_missing_packages_are_one_clear_error(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    [fault] = NodePackages().check()
    assert "npm ci" in fault.hint


def test_listed_file_is_found_at_its_address():
    place = finders.find("vendor/htmx.min.js")
    assert Path(place).parts[-3:] == ("htmx.org", "dist", "htmx.min.js")


def test_nothing_else_of_the_packages_is_reachable():
    finder = NodePackages()
    for address in ("vendor/htmx.js", "vendor/../package.json", "htmx.min.js", "vendor/"):
        assert finder.find(address) is None
        assert finder.find(address, find_all=True) == []


def test_collecting_lists_every_file_once_under_its_folder():
    listed = [(storage.prefix, name) for name, storage in NodePackages().list([])]
    assert sorted(listed) == sorted(("vendor", name) for name in FILES)


def test_every_font_of_the_style_sheet_is_listed(settings):
    css = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
    used = {part.split('")')[0] for part in css.split('url("../vendor/')[1:]}
    assert used == {name for name in FILES if name.startswith("fonts/")}
