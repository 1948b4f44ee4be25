def distribution_of(module: str) -> str | None:
    return {"sklearn": "scikit-learn", "tabulate": "tabulate", "yaml": "pyyaml"}.get(
        module.split(".")[0]
    )
