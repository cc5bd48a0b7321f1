"""How each message and form is put together: words out of the catalogue, blocks out of the templates."""
