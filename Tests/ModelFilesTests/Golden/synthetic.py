"""Pictures and signs that the tests can make again exactly, without a shared random generator."""
import numpy as np


def noise(count, seed):
    """`count` 32-bit integers: (i · 2654435761 + seed) mod 2^32."""
    return (np.arange(count, dtype=np.uint64) * np.uint64(2654435761) + np.uint64(seed)) & np.uint64(0xFFFFFFFF)


def picture(height, width, seed):
    """Integers from 0 to 254 as float32, [height, width, 3]: stripes under noise."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    stripes = (5 * x + 3 * y + 40 * c) % 192
    grain = (noise(height * width * 3, seed) >> np.uint64(26)).astype(np.int64).reshape(height, width, 3)
    return (stripes + grain).astype(np.float32)


def signs(count, seed):
    """-1 or 1 for each place."""
    return ((noise(count, seed) >> np.uint64(31)).astype(np.float32) * 2 - 1).astype(np.float32)


def summary(array, samples=64):
    """Shape, norm and evenly spaced elements of an array."""
    array = np.asarray(array, dtype=np.float64)
    flat = array.reshape(-1)
    count = min(samples, flat.size)
    places = [k * flat.size // count for k in range(count)]
    return {
        "shape": list(array.shape),
        "norm": float(np.linalg.norm(flat)),
        "samples": [float(np.float32(flat[place])) for place in places],
    }
