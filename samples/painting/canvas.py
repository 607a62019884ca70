"""A float canvas with a paint-thickness map, lighting and a PNG writer."""

import math
import struct
import zlib


def clamp(value, low=0.0, high=1.0):
    return low if value < low else high if value > high else value


def smoothstep(low, high, value):
    t = clamp((value - low) / (high - low))
    return t * t * (3.0 - 2.0 * t)


def mix(a, b, t):
    """The colour `t` of the way from `a` to `b`."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def gradient(stops, t):
    """The colour at `t` along `stops`, a rising list of (position, colour)."""
    if t <= stops[0][0]:
        return stops[0][1]
    for (p0, c0), (p1, c1) in zip(stops, stops[1:]):
        if t <= p1:
            return mix(c0, c1, (t - p0) / (p1 - p0))
    return stops[-1][1]


def rgb(hexadecimal):
    """A colour as three floats in 0...1 from "rrggbb"."""
    return tuple(int(hexadecimal[i:i + 2], 16) / 255.0 for i in (0, 2, 4))


class Canvas:
    """Square, RGB in 0...1, row by row, with `relief` holding how thick the paint lies."""

    def __init__(self, size, ground=(1.0, 1.0, 1.0)):
        self.size = size
        self.pixels = [ground] * (size * size)
        self.relief = [0.0] * (size * size)

    def light(self, strength=0.5, angle=-2.3):
        """Lights the relief from the upper left, so that ridges of paint catch it."""
        n, relief, out = self.size, self.relief, self.pixels
        lx, ly = math.cos(angle) * strength, math.sin(angle) * strength
        for y in range(n):
            above, below = max(y - 1, 0) * n, min(y + 1, n - 1) * n
            row = y * n
            for x in range(n):
                left, right = max(x - 1, 0), min(x + 1, n - 1)
                slope = (relief[row + right] - relief[row + left]) * lx
                slope += (relief[below + x] - relief[above + x]) * ly
                if slope:
                    r, g, b = out[row + x]
                    if slope > 0.0:
                        keep = 1.0 - min(slope, 0.6)
                        out[row + x] = (1.0 - (1.0 - r) * keep, 1.0 - (1.0 - g) * keep, 1.0 - (1.0 - b) * keep)
                    else:
                        keep = 1.0 + max(slope, -0.6)
                        out[row + x] = (r * keep, g * keep, b * keep)

    def png(self):
        """The canvas as the bytes of an 8-bit RGB PNG (PNG specification, third edition)."""
        n = self.size
        rows = bytearray()
        for y in range(n):
            rows.append(0)
            for pixel in self.pixels[y * n:(y + 1) * n]:
                for value in pixel:
                    rows.append(0 if value <= 0.0 else 255 if value >= 1.0 else int(value * 255.0 + 0.5))

        def chunk(kind, body):
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        header = struct.pack(">IIBBBBB", n, n, 8, 2, 0, 0, 0)
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))
