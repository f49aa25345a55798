"""How the documentation is built: the same Sphinx and theme as the report's, from plain Markdown."""

import sys
from pathlib import Path

import qualcode

sys.path.insert(0, str(Path(__file__).parent))

project = "qualcode"
author = "The qualcode authors"
release = qualcode.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"qualcode {release}"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
autodoc_typehints = "none"
autodoc_member_order = "alphabetical"
napoleon_numpy_docstring = False
exclude_patterns = ["_build"]
