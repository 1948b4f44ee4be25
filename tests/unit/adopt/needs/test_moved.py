"""Unit tests of ``nbenv.adopt.needs.moved``."""

from __future__ import annotations

import pytest

from nbenv.adopt.needs.moved import current_name


@pytest.mark.parametrize(
    ("name", "current"),
    [
        ("langchain.llms", "langchain_community.llms"),
        ("langchain.vectorstores.FAISS", "langchain_community.vectorstores.FAISS"),
        ("langchain.vectorstores_of_mine", "langchain.vectorstores_of_mine"),
        ("langchain.HuggingFaceHub", "langchain_community.llms.HuggingFaceHub"),
        ("langchain.SQLDatabase", "langchain_community.utilities.SQLDatabase"),
        ("langchain.chains.LLMChain", "langchain.chains.LLMChain"),
        ("lightning.pytorch.Trainer", "pytorch_lightning.Trainer"),
        ("scanpy.api.*", "scanpy.*"),
        ("scanpy.tl", "scanpy.tl"),
    ],
)
def test_names_of_today(name: str, current: str) -> None:
    assert current_name(name) == current
