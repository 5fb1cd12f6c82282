"""Representations of spectra and light curves, learned by observing each source again.

The public names are declared, with their types, in ``__init__.pyi`` beside this file, and are loaded on first use.
"""

from pathlib import Path

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# A checkout keeps the kernels beside this package; an installation has them inside.
_here = Path(__file__).parent
if not (_here / "kernels").exists() and (_here.parent / "kernels" / "__init__.py").exists():
    __path__.append(str(_here.parent))
