"""What write-back does, stored before it is done: the journal, renames, the lock.
Records that a crash is settled by may come in.
"""
