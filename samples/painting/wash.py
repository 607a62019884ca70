"""Wash: watercolour glazes that pool at their edges and settle in the tooth of the paper."""

import math
import random

from .canvas import Canvas, clamp, rgb, smoothstep
from .noise import fractal_noise

PAPER = rgb("faf5ea")
# Pigments by the light they let through at full strength.
COBALT, TEAL, ROSE, AMBER = rgb("3f6fc4"), rgb("2a9c9a"), rgb("d8486f"), rgb("f0a92e")
VIOLET, SAP, SIENNA, INDIGO = rgb("7652a8"), rgb("6d9a35"), rgb("b3582c"), rgb("2a356e")


def paint(size):
    canvas = Canvas(size, PAPER)
    area = size * size
    tooth = fractal_noise(size, 128, 3, 41, gain=0.8)
    tones = [fractal_noise(size, 5, 6, 42 + k, gain=0.58) for k in range(4)]
    bloom = fractal_noise(size, 8, 4, 52, gain=0.6)
    absorbed = [[0.0] * area for _ in range(3)]

    def glaze(pigment, field, strength, edge, granulation, noise):
        """Lays one wash where `field` > 0: darker at its rim, mottled inside, grainy in the paper."""
        k = [-math.log(max(c, 0.02)) * strength * 0.58 for c in pigment]
        red, green, blue = absorbed
        for index in range(area):
            inside = field[index]
            if inside <= -0.02:
                continue
            cover = clamp(inside / 0.022 + 0.5)
            rim = edge * math.exp(-inside * inside * 2600.0) if inside > 0 else edge * cover
            mottle = 0.45 + 0.9 * noise[index] * bloom[index] * 1.6
            density = cover * (mottle + rim + granulation * (tooth[index] - 0.5))
            if density > 0.0:
                red[index] += k[0] * density
                green[index] += k[1] * density
                blue[index] += k[2] * density

    def shape(distance, rough, noise):
        """A field from `distance(x, y)` (parts of the side, positive inside), its rim roughened by noise."""
        return [distance((i % size) / size, (i // size) / size) + rough * (noise[i] - 0.5) for i in range(area)]

    def disc(cx, cy, radius, squash=1.0):
        return lambda x, y: radius - math.hypot(x - cx, (y - cy) * squash)

    def below(level, slope, wave):
        return lambda x, y: y - level - slope * x - wave * math.sin(7.0 * x + 9.0 * level)

    def band(top, bottom, slope, wave):
        """Positive between two wavy lines."""
        return lambda x, y: min(y - top - slope * x - wave * math.sin(6.0 * x + 20.0 * top),
                                bottom + slope * x + wave * math.sin(5.0 * x + 9.0 * bottom) - y)

    a, b, c, d = tones
    glaze(AMBER, shape(disc(0.60, 0.36, 0.34, 1.2), 0.34, a), 1.0, 0.30, 0.3, b)
    glaze(COBALT, shape(lambda x, y: 0.30 - y + 0.10 * x, 0.50, b), 0.60, 0.60, 0.7, a)
    glaze(COBALT, shape(band(0.02, 0.17, 0.12, 0.03), 0.34, d), 0.45, 0.70, 0.6, c)
    glaze(ROSE, shape(disc(0.64, 0.34, 0.12), 0.10, c), 1.2, 0.90, 0.3, d)
    glaze(ROSE, shape(band(0.36, 0.47, -0.05, 0.03), 0.26, b), 0.40, 0.60, 0.4, a)
    glaze(VIOLET, shape(band(0.44, 0.62, -0.04, 0.05), 0.22, d), 0.55, 0.80, 0.8, c)
    glaze(VIOLET, shape(band(0.52, 0.66, 0.02, 0.04), 0.24, a), 0.40, 0.80, 0.7, b)
    glaze(TEAL, shape(band(0.62, 0.80, -0.06, 0.04), 0.24, a), 0.55, 0.75, 0.7, d)
    glaze(AMBER, shape(band(0.70, 0.86, 0.05, 0.03), 0.30, d), 0.45, 0.60, 0.4, c)
    glaze(SAP, shape(below(0.76, 0.06, 0.03), 0.28, c), 0.50, 0.70, 0.6, b)
    glaze(SIENNA, shape(band(0.84, 0.95, -0.04, 0.02), 0.36, b), 0.50, 0.70, 0.6, d)
    glaze(INDIGO, shape(below(0.90, -0.05, 0.03), 0.30, a), 0.55, 0.75, 0.8, c)
    # Strokes of a half-dry brush, then drops flicked from it.
    for number, pigment in enumerate((INDIGO, ROSE, TEAL, INDIGO)):
        top = 0.10 + 0.26 * number
        streaks = fractal_noise(size, 5, 4, 70 + number, stretch=9, gain=0.7)
        glaze(pigment, shape(band(top, top + 0.035, 0.03, 0.02), 0.16, streaks), 0.45, 0.8, 1.2, c)
    source = random.Random(1832)
    for number in range(150):
        x, y = source.random(), source.random()
        pigment = (ROSE, SIENNA, AMBER, VIOLET, COBALT, TEAL)[number % 6]
        radius = 0.003 + 0.012 * source.random() ** 3
        splash(canvas, absorbed, pigment, x, y, radius, tones[number % 4], tooth, source)
    red, green, blue = absorbed
    for index in range(area):
        shade = 1.0 + 0.05 * (tooth[index] - 0.5)
        canvas.pixels[index] = (PAPER[0] * shade * math.exp(-red[index]), PAPER[1] * shade * math.exp(-green[index]),
                                PAPER[2] * shade * math.exp(-blue[index]))
    return canvas


def splash(canvas, absorbed, pigment, x, y, radius, noise, tooth, source):
    """A single drop of wet colour with a hard rim and a pale heart."""
    size = canvas.size
    k = [-math.log(max(c, 0.02)) * source.uniform(0.25, 0.6) for c in pigment]
    reach = radius * 1.6
    for py in range(max(0, int((y - reach) * size)), min(size, int((y + reach) * size))):
        for px in range(max(0, int((x - reach) * size)), min(size, int((x + reach) * size))):
            index = py * size + px
            inside = radius - math.hypot(px / size - x, py / size - y) + 1.6 * radius * (noise[index] - 0.5)
            cover = clamp(inside * size / 2.0 + 0.5)
            if cover > 0.0:
                rim = math.exp(-(inside * size / 3.0) ** 2)
                heart = 0.5 * smoothstep(radius, 0.0, inside)
                density = cover * (0.35 + heart + 0.9 * rim + 0.3 * (tooth[index] - 0.5))
                for channel in range(3):
                    absorbed[channel][index] += k[channel] * density
