"""The settings dialog and its pages.
A page may come in; a setting itself is declared in ``phototagger.settings``.
"""
