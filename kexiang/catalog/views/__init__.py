"""Pages of the catalogue in the workbench."""
