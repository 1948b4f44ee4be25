"""In Jupyter Server: records go into what front ends save, environments follow renamed notebooks."""
