"""What goes into a project's environment: which libraries, in which versions, and wheels of those that are source.

Used by ``build_environment.py`` alone. Needs Python 3.10 and its standard library.
"""
