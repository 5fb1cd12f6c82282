"""Surveys as presets (filled in below)."""


class Survey: ...


def survey(name: str) -> Survey: ...
