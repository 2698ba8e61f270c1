"""What an analysis leaves behind: suggestions, offers, examples, and photos known again after a move.
What proposes something to the person may come in.
"""
