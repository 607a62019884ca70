"""Style pictures drawn from scratch: one module a picture, each with `paint(size) -> Canvas`."""
