"""A notebook's environment on the workers of a cluster: Dask, Ray, Spark and ipyparallel."""
