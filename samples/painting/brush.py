"""A loaded bristle brush that follows a field of directions."""

import math


class Brush:
    """Paints strokes on a canvas; each hair of the brush carries its own shade and thickness of paint."""

    def __init__(self, canvas, source, width, load=0.5, contrast=0.12):
        self.canvas, self.source = canvas, source
        self.width, self.load, self.contrast = width, load, contrast

    def stroke(self, x, y, length, colour, field):
        """Draws `length` pixels from (x, y), turning with `field(x, y) -> (cosine, sine)`."""
        canvas, gauss = self.canvas, self.source.gauss
        n, pixels, relief = canvas.size, canvas.pixels, canvas.relief
        pace = 0.75
        hairs = max(3, int(self.width / 0.7))
        shade, thick = [], []
        for k in range(hairs):
            t = 2.0 * (k + 0.5) / hairs - 1.0
            shade.append(gauss(0.0, self.contrast))
            thick.append(self.load * (0.55 + 0.45 * abs(t) + gauss(0.0, 0.22)))
        r, g, b = colour
        paint = [(r + s, g + s * 0.95, b + s * 0.85) for s in shade]
        # Paint runs out hair by hair: each leaves the canvas at its own length.
        steps = int(length / pace)
        ends = [steps * (1.0 - 0.35 * self.source.random()) for _ in range(hairs)]
        starts = [steps * 0.12 * self.source.random() for _ in range(hairs)]
        half = self.width / 2.0
        spread = self.width / hairs
        for step in range(steps):
            dx, dy = field(x, y)
            taper = min(1.0, 4.0 * (step + 1) / steps, 2.5 * (steps - step) / steps)
            for k in range(hairs):
                if step < starts[k] or step > ends[k]:
                    continue
                offset = (-half + (k + 0.5) * spread) * taper
                px, py = int(x - dy * offset), int(y + dx * offset)
                if 0 <= px < n and 0 <= py < n:
                    index = py * n + px
                    pixels[index] = paint[k]
                    relief[index] = thick[k] * (0.7 + 0.3 * taper) + 0.25 * relief[index]
            x += dx * pace
            y += dy * pace
            if x > n + length or y > n + length:
                return


def scattered(source, size, spacing, jitter=0.6):
    """Every cell of a grid once, in random order, as points jittered within their cells; the edge is overlapped."""
    count = int(math.ceil(size / spacing)) + 1
    cells = [(i, j) for i in range(-2, count) for j in range(-2, count)]
    source.shuffle(cells)
    for i, j in cells:
        yield ((i + source.uniform(-jitter, jitter)) * spacing, (j + source.uniform(-jitter, jitter)) * spacing)
