"""Data sets: published folders of Parquet files, read through their manifest in bounded memory, and described anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.lib.errors import InvalidInput
from jobs.lib.files import FileEntry, data_files, describe_files, local_path
from jobs.lib.manifest import MANIFEST, read_manifest
from jobs.lib.outputs import Column, OutputDataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobs.lib.job import DatasetInput, Job


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a data set. `path` is absolute, `name` relative to the data set's folder."""

    path: str
    name: str
    rows: int
    bytes: int
    row_groups: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """A published data set whose manifest, files, sizes, footers and schemas have been checked."""

    name: str
    folder: Path
    files: tuple[DataFile, ...]
    schema: pa.Schema
    rows: int
    bytes: int
    manifest: Mapping[str, Any]

    @staticmethod
    def open(source: DatasetInput, name: str = "dataset") -> Dataset:
        """Opens a data set; reads its manifest and the footer of each file, no data.

        Args:
            source: the reference from `job.json`.
            name: what errors call it, e.g. `inputs.train`.

        Raises:
            InvalidInput: another manifest than the reference names; a file missing, of another size, not readable as
                Parquet, of another schema or row count.
        """
        folder = local_path(source.uri)
        manifest = _read_manifest(folder, source.manifest_sha256, name)
        opened = [_open_file(folder, entry, name) for entry in manifest.get("files", [])]
        if not opened:
            raise InvalidInput(name, "no files", "at least one Parquet file")
        files, schemas = zip(*opened, strict=True)
        for file, schema in opened:
            if not schema.equals(schemas[0]):
                raise InvalidInput(f"{name}/{file.name}", str(schema), f"the schema of {files[0].name}: {schemas[0]}")
        rows = sum(file.rows for file in files)
        if rows != source.rows:
            raise InvalidInput(name, f"{rows} rows", f"{source.rows} rows, as the reference says")
        return Dataset(name, folder, files, schemas[0], rows, sum(file.bytes for file in files), manifest)

    def require(self, columns: Mapping[str, str | Sequence[str]]) -> Dataset:
        """Checks that columns exist with these types (pyarrow's `str(type)`; several may be allowed). Returns self.

        Raises:
            InvalidInput: naming the column, its type and the types allowed.
        """
        for column, types in columns.items():
            allowed = (types,) if isinstance(types, str) else tuple(types)
            index = self.schema.get_field_index(column)
            found = "no such column" if index < 0 else str(self.schema.field(index).type)
            if found not in allowed:
                has = f" (columns: {', '.join(self.schema.names)})" if index < 0 else ""
                raise InvalidInput(f"{self.name}#{column}", found, " or ".join(allowed) + has)
        return self

    def require_rows(self) -> Dataset:
        """Checks that there is at least one row. Returns self."""
        if self.rows == 0:
            raise InvalidInput(self.name, "no rows", "at least one row")
        return self

    def require_no_nulls(self, columns: Sequence[str]) -> Dataset:
        """Checks by the footers' statistics (a file without them is read) that `columns` hold no null. Returns self."""
        for file in self.files:
            for column in columns:
                nulls = _null_count(file.path, column)
                if nulls:
                    raise InvalidInput(f"{self.name}/{file.name}#{column}", f"{nulls} nulls", "no nulls")
        return self

    def batches(
        self, columns: Sequence[str], batch_rows: int, files: Sequence[DataFile] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Streams `columns`, file by file in the manifest's order, at most `batch_rows` rows at a time.

        Args:
            columns: in the order wanted; each batch has exactly these.
            batch_rows: rows a batch at most. Memory is about two batches and one compressed column chunk a column.
            files: some of `self.files`, for a job that works file by file; all by default.
        """
        for file in self.files if files is None else files:
            # Buffered, not pre-buffered: a row group's pages are read as they are needed, never all at once.
            with pq.ParquetFile(file.path, buffer_size=1 << 20, pre_buffer=False) as parquet:
                for batch in parquet.iter_batches(batch_size=batch_rows, columns=list(columns), use_threads=False):
                    yield batch.select(list(columns))


def dataset_output(job: Job, sub: str, files: Sequence[FileEntry] | None = None) -> OutputDataset:
    """Describes the finished folder `sub` of the job's output: files, rows and schema from the footers, hashes.

    Args:
        job: whose output.
        sub: folder below the output, e.g. `features/split=train`.
        files: if their hashes are known already (salvaged chunks'); else all Parquet files are hashed.

    Raises:
        ValueError: no Parquet file, or files with different schemas: a mistake of the job.
    """
    folder = job.output / sub
    paths = [file.path for file in files] if files is not None else data_files(folder, ".parquet")
    footers = {path: pq.ParquetFile(folder / path) for path in paths}
    schemas = [footer.schema_arrow for footer in footers.values()]
    if not schemas:
        raise ValueError(f"output {sub!r} holds no Parquet file: {folder}")
    for path, schema in zip(paths, schemas, strict=True):
        if not schema.equals(schemas[0]):
            raise ValueError(f"{sub}/{path} has another schema than {paths[0]}: {schema} / {schemas[0]}")
    entries = tuple(
        FileEntry(file.path, file.bytes, file.sha256, footers[file.path].metadata.num_rows)
        for file in (files if files is not None else describe_files(folder, paths))
    )
    columns = tuple(Column(field.name, str(field.type), field.nullable) for field in schemas[0])
    return OutputDataset(sub, sum(file.rows or 0 for file in entries), columns, entries)


def _read_manifest(folder: Path, sha256: str, name: str) -> dict[str, Any]:
    field = f"{name}/{MANIFEST}"
    manifest = read_manifest(folder, sha256, "data set", field)
    if manifest.get("kind") != "dataset":
        raise InvalidInput(field, manifest, 'an object of kind "dataset"')
    return manifest


def _open_file(folder: Path, entry: Mapping[str, Any], name: str) -> tuple[DataFile, pa.Schema]:
    where = f"{name}/{entry['path']}"
    path = folder / entry["path"]
    size = path.stat().st_size if path.is_file() else None
    if size != entry["bytes"]:
        found = "no such file" if size is None else f"{size} bytes"
        raise InvalidInput(where, found, f"{entry['bytes']} bytes, as the manifest says")
    try:
        footer = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidInput(where, str(error), "a whole Parquet file") from error
    rows = footer.metadata.num_rows
    if rows != entry["rows"]:
        raise InvalidInput(where, f"{rows} rows", f"{entry['rows']} rows, as the manifest says")
    return DataFile(str(path), entry["path"], rows, size, footer.num_row_groups), footer.schema_arrow


def _null_count(path: str, column: str) -> int:
    footer = pq.ParquetFile(path)
    index = footer.schema_arrow.get_field_index(column)
    counts: list[int | None] = []
    for group in range(footer.num_row_groups):
        statistics: Any = footer.metadata.row_group(group).column(index).statistics  # the stubs lack has_null_count
        counts.append(statistics.null_count if statistics is not None and statistics.has_null_count else None)
    known = [count for count in counts if count is not None]
    if len(known) == len(counts):
        return sum(known)
    return sum(batch.column(0).null_count for batch in footer.iter_batches(columns=[column]))
