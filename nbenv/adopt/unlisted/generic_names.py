"""Names that people give to their own files: no index is asked about them, whatever it has."""

from __future__ import annotations

import re

__all__ = ["is_generic", "says_little"]

_WORDS = frozenset(
    """
    a about agent algo algorithm algorithms all analyse analysis analyze analyzer api app apps args
    array arrays assets assignment base basic batch bench benchmark bin book bot build builder
    cache calc calculate calculator callbacks cell cells chapter checker class classes
    classification classifier clean cleaning client cluster clustering code common compare
    compute conf config configs configuration conn connect connection const constants context
    controller convert converter core course cred credentials creds custom dashboard data
    database dataframe dataloader dataset datasets date day db debug decoder definitions demo
    detection detector dev dicts display dl do download downloader draw encoder engine env
    environment errors estimator eval evaluate evaluation evaluator ex exam example examples
    exercise exercises experiment experiments explore extract extraction extractor feature
    features fetch figure figures file files filter filters fit fn format formatting func funcs
    function functions game gen generate generator get globals graph graphs grid group handler
    handlers helper helpers hidden homework hw image images img import imports index info init
    input inputs interface io ipynb item items job jobs key keys lab labs layer layers lecture
    lesson lib library libs linear list load loader loaders loading local log logger logging
    loss losses main make manager map mapping maps math matrix merge meta methods metric metrics
    misc ml mod model modeling modelling models module modules my name names nb nbs net nets
    network networks new nn node notebook notebooks object objects old op ops optim optimisation
    optimization optimize optimizer optimizers options other out output outputs own package page
    parameters params parse parser part path paths pipeline pipelines player plot plots plotter
    plotting point points policy post pre predict prediction predictor prep prepare preprocess
    preprocessing preprocessor problem process processing processor project properties py python
    queries query question questions read reader reading regression report result results robot
    routines run runner sample sampler samples sampling save schema score scores script scripts
    search secret secrets server service session set setting settings setup shared sim simulate
    simulation simulator solution solutions solver source spider split src stat state stats step
    storage store strategy string strings student study style submission support system table
    tables task tasks temp template test testing tests text the time tmp token tokenizer tool
    toolbox tools topic train trainer training transform transformer transforms tree tutorial
    types unit units user util utilities utility utils val validate validation value values vars
    vector version video view views vis visual visualisation visualise visualization visualize
    visualizer visuals viz web week widgets work worker wrapper write writer
    """.split()  # noqa: SIM905
)
"""Words that names of files are made of, as `import` statements of public notebooks have them."""
_USUAL = frozenset(
    """
    a add all analysis app apply args array as batch build by calc calculate class clean client
    close compile compute config constants convert count create csv data dataframe dataset db delete
    df dict display draw end error eval evaluate exit features fig figure file files filter find fit
    forward from function gen generate get graph help helper helpers hist html image images img info
    init input join json label labels line list load loader log logger loss main make map merge
    metrics model models module name names network of open output params parse path plot predict
    preprocess print process random read remove reset result results run sample save scatter score
    scores search select send set settings show size sort split start status step stop sum table
    test text to train transform type update url util utils value values version visualize write
    """.split()  # noqa: SIM905
)
"""Words that names in such files are made of."""


def is_generic(module: str) -> bool:
    """Return whether a module is named as files beside a notebook are: ``utils``, ``my_plots``.

    The parts of a name are compared: ``dataLoader2`` is one of words alone, too.
    """
    top = module.partition(".")[0]
    words = _words(top)
    if not words or words[0] == "my" or len(top) < 3:
        return True
    return all(word in _WORDS or word.rstrip("s") in _WORDS or len(word) == 1 for word in words)


def says_little(name: str) -> bool:
    """Return whether many modules have something of that name: ``load``, ``plot_data``."""
    return all(word in _USUAL or len(word) < 3 for word in _words(name))


def _words(name: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|[\d_]+", " ", name)
    return parted.lower().split()
