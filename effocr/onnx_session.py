"""How an ONNX file is opened and what onnxruntime raises. Imports neither torch nor onnx.

A session is shared by all threads of a program and runs in the thread that calls it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from effocr.errors import BundleError

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["onnx_errors", "open_session"]


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """Open an ONNX file for the CPU.

    Args:
        path: of the file.
        threads: inside of one call.

    Raises:
        BundleError: there is no such file, or onnxruntime cannot open it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # one plan per shape would pile up: lines have many widths
    options.log_severity_level = 3  # errors only
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # A CPU without VNNI adds products of uint8 and int8 in 16 bits, and large ones overflow: graphs
    # whose weights need all 8 bits are run as uint8 times uint8 there, exactly and more slowly.
    options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except onnx_errors() as error:
        first = str(error).splitlines()[0]
        raise BundleError(f"{path}: onnxruntime cannot open it ({first})") from error


def onnx_errors() -> tuple[type[Exception], ...]:
    """What onnxruntime raises on a file that it cannot use; the classes share no base of theirs."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    kinds: list[type[Exception]] = [
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoSuchFile,
        state.NotImplemented,
        state.RuntimeException,
    ]
    return tuple(kinds)
