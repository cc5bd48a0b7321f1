"""The rules of the house, held by walking its syntax trees."""
