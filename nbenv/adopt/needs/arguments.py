"""The packages that literal arguments name: engines, addresses of databases and of storage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbenv.adopt.code.facts import Call
from nbenv.adopt.needs.rules import ImpliedNeed, Surroundings, called_name

__all__ = ["argument_needs", "driver_needs"]

_ENGINES = {
    "xlsxwriter": "xlsxwriter", "openpyxl": "openpyxl", "xlrd": "xlrd", "odf": "odfpy",
    "pyxlsb": "pyxlsb", "calamine": "python-calamine", "fastparquet": "fastparquet",
    "pyarrow": "pyarrow", "netcdf4": "netcdf4", "h5netcdf": "h5netcdf", "zarr": "zarr",
    "cfgrib": "cfgrib", "numba": "numba", "lxml": "lxml", "html5lib": "html5lib",
    "bokeh": "bokeh", "plotly": "plotly", "ols": "statsmodels", "lowess": "statsmodels",
    "hvplot": "hvplot", "numexpr": "numexpr", "rasterio": "rioxarray", "pydap": "pydap",
    "matplotlib": "matplotlib", "altair": "altair", "holoviews": "holoviews",
    "kerchunk": "kerchunk", "scipy": "scipy", "gmt": "pygmt", "grib2io": "grib2io",
}  # fmt: skip
_ENGINE_WORDS = ("engine", "flavor", "backend", "trendline", "parser", "features", "dtype_backend")
_STORAGE = {
    "s3": "s3fs", "s3a": "s3fs", "s3n": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs",
    "abfss": "adlfs", "az": "adlfs", "adl": "adlfs", "hf": "huggingface-hub", "sftp": "paramiko",
    "ssh": "paramiko", "smb": "smbprotocol", "hdfs": "pyarrow", "github": "requests",
    "webhdfs": "requests", "dbfs": "requests", "git": "pygit2", "oci": "ocifs", "oss": "ossfs",
    "webdav": "webdav4", "dav": "webdav4", "gdrive": "gdrive-fsspec",
}  # fmt: skip
"""Protocol → the package that has its file system, as fsspec's registry names them."""
_READERS = re.compile(r"read_\w+|to_(csv|parquet|json|feather|zarr|pickle)|open_(zarr|dataset)")
_FILE_SYSTEMS = re.compile(
    r"(fsspec|zarr|upath|intake)(\.\w+)*\.(filesystem|open\w*|get_mapper|url_to_fs|UPath|load)"
)
_PROTOCOLS = ("protocol", "remote_protocol", "target_protocol")
_DRIVERS = {
    "postgresql": "psycopg2-binary|psycopg2", "postgres": "psycopg2-binary|psycopg2",
    "postgresql+psycopg2": "psycopg2-binary|psycopg2", "postgresql+psycopg": "psycopg[binary]",
    "postgresql+asyncpg": "asyncpg", "postgresql+pg8000": "pg8000",
    "mysql": "mysqlclient", "mysql+mysqldb": "mysqlclient", "mysql+pymysql": "pymysql",
    "mysql+mysqlconnector": "mysql-connector-python", "mysql+aiomysql": "aiomysql",
    "mariadb+mariadbconnector": "mariadb", "mariadb+pymysql": "pymysql",
    "mssql": "pyodbc", "mssql+pyodbc": "pyodbc", "mssql+pymssql": "pymssql",
    "oracle": "cx-oracle", "oracle+cx_oracle": "cx-oracle", "oracle+oracledb": "oracledb",
    "snowflake": "snowflake-sqlalchemy", "duckdb": "duckdb-engine",
    "bigquery": "sqlalchemy-bigquery", "redshift": "sqlalchemy-redshift",
    "redshift+psycopg2": "sqlalchemy-redshift", "clickhouse": "clickhouse-sqlalchemy",
    "clickhouse+native": "clickhouse-sqlalchemy", "clickhousedb": "clickhouse-connect",
    "trino": "trino[sqlalchemy]", "presto": "pyhive[presto]", "hive": "pyhive[hive]",
    "awsathena+rest": "pyathena[sqlalchemy]", "databricks": "databricks-sqlalchemy",
    "cockroachdb": "sqlalchemy-cockroachdb", "sqlite+aiosqlite": "aiosqlite",
    "db2+ibm_db": "ibm-db-sa", "teradatasql": "teradatasqlalchemy",
    "vertica+vertica_python": "sqlalchemy-vertica-python", "crate": "sqlalchemy-cratedb",
    "access+pyodbc": "sqlalchemy-access", "firebird": "sqlalchemy-firebird",
}  # fmt: skip
_LIBRARIES_OF_MODELS = frozenset(
    "accelerate diffusers peft sentence_transformers setfit transformers trl unsloth".split()  # noqa: SIM905
)
_BACK_ENDS: tuple[tuple[frozenset[str], frozenset[str], dict[str, str]], ...] = (
    (
        frozenset({"report_to", "log_with"}),
        _LIBRARIES_OF_MODELS,
        {
            "aim": "aim", "clearml": "clearml", "codecarbon": "codecarbon", "comet_ml": "comet-ml",
            "dvclive": "dvclive", "mlflow": "mlflow", "neptune": "neptune", "swanlab": "swanlab",
            "tensorboard": "tensorboard", "trackio": "trackio", "wandb": "wandb",
        },
    ),
    (
        frozenset({"optim"}),
        _LIBRARIES_OF_MODELS,
        dict.fromkeys(
            ("adamw_8bit", "adamw_bnb_8bit", "lion_8bit", "lion_32bit", "paged_adamw_8bit",
             "paged_adamw_32bit", "paged_lion_8bit", "paged_lion_32bit"),
            "bitsandbytes",
        ),
    ),
    (
        frozenset({"include", "search_library", "estimator_list"}),
        frozenset({"pycaret", "flaml"}),
        {
            "catboost": "catboost", "lgbm": "lightgbm", "lightgbm": "lightgbm", "optuna": "optuna",
            "scikit-optimize": "scikit-optimize", "tune-sklearn": "tune-sklearn",
            "xgb_limitdepth": "xgboost", "xgboost": "xgboost",
        },
    ),
)  # fmt: skip
"""Arguments that name back ends, alone or in a list; the modules that have them; the packages."""
_CHOSEN_BY_DEFAULT = (
    (
        re.compile(r"llama_index\.core(\.indices\.\w+|\.indices)?\.VectorStoreIndex(\.from_\w+)?"),
        "embed_model", "embeddings", "llama-index-embeddings-openai",
    ),
    (
        re.compile(r"\.?(\w+\.)*as_(query|chat)_engine"),
        "llm", "llms", "llama-index-llms-openai",
    ),
)  # fmt: skip
"""What LlamaIndex makes a model of OpenAI's for, unless an argument or a setting has another one,
which some other package has."""
_CONNECTING = re.compile(r"create_(async_)?engine|read_sql\w*|to_sql|URL\.create|from_uri")
_PARSERS = {"lxml": "lxml", "lxml-xml": "lxml", "xml": "lxml", "html5lib": "html5lib"}


