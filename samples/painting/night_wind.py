"""Night wind: impasto strokes that swirl about the lights of the sky over dark hills and water."""

import math
import random

from .brush import Brush, scattered
from .canvas import Canvas, clamp, gradient, mix, rgb, smoothstep
from .noise import fractal_noise

SKY = [(0.0, rgb("0b1440")), (0.25, rgb("17307c")), (0.5, rgb("2d62ad")), (0.75, rgb("6fa6cf")), (1.0, rgb("c4dfd8"))]
GLOW = [(0.0, rgb("fff6cf")), (0.3, rgb("ffdf5a")), (0.6, rgb("f2ac1f")), (1.0, rgb("c2872a"))]
HILL = [(0.0, rgb("0a1026")), (0.35, rgb("16304a")), (0.7, rgb("2d6a5c")), (1.0, rgb("88a657"))]
WATER = [(0.0, rgb("0a1a45")), (0.5, rgb("1e5288")), (0.8, rgb("4f9db8")), (1.0, rgb("ecc75a"))]

# Lights of the sky: x, y, radius of the swirl, sense of turning; all in parts of the side.
LIGHTS = [(0.74, 0.19, 0.17, 1), (0.36, 0.34, 0.22, -1), (0.13, 0.13, 0.10, 1), (0.50, 0.08, 0.08, -1),
          (0.92, 0.45, 0.10, -1), (0.10, 0.47, 0.09, 1), (0.62, 0.45, 0.09, 1)]


def paint(size):
    source = random.Random(1889)
    canvas = Canvas(size, rgb("101c46"))
    drift = fractal_noise(size, 3, 3, 11)
    shade = fractal_noise(size, 5, 4, 12, stretch=2)
    lights = [(x * size, y * size, r * size, turn) for x, y, r, turn in LIGHTS]

    def at(grid, x, y):
        return grid[min(max(int(y), 0), size - 1) * size + min(max(int(x), 0), size - 1)]

    def ridge(x):
        t = x / size
        return size * (0.63 + 0.07 * math.sin(4.2 * t + 0.7) + 0.035 * math.sin(11.0 * t + 2.0))

    def shore(x):
        return size * (0.83 + 0.02 * math.sin(6.0 * x / size + 1.0))

    def direction(x, y):
        if y > shore(x):
            return 0.18 * math.sin(y * 0.16 + x * 0.02) + (at(drift, x, y) - 0.5) * 0.6
        if y > ridge(x):
            return math.atan2(ridge(x + 3) - ridge(x - 3), 6.0) + 2.2 * (at(drift, x, y) - 0.5)
        angle = (at(drift, x, y) - 0.5) * 3.0
        vx, vy = math.cos(angle) * 0.55, math.sin(angle) * 0.35
        for lx, ly, radius, turn in lights:
            dx, dy = x - lx, y - ly
            distance = math.sqrt(dx * dx + dy * dy) + 1e-3
            pull = math.exp(-(distance / radius) ** 2) * 2.4 + 0.25 * math.exp(-distance / radius)
            vx += turn * -dy / distance * pull
            vy += turn * dx / distance * pull
        return math.atan2(vy, vx)

    # Directions are read at every fourth pixel: strokes ask for them half a million times.
    pitch = 4
    across = size // pitch + 1
    compass = [(math.cos(a), math.sin(a)) for a in
               (direction((i % across) * pitch, (i // across) * pitch) for i in range(across * across))]

    def field(x, y):
        column, row = int(x) // pitch, int(y) // pitch
        return compass[min(max(row, 0), across - 1) * across + min(max(column, 0), across - 1)]

    def colour(x, y):
        tone = at(shade, x, y)
        if y > shore(x):
            glint = 0.0
            for lx, _, radius, _ in lights[:3]:
                glint = max(glint, math.exp(-((x - lx) / (0.35 * radius)) ** 2))
            return gradient(WATER, clamp(0.75 * tone + 0.6 * glint * source.random()))
        if y > ridge(x):
            depth = (y - ridge(x)) / (shore(x) - ridge(x) + 1.0)
            return gradient(HILL, clamp(0.25 + 1.0 * (tone - 0.5) + 0.35 * math.sin(depth * 16.0 + 5 * tone)))
        base = gradient(SKY, clamp(0.1 + 0.75 * tone + 0.25 * y / size))
        for lx, ly, radius, _ in lights:
            distance = math.hypot(x - lx, y - ly) / radius
            rings = 0.5 + 0.5 * math.cos(distance * 13.0)
            near = 1.0 - smoothstep(0.12, 0.95, distance)
            base = mix(base, gradient(GLOW, clamp(distance * 1.25)), near * (0.45 + 0.55 * rings))
        return base

    def spoken(x, y, spread):
        r, g, b = colour(x, y)
        lift = source.gauss(0.0, spread)
        return (clamp(r + lift + source.gauss(0, 0.03)), clamp(g + lift), clamp(b + lift + source.gauss(0, 0.03)))

    scale = size / 512.0
    # Brush width, distance between strokes, their length, thickness of paint, spread of shades.
    passes = ((15, 11, 46, 0.5, 0.03), (8.5, 8, 40, 0.8, 0.07), (5, 9.5, 30, 1.1, 0.12))
    for width, spacing, length, load, spread in passes:
        brush = Brush(canvas, source, width * scale, load, 0.045)
        for x, y in scattered(source, size, spacing * scale):
            brush.stroke(x, y, length * scale * source.uniform(0.6, 1.3), spoken(x, y, spread), field)
    canvas.light(0.42)
    return canvas
