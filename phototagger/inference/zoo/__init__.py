"""Which networks there are, what runs them, and on which device.
Loading, exporting and checking networks may come in.
"""
