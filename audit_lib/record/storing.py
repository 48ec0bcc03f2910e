"""Typed frames into Parquet files, sorted and split by court, always the same bytes.

Batches are laid down as they come and sorted at the end by DuckDB, out of core, so that a
national record needs no more memory than one court's share of it.
"""

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audit_lib.record.tables import load_tables

__all__ = ["NO_COURT", "Spill", "arrow_schema", "write_parquet"]

#: The partition of rows whose court is not known.
NO_COURT = "__none__"

_TYPES = {
    "date": pa.date32(), "timestamp": pa.timestamp("us"), "yuan": pa.float64(),
    "share": pa.float64(), "integer": pa.int64(), "row": pa.int64(),
}  # fmt: skip
_ROW_GROUP = 131_072
#: Up to this many rows a table is sorted in memory; the result is the same.
_IN_MEMORY = 500_000


def arrow_schema(table: str) -> pa.Schema:
    """Return the stored columns of a table."""
    stored = load_tables()[table].stored()
    return pa.schema([(name, _TYPES.get(kind, pa.string())) for name, kind in stored.items()])


def write_parquet(path: Path, data: pa.Table) -> None:
    """Write one Parquet file with fixed settings and page checksums."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        data,
        path,
        row_group_size=_ROW_GROUP,
        compression="zstd",
        version="2.6",
        data_page_version="1.0",
        write_page_checksum=True,
        store_schema=False,
    )


class Spill:
    """Batches of one table on their way into a snapshot."""

    def __init__(self, table: str, folder: Path):
        self.table, self.folder = table, folder / table
        self.rows = 0
        self._parts: list[Path] = []
        self._schema = arrow_schema(table).append(pa.field("_order", pa.int64()))

    def add(self, frame: pd.DataFrame) -> None:
        """Lay down one typed batch."""
        if not len(frame):
            return
        columns = frame.reindex(columns=self._schema.names[:-1])
        columns["_order"] = range(self.rows, self.rows + len(frame))
        data = pa.Table.from_pandas(columns, schema=self._schema, preserve_index=False)
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{len(self._parts):06d}.parquet"
        pq.write_table(data.replace_schema_metadata(None), part, compression="lz4")
        self._parts.append(part)
        self.rows += len(frame)

    def store(self, snapshot: Path) -> dict[str, int]:
        """Sort everything laid down and write it by court.

        Returns
        -------
        dict
            Path inside the snapshot → number of rows.
        """
        schema = arrow_schema(self.table)
        written: dict[str, int] = {}
        empty = f"_schema/{self.table}.parquet"
        write_parquet(snapshot / empty, schema.empty_table())
        written[empty] = 0
        if not self._parts:
            return written
        for court, data in _by_court(self._sorted(schema), schema, self.table == "courts"):
            where = self.table if court is None else f"{self.table}/court_code={court}"
            write_parquet(snapshot / where / "part-0.parquet", data)
            written[f"{where}/part-0.parquet"] = data.num_rows
        shutil.rmtree(self.folder)
        return written

    def _sorted(self, schema):
        """Yield what was laid down, by court and case and then as it came."""
        keys = ["court_code", "case_no"] if "case_no" in schema.names else ["court_code"]
        if self.rows <= _IN_MEMORY:
            whole = pa.concat_tables([pq.read_table(part) for part in self._parts])
            by = [(key, "ascending") for key in (*keys, "_order")]
            yield from whole.sort_by(by).select(schema.names).to_batches(_ROW_GROUP)
            return
        order = ", ".join(f"{key} NULLS LAST" for key in keys)
        names = ", ".join(f'"{name}"' for name in schema.names)
        with duckdb.connect() as engine:
            engine.execute("SET threads = 2")
            engine.execute("SET memory_limit = '3GB'")
            engine.execute("SET temp_directory = ?", [str(self.folder / "sort")])
            reader = engine.sql(
                f"SELECT {names} FROM read_parquet(?, hive_partitioning = false) "
                f"ORDER BY {order}, _order",
                params=[[str(part) for part in self._parts]],
            ).to_arrow_reader(_ROW_GROUP)
            yield from reader


def _by_court(reader, schema, whole):
    """Yield (court, its rows) of a stream sorted by court; one (None, all) where `whole`."""
    held: list[pa.RecordBatch] = []
    current = None
    for batch in reader:
        if not batch.num_rows:
            continue
        if whole:
            held.append(batch)
            continue
        runs = batch.column(schema.get_field_index("court_code")).fill_null(NO_COURT)
        ends = pa.compute.run_end_encode(runs)
        start = 0
        for end, court in zip(ends.run_ends.to_pylist(), ends.values.to_pylist(), strict=True):
            if court != current and held:
                yield current, _table(held, schema)
                held = []
            current = court
            held.append(batch.slice(start, end - start))
            start = end
    if held:
        yield current, _table(held, schema)


def _table(batches, schema) -> pa.Table:
    return pa.Table.from_batches(batches).cast(schema).combine_chunks()
