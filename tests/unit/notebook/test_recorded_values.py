"""Unit tests of ``nbenv.notebook.recorded_values``."""

from __future__ import annotations

from nbenv.notebook.recorded_values import recorded_values


def test_the_last_value_of_each_name_counts_and_only_scalars_do() -> None:
    own = "application/vnd.nbenv.value+json"
    scrap = "application/scrapbook.scrap.json+json"
    outputs: list[dict[str, object]] = [
        {"output_type": "stream", "text": "x"},
        {"data": {own: {"loss": 1, "name": "a"}}},
        {"data": {own: {"loss": 0.5, "table": [1]}}},
        {"data": {scrap: {"name": "score", "data": True}}},
        {"data": {own: "no object", scrap: []}},
    ]
    cells = [{"cell_type": "markdown"}, {"outputs": outputs[:2]}, {"outputs": outputs[2:]}]
    assert recorded_values(cells) == {"loss": 0.5, "name": "a", "score": True}
