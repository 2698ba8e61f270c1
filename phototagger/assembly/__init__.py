"""The only place where real parts meet: the catalog, the decoder, the engine, exiftool and the jobs over them."""
