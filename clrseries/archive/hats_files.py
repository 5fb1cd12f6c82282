"""The files that make an output folder a HATS catalog, where the archive is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..files import replacing
from ..io.hats_catalogs import pixel_of
from ..series.positions import position_columns
from .manifest import Done
from .positions import COLUMN, ORDER

NAMES = ("hats.properties", "partition_info.csv")
SCHEMA = "dataset/_common_metadata"


def write_hats(folder: Path, properties: Mapping[str, str], done: Sequence[Done]) -> None:
    """Write ``hats.properties``, ``partition_info.csv`` and the schema of a catalog.

    Parameters
    ----------
    folder : Path
        The output folder.
    properties : mapping of str to str
        Those of the archive.
    done : sequence of Done
        The parts that are complete; each lies in the folder of its partition. If there are none, or if they have no positions, which
        HATS demands, nothing is written.

    References
    ----------
    The IVOA note on HATS, and the package hats of LINCC Frameworks.
    """
    pixels = sorted({pixel for part in done if (pixel := pixel_of(part.name)) is not None})
    if not pixels:
        return
    schema = pq.read_schema(folder / done[0].name).remove_metadata()
    positions = _positions(schema, properties)
    if positions is None:
        return
    about = {
        "obs_collection": properties.get("obs_collection") or "catalog",
        "dataproduct_type": "object",
        "hats_nrows": str(sum(part.rows for part in done)),
        **dict(zip(("hats_col_ra", "hats_col_dec"), positions, strict=True)),
        "hats_order": str(max(order for order, _ in pixels)),
        "hats_npix_suffix": "/",  # a partition is a folder of files
        "hats_builder": "clrseries",
    }
    if COLUMN in schema.names:
        about |= {"hats_col_healpix": COLUMN, "hats_col_healpix_order": str(ORDER)}
    lines = [f"{name}={' '.join(value.split())}\n" for name, value in about.items()]
    rows = ["Norder,Npix\n", *(f"{order},{pixel}\n" for order, pixel in pixels)]
    for name, text in zip(NAMES, (lines, rows), strict=True):
        with replacing(folder / name) as part:
            part.write_text("".join(text), encoding="utf-8")
    with replacing(folder / SCHEMA) as part:
        pq.write_metadata(schema, part)


def _positions(schema: pa.Schema, properties: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the columns of the positions, as far as the output has them."""
    ra, dec = properties.get("hats_col_ra", ""), properties.get("hats_col_dec", "")
    return (ra, dec) if {ra, dec} <= set(schema.names) else position_columns(schema.empty_table())
