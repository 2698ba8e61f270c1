"""The only code that changes photo files: copy, change the copy, prove it, swap it in.
A check of a copy may come in; nothing may go round it.
"""
