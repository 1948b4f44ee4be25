"""Names of modules that moved: older code imports them from elsewhere than the rules know."""

from __future__ import annotations

from functools import cache

__all__ = ["current_name"]

_COMMUNITY = (
    "cache callbacks chat_loaders chat_models document_loaders document_transformers embeddings "
    "graphs indexes llms retrievers storage tools utilities vectorstores"
)
"""The parts of LangChain that moved to a package of their own, by name (its 0.1 release notes)."""
_OF_PARTS = {
    "llms": "Anthropic Banana CerebriumAI Cohere ForefrontAI GooseAI HuggingFaceHub "
    "HuggingFaceTextGenInference LlamaCpp Modal OpenAI Petals PipelineAI SagemakerEndpoint "
    "StochasticAI Writer",
    "vectorstores": "ElasticVectorSearch FAISS",
    "docstore": "InMemoryDocstore Wikipedia",
    "utilities": "ArxivAPIWrapper GoogleSearchAPIWrapper GoogleSerperAPIWrapper SQLDatabase "
    "SearxSearchWrapper SerpAPIWrapper WikipediaAPIWrapper WolframAlphaAPIWrapper",
}
"""The names that LangChain itself offered until its 0.1 release, by the part that has them."""
_MOVED = {
    **{f"langchain.{part}": f"langchain_community.{part}" for part in _COMMUNITY.split()},
    **{
        f"langchain.{name}": f"langchain_community.{part}.{name}"
        for part, names in _OF_PARTS.items()
        for name in names.split()
    },
    "langchain.agents.load_tools": "langchain_community.agent_toolkits.load_tools.load_tools",
    "lightning.pytorch": "pytorch_lightning",
    "scanpy.api": "scanpy",
    "tensorflow.python.keras": "tensorflow.keras",
}


@cache
def current_name(name: str) -> str:
    """Return the full name under which a module, or a name in one, is found today."""
    for old, new in _MOVED.items():
        if name == old or name.startswith(f"{old}."):
            return new + name[len(old) :]
    return name
