"""A real SODAR Core site of our own, run by the tests on loopback.

The packages come from PyPI and live in the environment ``sodar-core`` (`tests.environments`), never beside
bionb's own. What a site needs and the packages do not bring is here: settings, addresses, a user model, the
database backend, users and projects. `serve.py` starts it, for the fixture ``sodar_core_site``.
"""
