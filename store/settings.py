"""Which settings are there, and what does each do?"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from store.errors import Misconfigured

SHORTEST_KEY = 32


class Settings(BaseSettings):
    """Read once at the start and handed down. Every field has a harmless default."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_file=".env", env_prefix="DESKBELL_", use_attribute_docstrings=True
    )

    database_url: Annotated[str, Field(validation_alias="DATABASE_URL")] = ""
    """Where the rows are: empty for SQLite in `DESKBELL_DATA_DIR`, or `postgresql://user:password@host/name`."""
    data_dir: Path = Path(".deskbell")
    """Folder for the database, the index, the embedder, sent files, signed heads and the secret key."""
    knowledge_dir: Path = Path("knowledge/articles")
    """Folder with the markdown articles."""
    default_audience: str = "public"
    """Who reads an article that does not say so: `public`, `customers`, `staff` or `team:NAME`."""
    embedder: str = "minilm"
    """What turns texts into vectors: `minilm`, offline, or `openai:MODEL` with a key, an address or both."""
    openai_api_key: Annotated[SecretStr, Field(validation_alias="OPENAI_API_KEY")] = SecretStr("")
    """Key of OpenAI, or of a server that speaks like it."""
    openai_base_url: Annotated[str, Field(validation_alias="OPENAI_BASE_URL")] = ""
    """Address of a server that speaks like OpenAI, e.g. `http://127.0.0.1:11434/v1`; empty: OpenAI itself."""
    index: Literal["auto", "chroma", "numpy", "pgvector"] = "auto"
    """Where vectors are compared; `auto`: a Chroma server if given, pgvector if there, else Chroma here."""
    chroma_url: Annotated[str, Field(validation_alias="CHROMA_URL")] = ""
    """Address of a Chroma server, `http://HOST:8000` or `http://HOST:8000/NAME` where desks share one."""
    policies_dir: Path | None = None
    """Folder with a `sla.yml` of your own; empty: the policies that come with the desk."""
    host: str = "127.0.0.1"
    """Address that `run` listens on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """Port that `run` listens on; 0 takes a free one."""
    base_url: str = ""
    """Address under which people reach the desk, for links and the Origin check; empty: `http://HOST:PORT`."""
    secret_key: SecretStr = SecretStr("")
    """Signs cookies and heads, 32 bytes or more. Made at the first start on SQLite; give it with Postgres."""
    desk_name: str = "Halden & Roe Support"
    """The name that customers read at the top of the pages."""
    language: Literal["en", "de", "es", "fr", "pt"] = "en"
    """Language when nothing else tells it."""
    timezone: str = "Europe/London"
    """Zone of the desk's days, e.g. for reminders after two business days."""
    workers: Annotated[int, Field(ge=1, le=64)] = 8
    """Conversations that are worked on side by side."""
    silence_hours: Annotated[float, Field(gt=0)] = 24
    """After an answer and this long without a word the matter counts as assumed to be solved."""
    remind_days: Annotated[int, Field(ge=1)] = 2
    """Business days of waiting for the customer before a reminder."""
    solve_days: Annotated[int, Field(ge=1)] = 5
    """Business days of waiting for the customer before the ticket counts as solved."""
    close_days: Annotated[int, Field(ge=1)] = 7
    """Days after which a solved ticket is closed."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged; message texts and secrets never are."""

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'desk.db'}"

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def address(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - compared, not bound
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")


def read_settings(**given: Any) -> Settings:
    """From the environment and `.env`; what is given stands above both."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = setting_name(str(first["loc"][0]))
        raise Misconfigured(f"{name} is {first['input']!r}: {first['msg']}. See docs/settings.md") from error


def setting_name(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias if field in Settings.model_fields else field
    return str(alias) if alias else f"DESKBELL_{field.upper()}"


def load_secret_key(settings: Settings, fresh: str) -> str:
    """The given one; on a laptop the one that the first start left in the data folder, or `fresh`."""
    given = settings.secret_key.get_secret_value()
    if given:
        if len(given.encode()) < SHORTEST_KEY:
            raise Misconfigured(
                "DESKBELL_SECRET_KEY is too short: give at least 32 bytes, e.g. `openssl rand -hex 32`"
            )
        return given
    if not settings.is_sqlite:
        raise Misconfigured("With Postgres DESKBELL_SECRET_KEY must be given: e.g. `openssl rand -hex 32`")
    path = settings.data_dir / "secret.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(fresh)
    return fresh


def settings_markdown() -> str:
    """docs/settings.md."""
    rows = [
        "# Settings",
        "",
        "Read from the environment and from `.env`. Made by `deskbell doctor --settings`.",
        "",
    ]
    rows += ["| name | default | what it does |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if isinstance(field.default, SecretStr) else field.default
        shown = f"`{default}`" if str(default) else "(empty)"
        rows.append(f"| `{setting_name(name)}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"
