"""The tables, step by step, and bringing an old catalog to the newest step.
A new step may come in; a step that was released is never changed.
"""
