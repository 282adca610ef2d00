"""Case tables as files: CSV with pandas, Parquet with pyarrow (the extra ``parquet``)."""

from __future__ import annotations

from pathlib import Path

from corpus.cases import frame

FORMATS = (".csv", ".parquet")


def write(name: str, path: Path) -> int:
    """Write a case table to a file whose ending says the format, and return the number of rows.

    Raises:
        ValueError: the ending is neither .csv nor .parquet, or pyarrow is missing for Parquet.
        KeyError: there is no such table.
        OSError: the file cannot be written.
    """
    data, ending = frame(name), path.suffix.lower()
    if ending == ".csv":
        data.to_csv(path, index=False)
    elif ending == ".parquet":
        try:
            data.to_parquet(path, index=False)
        except ImportError as error:
            raise ValueError(
                "Parquet files need pyarrow: install venous-leiomyosarcoma-assistant[parquet], or write .csv."
            ) from error
    else:
        raise ValueError(f"The file '{path}' must end in one of {', '.join(FORMATS)}.")
    return len(data)
