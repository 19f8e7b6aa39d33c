"""What ``bionb.connect`` returns, by platform: written by ``python -m tests.typed_connect``."""

from typing import Literal, overload

from bionb.platforms.odm.client import OdmClient
from bionb.platforms.sevenbridges.client import SevenBridgesClient
from bionb.platforms.sodar.client import SodarClient
from bionb.platforms.torrentsuite.client import TorrentSuiteClient
from bionb.protocol import Client
from bionb.secret import Secret

@overload
def connect(
    platform: Literal["odm"],
    url: str | None = None,
    *,
    sandbox: bool = False,
    profile: str | None = None,
    api_version: str | float | None = None,
    allow_http: bool = False,
    workers: int = 16,
    timeout: float | tuple[float, float] = (10.0, 60.0),
    token: str | Secret | None = None,
    access_token: str | Secret | None = None,
    token_file: str | Secret | None = None,
) -> OdmClient:
    """Connect to Genestack ODM and return its client."""

@overload
def connect(
    platform: Literal["sevenbridges"],
    url: str | None = None,
    *,
    sandbox: bool = False,
    profile: str | None = None,
    api_version: str | float | None = None,
    allow_http: bool = False,
    workers: int = 16,
    timeout: float | tuple[float, float] = (10.0, 60.0),
    token: str | Secret | None = None,
) -> SevenBridgesClient:
    """Connect to Seven Bridges and return its client."""

@overload
def connect(
    platform: Literal["sodar"],
    url: str | None = None,
    *,
    sandbox: bool = False,
    profile: str | None = None,
    api_version: str | float | None = None,
    allow_http: bool = False,
    workers: int = 16,
    timeout: float | tuple[float, float] = (10.0, 60.0),
    token: str | Secret | None = None,
    username: str | Secret | None = None,
    password: str | Secret | None = None,
    webdav_url: str | Secret | None = None,
    webdav_password: str | Secret | None = None,
) -> SodarClient:
    """Connect to SODAR and return its client."""

@overload
def connect(
    platform: Literal["torrentsuite"],
    url: str | None = None,
    *,
    sandbox: bool = False,
    profile: str | None = None,
    api_version: str | float | None = None,
    allow_http: bool = False,
    workers: int = 16,
    timeout: float | tuple[float, float] = (10.0, 60.0),
    username: str | Secret | None = None,
    api_key: str | Secret | None = None,
    password: str | Secret | None = None,
    web_password: str | Secret | None = None,
) -> TorrentSuiteClient:
    """Connect to Torrent Suite and return its client."""

@overload
def connect(
    platform: str,
    url: str | None = None,
    *,
    sandbox: bool = False,
    profile: str | None = None,
    api_version: str | float | None = None,
    allow_http: bool = False,
    workers: int = 16,
    timeout: float | tuple[float, float] = (10.0, 60.0),
    **credentials: str | Secret | None,
) -> Client:
    """Connect to a platform and return its client."""
