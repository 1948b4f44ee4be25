"""Bodies of requests for marks, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tornado import web

from nbenv.server import marks_handler


def test_cells_are_texts_of_a_limited_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks_handler, "_MOST_CELLS", 2)
    monkeypatch.setattr(marks_handler, "_MOST_CHARACTERS", 5)
    assert marks_handler._cells({"cells": ["abc", "de"]}) == ["abc", "de"]
    wrong: list[dict[str, Any]] = [
        {},
        {"cells": "abc"},
        {"cells": [1]},
        {"cells": ["a", "b", "c"]},
        {"cells": ["abc", "def"]},
    ]
    for body in wrong:
        with pytest.raises(web.HTTPError) as raised:
            marks_handler._cells(body)
        assert raised.value.status_code == 400
