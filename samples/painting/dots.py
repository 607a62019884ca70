"""Dots: an afternoon by the river in touches of pure colour, each beside its complement."""

import math
import random

from .brush import scattered
from .canvas import Canvas, clamp, gradient, mix, rgb
from .noise import fractal_noise

SKY = [(0.0, rgb("f7e6b0")), (0.5, rgb("a9cfe0")), (1.0, rgb("6f9fd8"))]
MEADOW = [(0.0, rgb("1f5a34")), (0.4, rgb("5f9e3a")), (0.8, rgb("c8d652")), (1.0, rgb("f4e45c"))]
RIVER = [(0.0, rgb("284f9e")), (0.5, rgb("4f8fd0")), (1.0, rgb("e8f0e4"))]
TREE = [(0.0, rgb("14233f")), (0.5, rgb("20603a")), (1.0, rgb("7fae3c"))]
SPARKS = [rgb(c) for c in ("e4572e", "f29e38", "7a4fa3", "2f6fd0", "f7d94c", "d84f86", "3aa39a")]


def paint(size):
    source = random.Random(1884)
    canvas = Canvas(size, rgb("efe3c6"))
    tone = fractal_noise(size, 6, 4, 61)
    leaves = fractal_noise(size, 7, 3, 62)
    n, pixels = size, canvas.pixels
    unit = size / 512.0

    def scene(x, y):
        u, v = x / size, y / size
        index = min(max(int(y), 0), size - 1) * size + min(max(int(x), 0), size - 1)
        t, l = tone[index], leaves[index]
        for cx, cy, r in ((0.2, 0.3, 0.2), (0.84, 0.24, 0.22), (0.52, 0.42, 0.09)):
            if math.hypot(u - cx, (v - cy) * 1.15) < r * (0.7 + 0.7 * l):
                return gradient(TREE, clamp(0.5 + 1.3 * (t - 0.5) + 0.9 * (cx - u)))
            if abs(u - cx) < 0.02 * (r / 0.2) and cy < v < cy + 0.42:
                return mix(rgb("3a2448"), rgb("a5562c"), t)
        if v < 0.52:
            return gradient(SKY, clamp(1.0 - v / 0.52 + 0.5 * (t - 0.5)))
        if v < 0.68 + 0.04 * math.sin(5 * u):
            return gradient(RIVER, clamp(0.5 + 0.9 * (t - 0.5) + 0.35 * math.sin(v * 120)))
        return gradient(MEADOW, clamp(0.55 + 1.5 * (t - 0.5) - 0.6 * (leaves[index] > 0.62)))

    def touch(x, y, radius, colour):
        """One dab: a slightly oval disc with a soft rim."""
        stretch = source.uniform(0.85, 1.2)
        for py in range(max(0, int(y - radius)), min(n, int(y + radius) + 2)):
            for px in range(max(0, int(x - radius)), min(n, int(x + radius) + 2)):
                d = math.hypot((px - x) * stretch, (py - y) / stretch)
                if d < radius:
                    index = py * n + px
                    cover = clamp((radius - d) * 1.4)
                    pixels[index] = mix(pixels[index], colour, cover)
                    canvas.relief[index] = 0.5 * (1.0 - (d / radius) ** 2)

    for radius, spacing in ((5.2, 5.6), (3.6, 4.6), (2.7, 5.4)):
        for x, y in scattered(source, size, spacing * unit):
            colour = scene(x, y)
            chance = source.random()
            if chance < 0.16:
                colour = mix(colour, source.choice(SPARKS), 0.75)
            elif chance < 0.38:
                # Chevreul, 1839: a colour looks strongest beside its complement.
                r, g, b = colour
                high = max(r, g, b) + min(r, g, b)
                colour = mix(colour, (high - r, high - g, high - b), 0.55)
            lift = source.gauss(0.0, 0.08)
            colour = tuple(clamp(0.5 + (c - 0.5) * 1.25 + lift) for c in colour)
            touch(x, y, radius * unit * source.uniform(0.8, 1.2), colour)
    canvas.light(0.5)
    return canvas
