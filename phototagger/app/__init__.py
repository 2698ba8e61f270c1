"""The only place where real parts meet: catalog, decoders, engine, exiftool and the jobs over them.
What makes, lends and closes parts may come in; what decides about photos may not.
"""
