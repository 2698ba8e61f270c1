"""What files and sidecars say: fields, names of faces, when and where.
Reading may come in; nothing here changes a file.
"""
