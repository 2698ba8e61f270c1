"""The window itself: application, main window, first page, overview, interrupts.
What lays out or starts the window may come in; what an action does may not.
"""
