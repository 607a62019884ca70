"""Woodcut: black lines that swell with the shadow, cut along the forms, over a vermilion and a blue block."""

import math

from .canvas import Canvas, clamp, mix, rgb, smoothstep
from .noise import fractal_noise

PAPER, INK = rgb("f3e6c8"), rgb("17120f")
VERMILION, INDIGO, OCHRE = rgb("d2452a"), rgb("3c6e8c"), rgb("dca748")


def paint(size):
    canvas = Canvas(size, PAPER)
    unit = size / 512.0
    wobble = fractal_noise(size, 10, 3, 31)
    chatter = fractal_noise(size, 90, 2, 32)
    relief = fractal_noise(size, 4, 3, 33)
    grain = fractal_noise(size, 12, 5, 34, stretch=8)
    cx, cy = 0.30 * size, 0.27 * size
    pixels = canvas.pixels

    def mountain(x, base, height, centre, width):
        t = abs(x / size - centre) / width
        return size * (base - height * max(0.0, 1.0 - t) ** 1.25)

    for y in range(size):
        for x in range(size):
            index = y * size + x
            n, m = wobble[index] - 0.5, relief[index]
            dx, dy = x - cx, y - cy
            distance = math.hypot(dx, dy)
            far = mountain(x, 0.66, 0.40, 0.72, 0.42) + 22 * unit * n
            near = size * (0.70 - 0.05 * math.sin(5.5 * x / size + 0.5)) + 10 * unit * n
            block, spacing = PAPER, 7.0 * unit
            if y > near + 0.10 * size:
                # Water: long level lines with wave crests.
                depth = (y - near) / size
                swell = 5.0 * math.sin(x * 0.045 / unit + depth * 40.0) + 2.0 * math.sin(x * 0.11 / unit + 3.0)
                phase = (y + swell * unit + 8 * unit * n) / spacing
                tone = 0.52 + 0.38 * math.sin(depth * 34.0 + 2.2 * m + x * 0.012 / unit)
                block = INDIGO if tone > 0.34 else PAPER
            elif y > near:
                # The bank: short cuts that lean like grass.
                phase = (x * 0.82 + y * 0.57 + 26 * unit * n) / (5.5 * unit)
                tone = 0.45 + 0.9 * (m - 0.45)
                block = OCHRE
            elif y > far:
                # The mountain: lines fall down its flanks, dark away from the sun.
                side = x / size - 0.72
                phase = (x * (0.85 if side > 0 else -0.85) + (y - far) * 0.55 + 30 * unit * n) / spacing
                tone = (0.80 if side + 0.35 * n > 0.0 else 0.30) + 0.5 * (m - 0.5)
                if y - far < 0.10 * size * (0.6 + 0.8 * m):
                    tone -= 0.25
                else:
                    block = INDIGO if side > 0 else PAPER
            elif distance < 0.115 * size:
                phase, tone, block = (y + 4 * unit * n) / spacing, 0.06, VERMILION
            else:
                # The sky: rings about the sun broken by clouds.
                ring = distance / (8.0 * unit) + 1.6 * n
                phase = ring
                tone = clamp(0.16 + 0.60 * distance / size) - 0.75 * smoothstep(0.52, 0.70, m)
                block = VERMILION if distance < 0.36 * size and tone > 0.2 else PAPER
                if distance > 0.44 * size and tone > 0.1:
                    block = OCHRE
            cut = abs((phase - math.floor(phase)) * 2.0 - 1.0)
            thickness = clamp(tone + 0.22 * (chatter[index] - 0.5), 0.0, 1.0)
            soft = 0.10
            line = smoothstep(1.0 - thickness - soft, 1.0 - thickness + soft, cut) if thickness > 0.09 else 0.0
            # The key block prints the outlines of the forms.
            for edge in (near - y, near + 0.10 * size - y):
                line = max(line, 1.0 - smoothstep(1.6 * unit, 3.2 * unit, abs(edge)))
            if y < near:
                line = max(line, 1.0 - smoothstep(1.6 * unit, 3.2 * unit, abs(far - y)))
                if y < far:
                    line = max(line, 1.0 - smoothstep(1.4 * unit, 3.0 * unit, abs(distance - 0.115 * size)))
            wear = 0.78 + 0.22 * smoothstep(0.15, 0.45, grain[index])
            tint = mix(PAPER, block, 0.62 + 0.38 * grain[index])
            pixels[index] = mix(tint, INK, line * wear)
    return canvas
