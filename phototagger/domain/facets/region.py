"""Boxes with names: persons at their faces, objects where they are."""

from __future__ import annotations

from phototagger.domain.facets.facet import Facet
from phototagger.domain.facets.field import Carries, FieldSpec, Purpose
from phototagger.domain.records import RegionKind

MWG_REGIONS = "XMP-mwg-rs:RegionList"
MP_REGIONS = "XMP-MP:RegionInfoRegions"
IPTC_REGIONS = "XMP-iptcExt:ImageRegion"
MWG_SIZE = "XMP-mwg-rs:RegionAppliedToDimensions"
PERSONS = "XMP-iptcExt:PersonInImage"

FACET = Facet(
    (RegionKind.FACE, RegionKind.OBJECT),
    (
        FieldSpec(PERSONS, Purpose.PERSONS, "IPTC", carries=Carries.ALWAYS, once=True),
        FieldSpec(MWG_REGIONS, Purpose.FACES, "MWG", carries=Carries.ALWAYS),
        FieldSpec(MP_REGIONS, Purpose.FACES, "Microsoft", carries=Carries.ALWAYS),
        FieldSpec(IPTC_REGIONS, Purpose.OBJECTS, "IPTC", carries=Carries.ALWAYS),
        FieldSpec(MWG_SIZE, Purpose.BOOKS, single=True, carries=Carries.ALWAYS),
    ),
)