def argument_needs(call: Call, around: Surroundings) -> Iterator[ImpliedNeed]:
    """Yield what the literal arguments of a call name."""
    texts, imported = around.texts, around.tops
    called = f"{call.method}()"
    for word, value in call.keywords:
        if word in _ENGINE_WORDS and value.lower() in _ENGINES:
            why = f'{called} with {word}="{value}"'
            yield ImpliedNeed((_ENGINES[value.lower()],), why, implied=True)
        for words, tops, packages in _BACK_ENDS:
            if word in words and value in packages and not tops.isdisjoint(imported):
                yield ImpliedNeed(
                    (packages[value],), f'{called} with {word}="{value}"', implied=True
                )
    if call.method == "BeautifulSoup":
        for text in call.texts[1:]:
            if text in _PARSERS:
                yield ImpliedNeed((_PARSERS[text],), f'{called} with "{text}"')
    if call.method == "set_option" and call.texts[:1] == ("plotting.backend",):
        yield from (ImpliedNeed((_ENGINES[x],), called) for x in call.texts[1:] if x in _ENGINES)
    values = [*call.paths, *(texts[name] for name in call.names if name in texts)]
    if "pandas" in imported and any("[pyarrow]" in each for each in values):
        yield ImpliedNeed(("pyarrow",), f'{called} with "[pyarrow]"')
    if _CONNECTING.search(call.name):
        for each in values:
            yield from driver_needs(each, called)
    yield from _default_needs(call, around)
    yield from _storage_needs(call, values, called_name(call, around.aliases), called)
    if _READERS.fullmatch(call.method) and imported & {"pandas", "dask", "xarray", "geopandas"}:
        for each in values[:1]:
            scheme, found, _ = each.partition("://")
            if found and scheme in _STORAGE:
                yield ImpliedNeed((_STORAGE[scheme],), f"{called} of {scheme}://")


def _default_needs(call: Call, around: Surroundings) -> Iterator[ImpliedNeed]:
    """Yield the package of what LlamaIndex chooses where the notebook does not."""
    if "llama_index.core" not in {".".join(each.split(".")[:2]) for each in around.imported}:
        return
    name, given = called_name(call, around.aliases), {word for word, _ in call.keywords}
    for pattern, word, part, package in _CHOSEN_BY_DEFAULT:
        is_chosen = (
            word in given
            or f"Settings.{word}" in around.texts
            or any(part in each.split(".") for each in around.imported)
        )
        if pattern.fullmatch(name) and not is_chosen:
            yield ImpliedNeed((package,), f"{call.method}() without {word}", implied=True)


def _storage_needs(call: Call, values: list[str], name: str, called: str) -> Iterator[ImpliedNeed]:
    """Yield what has the file systems that fsspec, or what takes its addresses, is asked for."""
    protocols = [value for word, value in call.keywords if word in _PROTOCOLS]
    if _FILE_SYSTEMS.fullmatch(name):
        first = values[0] if values else ""
        is_name = call.method == "filesystem"
        protocols += [first] if is_name else [first.partition("://")[0]] if "://" in first else []
    for each in protocols:
        if each in _STORAGE:
            yield ImpliedNeed((_STORAGE[each],), f"{called} of {each}://")


def driver_needs(text: str, where: str) -> Iterator[ImpliedNeed]:
    """Yield the driver that the address of a database names."""
    scheme = text.partition("://")[0].lower()
    if scheme in _DRIVERS and ("://" in text or "+" in text):
        yield ImpliedNeed(tuple(_DRIVERS[scheme].split("|")), f"{where} of {scheme}://")
