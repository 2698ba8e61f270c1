"""What each command asks of the application, prints, and gives as exit status.
A new command may come in.
"""
