"""Documents: blocks that notebooks show, and their faces as HTML, PDF and workbook."""
