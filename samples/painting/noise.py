"""Fractal value noise over a whole square at once."""

import random


def smooth(t):
    return t * t * (3.0 - 2.0 * t)


def value_noise(size, cells, seed, cells_down=None):
    """One octave: `cells` random values across (`cells_down` down), smoothly interpolated to size x size."""
    down = cells_down or cells
    source = random.Random(seed)
    lattice = [[source.random() for _ in range(cells + 2)] for _ in range(down + 2)]
    across = []
    for x in range(size):
        position = x * cells / size
        across.append((int(position), smooth(position - int(position))))
    rows = []
    for y in range(size):
        position = y * down / size
        index, t = int(position), smooth(position - int(position))
        blended = [a + (b - a) * t for a, b in zip(lattice[index], lattice[index + 1])]
        rows.extend([blended[i] + (blended[i + 1] - blended[i]) * f for i, f in across])
    return rows


def fractal_noise(size, cells, octaves, seed, stretch=1, gain=0.5):
    """Octaves of value noise, each twice as fine and `gain` as strong, scaled to 0...1.

    `stretch` > 1 draws the grain out along x.
    """
    total = [0.0] * (size * size)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        across = max(1, min(cells << octave, size))
        layer = value_noise(size, across, seed * 1009 + octave, min(across * stretch, size))
        total = [t + weight * v for t, v in zip(total, layer)]
        norm += weight
        weight *= gain
    low, high = min(total), max(total)
    scale = 1.0 / (high - low)
    return [(t - low) * scale for t in total]
