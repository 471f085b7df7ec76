"""Pages. Each folder is one page: urls, views, forms, templates."""
