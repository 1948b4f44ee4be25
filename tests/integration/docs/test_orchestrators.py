"""The examples for workflow engines, read from their page: by schemas, signatures and the runner.

The file beside this one says from which version each schema or signature is.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from nbenv.export import dockerfile, image_steps

ROOT = Path(__file__).parents[3]
KNOWN = json.loads(Path(__file__).with_name("orchestrators.json").read_text(encoding="utf-8"))


def example(title: str) -> str:
    """Return the first block of code below a title of the page."""
    text = (ROOT / "docs" / "orchestrators.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    found = re.search(r"(?s)```\w+\n(.*?)```", part)
    assert found, title
    return found[1]


def call_of(code: str, name: str) -> dict[str, ast.expr]:
    """Return the named arguments of the one call of a function."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    [call] = [each for each in calls if ast.unparse(each.func).split(".")[-1] == name]
    assert not call.args
    return {str(each.arg): each.value for each in call.keywords}


def parsed(words: list[str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> Any:
    """Return the words as the runner of an image reads them."""
    for name, text in image_steps.program_texts(image_steps.RUNNER).items():
        (folder / name).write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name.removesuffix(".py"), raising=False)
    monkeypatch.syspath_prepend(folder)
    import run_words

    return run_words.parser().parse_args(words)


def words_of(value: ast.expr) -> Iterator[str]:
    """Yield a list's words, with the source of what is computed."""
    assert isinstance(value, ast.List)
    for each in value.elts:
        yield str(each.value) if isinstance(each, ast.Constant) else ast.unparse(each)


@pytest.mark.parametrize(
    ("title", "name", "words"),
    [
        ("Airflow", "KubernetesPodOperator", "arguments"),
        ("Kubeflow Pipelines", "ContainerSpec", "args"),
    ],
)
def test_python(
    title: str, name: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = call_of(example(title), name)
    assert set(given) <= set(KNOWN[name]["arguments"])
    options = parsed(list(words_of(given[words])), monkeypatch, tmp_path)
    assert options.notebook and options.result
    assert all("alpha=" in each or "day=" in each for each in options.parameter)
    if "command" in given:
        assert list(words_of(given["command"])) == list(dockerfile.RUN)


@pytest.mark.parametrize(
    ("title", "name"), [("Argo Workflows", "Workflow"), ("Elyra", "Component")]
)
def test_yaml(title: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    document = yaml.safe_load(example(title))
    schema = KNOWN[name]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)
    container = (
        document["spec"]["templates"][-1]["container"]
        if name == "Workflow"
        else document["implementation"]["container"]
    )
    assert container["command"] == list(dockerfile.RUN)
    words = [each if isinstance(each, str) else json.dumps(each) for each in container["args"]]
    options = parsed(words, monkeypatch, tmp_path)
    assert options.notebook and "alpha=" in options.parameter[0]
    if name == "Workflow":
        names = [each["name"] for each in document["spec"]["templates"]]
        assert document["spec"]["entrypoint"] in names
        [[step]] = document["spec"]["templates"][0]["steps"]
        assert step["template"] in names
        assert (
            options.result == document["spec"]["templates"][-1]["outputs"]["artifacts"][0]["path"]
        )
    else:
        ports = {each["name"] for part in ("inputs", "outputs") for each in document[part]}
        used = set(re.findall(r'"(?:inputValue|inputPath|outputPath)": "(\w+)"', " ".join(words)))
        assert used == ports


@pytest.mark.parametrize("name", ["Workflow", "Component"])
def test_the_schemas_refuse_what_is_wrong(name: str) -> None:
    title = {"Workflow": "Argo Workflows", "Component": "Elyra"}[name]
    document = yaml.safe_load(example(title))
    text = json.dumps(document).replace('"args"', '"arguments_"', 1)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(text), KNOWN[name]["schema"])
