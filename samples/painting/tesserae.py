"""Tesserae: a mosaic of a sun over waves, stone and glass set in dark mortar along flowing rows."""

import math
import random

from .canvas import Canvas, clamp, mix, rgb, smoothstep
from .noise import fractal_noise

GOLD = [rgb(c) for c in ("e8b530", "f3cf62", "d39a1e", "b87a18", "f7e3a0", "c98f2b")]
SUN = [rgb(c) for c in ("d8401f", "ef6a26", "b92a1c", "f58b3a", "e0521c")]
SEA = [rgb(c) for c in ("0f4c6e", "1b7a95", "0b2f57", "38a3a5", "7fc8bf", "155f82")]
FOAM = [rgb(c) for c in ("f2ecd8", "dfe8dc", "c9ded6")]
EARTH = [rgb(c) for c in ("6b2a1d", "8d4426", "40201c", "a9683a")]
MORTAR = rgb("2b2320")


def paint(size):
    canvas = Canvas(size, MORTAR)
    grain = fractal_noise(size, 48, 3, 21)
    warp_x = fractal_noise(size, 3, 2, 22)
    warp_y = fractal_noise(size, 3, 2, 23)
    tile = 11.5 * size / 512.0
    joint = 0.10
    cx, cy, radius = 0.56 * size, 0.36 * size, 0.215 * size
    stones = {}

    def stone(region, palette, row, column):
        """Colour, tilt and joint offsets of one stone, drawn once and remembered."""
        key = (region, row, column)
        found = stones.get(key)
        if found is None:
            source = random.Random("%s %d %d" % key)
            shade = source.gauss(0.0, 0.05)
            base = source.choice(palette)
            colour = tuple(clamp(c + shade + source.gauss(0.0, 0.02)) for c in base)
            found = (colour, source.gauss(0.0, 0.16), source.gauss(0.0, 0.16), source.uniform(-0.05, 0.05),
                     source.uniform(-0.05, 0.05))
            stones[key] = found
        return found

    for y in range(size):
        for x in range(size):
            index = y * size + x
            wx, wy = warp_x[index] - 0.5, warp_y[index] - 0.5
            dx, dy = x - cx, y - cy
            distance = math.hypot(dx, dy) + 1e-6
            angle = math.atan2(dy, dx)
            crest = size * (0.66 + 0.04 * math.sin(x * 13.0 / size) + 0.05 * wx)
            if y > crest:
                # Waves: rows follow stacked sines, every third row of a wave is foam.
                v = (y - crest + 16.0 * wy) / tile
                row = int(v)
                u = (x + 34.0 * wx) / tile + (row % 2) * 0.5
                foam = row % 5 == 0
                region, palette = ("foam", FOAM) if foam else ("waves", SEA if row % 5 < 4 else EARTH)
            elif distance < radius:
                v = distance / tile
                row = int(v)
                count = max(1, int(2 * math.pi * (row + 0.5)))
                u = (angle / (2 * math.pi) + 0.5) * count + (row % 2) * 0.5
                region, palette = "sun", SUN if row % 4 else GOLD
            else:
                # Rays: rings about the sun, gold and red by angle, settling into wavy rows far away.
                v = (distance + 30.0 * wx + 20.0 * wy) / tile
                row = int(v)
                count = max(1, int(2 * math.pi * (row + 0.5)))
                u = (angle / (2 * math.pi) + 0.5) * count + (row % 2) * 0.5
                ray = math.sin(angle * 12.0 + 0.6 * math.sin(distance * 0.03)) > 0.55
                far = distance > radius * 2.2
                if row == int(radius / tile) + 1:
                    region, palette = "halo", EARTH
                elif ray and not far:
                    region, palette = "ray", SUN
                elif far and (row % 6 == 0):
                    region, palette = "band", SEA
                else:
                    region, palette = "golden", GOLD
            column = math.floor(u)
            fu, fv = u - column, v - row
            colour, tilt_u, tilt_v, off_u, off_v = stone(region, palette, row, column)
            eu = min(fu - max(off_u, 0.0), 1.0 + min(off_u, 0.0) - fu)
            ev = min(fv - max(off_v, 0.0), 1.0 + min(off_v, 0.0) - fv)
            edge = min(eu, ev)
            body = smoothstep(joint * 0.6, joint * 1.5, edge)
            light = 1.0 + tilt_u * (fu - 0.5) * 1.6 + tilt_v * (fv - 0.5) * 1.6 + 0.22 * (grain[index] - 0.5)
            bevel = 0.16 * (1.0 - smoothstep(joint * 1.5, joint * 3.0, edge))
            light += bevel if fu + fv < 1.0 else -bevel
            r, g, b = colour
            mortar = 0.75 + 0.5 * grain[index]
            canvas.pixels[index] = mix(
                (MORTAR[0] * mortar, MORTAR[1] * mortar, MORTAR[2] * mortar), (r * light, g * light, b * light), body)
    return canvas
