"""The record as it was known on a day: without what was keyed in later.

Findings of law may use an act that was keyed in late; an order of attention may not, or a model
would learn from what was written down after the inspection. Where nothing was keyed in after the
day, the snapshot itself is used; else a copy without those entries, in a folder that is removed.
"""

import datetime
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

__all__ = ["record_as_known"]


@contextmanager
def record_as_known(snapshot, as_of: datetime.date) -> Iterator:
    """Give the snapshot without the entries that were keyed in after a day.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date

    Yields
    ------
    Snapshot
        The one given, where nothing was keyed in later.
    """
    after = datetime.datetime.combine(as_of + datetime.timedelta(days=1), datetime.time())
    files = [Path(path) for path in snapshot.files("events")]
    late = [path for path in files if _keyed_after(path, after)] if _any(files, after) else []
    if not late:
        yield snapshot
        return
    source = Path(snapshot.path).resolve()
    with tempfile.TemporaryDirectory(prefix="audit-known-") as folder:
        copy = Path(folder) / source.name
        shutil.copytree(source, copy, copy_function=_link)
        for path in late:
            _without(path, copy / path.resolve().relative_to(source), after)
        # Not opened anew: its manifest is the source's, which these files no longer match.
        every = len(snapshot.court_codes) == len(snapshot.manifest["courts"])
        yield type(snapshot)(copy, snapshot.manifest, None if every else snapshot.court_codes)


def _any(files, after) -> bool:
    data = ds.dataset([str(path) for path in files], format="parquet") if files else None
    if data is None or not pa.types.is_timestamp(data.schema.field("recorded_at").type):
        return False
    return data.count_rows(filter=ds.field("recorded_at") >= pa.scalar(after)) > 0


def _keyed_after(path, after) -> bool:
    data = ds.dataset(str(path), format="parquet")
    return data.count_rows(filter=ds.field("recorded_at") >= pa.scalar(after)) > 0


def _link(source, target):
    """Share the file where the disk allows it: the copy is only read."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _without(path, target, after):
    table = pq.ParquetFile(path).read()
    column = table["recorded_at"]
    keep = pc.fill_null(pc.less(column, pa.scalar(after).cast(column.type)), True)
    target.unlink()
    pq.write_table(table.filter(keep), target, write_page_checksum=True)
