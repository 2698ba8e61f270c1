"""Learning by example: prototypes out of photos that have a keyword of the person's own, and stand-ins.
The arithmetic may come in; which photos are examples, the catalog says.
"""
