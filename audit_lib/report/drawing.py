"""A picture's specification made an SVG: here, or by a process that has drawn before.

The engine that draws costs more to start than a court's pictures to draw, and it starts threads,
so that no kernel can be forked with it running. The process that waits for a kernel therefore
draws for it: :func:`serve_drawings` there, the variable :data:`SERVED` in the kernel's
environment. Without it, or when nobody answers, the kernel draws itself; the bytes are the same.
"""

import contextlib
import os
import socket
import threading
from functools import lru_cache
from multiprocessing.connection import Client, Connection
from pathlib import Path

__all__ = ["FAMILIES", "MEASURE", "SERVED", "draw", "font_folder", "serve_drawings"]

SERVED = "AUDIT_DRAWINGS"
MEASURE = "Audit Measure"  # the font of fonts/, by which text is measured
FAMILIES = "Noto Sans SC, Microsoft YaHei, SimHei, sans-serif"  # those by which it is drawn

_LARGEST = 64 * 2**20
_DRAWN, _REFUSED = b"+", b"-"


@lru_cache(maxsize=1)
def font_folder() -> Path:
    """Return the folder of the fonts that come with the installation."""
    import pylopdf_fonts_zh_cn

    return Path(pylopdf_fonts_zh_cn.__file__).parent


@lru_cache(maxsize=1)
def _converter():
    import vl_convert

    vl_convert.register_font_directory(str(Path(__file__).parent / "fonts"))
    vl_convert.register_font_directory(str(font_folder()))  # characters that ours has not
    return vl_convert


@lru_cache(maxsize=64)
def draw(specification: str) -> str:
    """Draw one Vega-Lite specification, once for all audiences and for report and dossier.

    Parameters
    ----------
    specification : JSON text, whose font is :data:`MEASURE`

    Returns
    -------
    str : one ``<svg>``, its fonts :data:`FAMILIES`

    Raises
    ------
    ValueError
        It is not Vega-Lite.
    """
    address = os.environ.get(SERVED)
    drawn = _ask(address, specification) if address else None
    return drawn if drawn is not None else _draw_here(specification)


@lru_cache(maxsize=64)
def _draw_here(specification: str) -> str:
    drawn = _converter().vegalite_to_svg(specification, vl_version="6.4")
    return drawn.replace(f'font-family="{MEASURE}"', f'font-family="{FAMILIES}"')


def _ask(address: str, specification: str) -> str | None:
    """Have it drawn elsewhere; ``None`` where that cannot be, for whatever reason."""
    try:
        with Client(address) as connection:
            connection.send_bytes(specification.encode())
            answer = connection.recv_bytes(_LARGEST)
    except (OSError, EOFError):
        return None
    return answer[1:].decode() if answer[:1] == _DRAWN else None


def serve_drawings(folder: str | Path) -> str:
    """Draw from now on for whoever asks at a socket in `folder`, in a thread of this process.

    Parameters
    ----------
    folder : a folder that only this user can enter; the socket goes with it

    Returns
    -------
    str : the address, for :data:`SERVED`

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(serve_drawings(folder)).name.startswith("drawings-")
    True
    """
    address = os.path.join(folder, f"drawings-{os.getpid()}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen()
    threading.Thread(target=_serve, args=(listener,), daemon=True).start()
    return address


def _serve(listener: socket.socket) -> None:
    while True:
        try:
            accepted, _ = listener.accept()
        except OSError:  # no more can be opened: whoever asks draws for himself
            return
        # One who asks and goes away, or sends what is no picture, is not the others' trouble.
        with contextlib.suppress(OSError, EOFError), Connection(accepted.detach()) as connection:
            specification = connection.recv_bytes(_LARGEST).decode(errors="replace")
            try:
                answer = _DRAWN + _draw_here(specification).encode()
            except ValueError:
                answer = _REFUSED
            connection.send_bytes(answer)
