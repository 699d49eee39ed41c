"""How the rows of each target are staged, compared with what is there, and moved in."""
