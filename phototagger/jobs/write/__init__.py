"""Write-back: planning, writing, settling, undoing, renaming; each file journaled before it is touched.
Jobs that lead to a changed file may come in.
"""
