"""The groups and definitions of ODM's API documentation, and where their endpoints are in this client."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

QUERY, IMPORT, SOURCES, MANAGE = "Query and retrieve", "Import and curate", "Data sources", "Manage organisation"
# Definition without its role -> methods for consumers, methods for curators.
_BY_ROLE = {
    "study": ("studies, study, versions", "update_study"),
    "sample": ("samples, sample", "update_sample"),
    "library": ("libraries", "libraries(as_curator=True)"),
    "preparation": ("preparations", "preparations(as_curator=True)"),
    "cell": ("", ""),
    "expression": ("expression, stream_expression", "expression(as_curator=True)"),
    "variant": ("omics_samples(variant_query=...)", ""),
    "flowCytometry": ("", ""),
    "file": ("files, download", "files(as_curator=True)"),
    "integration": (
        "omics_samples, search_studies, linked_groups, completeness",
        "link_*, unlink_*, publish, validation_summary",
    ),
}
_OTHERS = (
    ("job", IMPORT, "curators", "import_*, job, wait_job, stop_job, restart_job"),
    ("tasks", IMPORT, "curators", "publish"),
    ("referenceData", SOURCES, "curators upload, all read", "import_mapping, mapping_entries"),
    ("referenceGenome", SOURCES, "curators upload, all read", ""),
    ("processorsController", SOURCES, "curators", ""),
    ("manageData", MANAGE, "administrators", ""),
    ("audit", MANAGE, "administrators", ""),
    ("scimUsers", MANAGE, "administrators", ""),
    ("scimGroups", MANAGE, "administrators", ""),
)


def definitions() -> pd.DataFrame:
    """Return the Swagger definitions: the entries of the selector at the top right of the API documentation.

    Returns
    -------
    DataFrame
        ``definition``, ``group`` (on the start page), ``who`` may use it, ``methods`` (of this client; empty when it
        has none).

    Examples
    --------
    >>> definitions().set_index("definition").loc["job", "who"]
    'curators'
    """
    import pandas as pd

    rows: list[tuple[str, str, str, str]] = []
    for name, (user, curator) in _BY_ROLE.items():
        rows.append((f"{name}User", QUERY, "all", user))
        rows.append((f"{name}Curator", IMPORT, "curators", curator))
    return pd.DataFrame([*rows, *_OTHERS], columns=["definition", "group", "who", "methods"])
