"""Makes fixtures.json: small picture files with the pixels that they must decode to.

    python make_fixtures.py fixtures.json

Needs Pillow and numpy. PNG files are written here, sample by sample, so that every colour type and depth is covered
whatever the encoder at hand can write; their pixels follow from the samples by the PNG specification, and Pillow is
asked to agree wherever it reads the file at 8 bits. JPEG files are Pillow's, and so are their pixels.
"""

import base64
import io
import json
import struct
import sys
import zlib

import numpy
from PIL import Image, ImageCms, ImageOps

SEED = 20240229
WIDTH, HEIGHT = 5, 4
JPEG_WIDTH, JPEG_HEIGHT = 13, 9

random = numpy.random.default_rng(SEED)
fixtures = []


def text(data):
    return base64.b64encode(bytes(data)).decode()


def add(name, file, pixels, tolerance=0, **facts):
    height, width, channels = pixels.shape
    fixtures.append(
        dict(name=name, file=text(file), width=width, height=height, channels=channels,
             pixels=text(pixels.astype(numpy.uint8).tobytes()), tolerance=tolerance, **facts))


# PNG

def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def packed_rows(samples, depth):
    """Rows of [height, width, components] samples, most significant bit first, each with filter type 0."""
    rows = b""
    for row in samples:
        flat = row.reshape(-1)
        if depth == 16:
            rows += b"\0" + flat.astype(">u2").tobytes()
        else:
            bits = ((flat[:, None] >> numpy.arange(depth - 1, -1, -1)) & 1).astype(numpy.uint8)
            rows += b"\0" + numpy.packbits(bits.reshape(-1)).tobytes()
    return rows


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, kind, interlaced=False, before=b"", after=b""):
    height, width, _ = samples.shape
    if interlaced:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        data = b"".join(packed_rows(part, depth) for part in passes if part.size)
    else:
        data = packed_rows(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(data, 9)) + after
            + chunk(b"IEND", b""))


def to8(samples, depth):
    top = 2 ** depth - 1
    return (samples.astype(numpy.int64) * 255 * 2 + top) // (2 * top)


def agree(file, pixels):
    mode = "RGBA" if pixels.shape[2] == 4 else "RGB"
    seen = numpy.asarray(Image.open(io.BytesIO(file)).convert(mode))
    assert (seen == pixels).all(), "Pillow sees other pixels"


GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
COMPONENTS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}


def add_png(name, kind, depth, interlaced=False, transparent=False):
    samples = random.integers(0, 2 ** depth, (HEIGHT, WIDTH, COMPONENTS[kind]))
    before = b""
    if kind == PALETTE:
        count = min(2 ** depth, 20)
        samples %= count
        entries = random.integers(0, 256, (count, 3)).astype(numpy.uint8)
        before += chunk(b"PLTE", entries.tobytes())
        pixels = entries[samples[:, :, 0]]
        if transparent:
            # Shorter than the palette: the other entries are opaque.
            alpha = random.integers(0, 256, count // 2).astype(numpy.uint8)
            before += chunk(b"tRNS", alpha.tobytes())
            full = numpy.concatenate([alpha, numpy.full(count - len(alpha), 255, numpy.uint8)])
            pixels = numpy.dstack([pixels, full[samples[:, :, 0]]])
    else:
        eight = to8(samples, depth)
        colours = eight[:, :, :1].repeat(3, axis=2) if kind in (GREY, GREY_ALPHA) else eight[:, :, :3]
        pixels = colours
        if kind in (GREY_ALPHA, RGBA):
            pixels = numpy.dstack([colours, eight[:, :, -1]])
        if transparent:
            key = samples[2, 3]
            before += chunk(b"tRNS", b"".join(struct.pack(">H", value) for value in key))
            pixels = numpy.dstack([colours, numpy.where((samples == key).all(axis=2), 0, 255)])
    file = png(samples, depth, kind, interlaced, before)
    # Pillow keeps grey of 16 bits, cuts other 16-bit samples, and makes no alpha of keys below 8 bits.
    if depth == 8 or (depth < 8 and not (transparent and kind == GREY)):
        agree(file, pixels)
    add(name, file, pixels)


for depth in (1, 2, 4, 8, 16):
    add_png(f"png-grey-{depth}", GREY, depth)
for depth in (8, 16):
    add_png(f"png-rgb-{depth}", RGB, depth)
    add_png(f"png-grey-alpha-{depth}", GREY_ALPHA, depth)
    add_png(f"png-rgba-{depth}", RGBA, depth)
for depth in (1, 2, 4, 8):
    add_png(f"png-palette-{depth}", PALETTE, depth)
add_png("png-palette-4-transparent", PALETTE, 4, transparent=True)
for depth in (2, 8, 16):
    add_png(f"png-grey-{depth}-transparent", GREY, depth, transparent=True)
for depth in (8, 16):
    add_png(f"png-rgb-{depth}-transparent", RGB, depth, transparent=True)
add_png("png-grey-1-interlaced", GREY, 1, interlaced=True)
add_png("png-palette-2-interlaced", PALETTE, 2, interlaced=True)
add_png("png-rgb-8-interlaced", RGB, 8, interlaced=True)
add_png("png-rgba-16-interlaced", RGBA, 16, interlaced=True)

# A gamma chunk changes nothing.
samples = random.integers(0, 256, (HEIGHT, WIDTH, 3))
add("png-gamma", png(samples, 8, RGB, before=chunk(b"gAMA", struct.pack(">I", 100000))), samples)


def exif(orientation, byte_order):
    return byte_order[0] + struct.pack(byte_order[1] + "HIHHHIHHI", 42, 8, 1, 274, 3, 1, orientation, 0, 0)


LITTLE, BIG = (b"II", "<"), (b"MM", ">")

for orientation in range(1, 9):
    samples = random.integers(0, 256, (HEIGHT, WIDTH, 3))
    body = chunk(b"eXIf", exif(orientation, LITTLE if orientation % 2 else BIG))
    early = orientation <= 4
    file = png(samples, 8, RGB, before=body if early else b"", after=b"" if early else body)
    picture = Image.open(io.BytesIO(file))
    picture.load()
    upright = numpy.asarray(ImageOps.exif_transpose(picture))
    add(f"png-orientation-{orientation}", file, upright, orientation=orientation)

profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
samples = random.integers(0, 256, (HEIGHT, WIDTH, 3))
add("png-profile", png(samples, 8, RGB, before=chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(profile, 9))), samples,
    carriesProfile=True)

# JPEG

y, x = numpy.mgrid[0:JPEG_HEIGHT, 0:JPEG_WIDTH]
scene = numpy.dstack([x * 12, y * 19, 128 + 90 * numpy.sin(x / 3) * numpy.cos(y / 2)]).clip(0, 255).astype(numpy.uint8)
scene[3:7, 5:9] = (250, 20, 30)


def jpeg(picture, **options):
    target = io.BytesIO()
    picture.save(target, "JPEG", optimize=True, **options)
    return target.getvalue()


def seen(file):
    return numpy.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def add_jpeg(name, file, **facts):
    # Decoders may differ by one level in the inverse transform and in colour conversion.
    add(name, file, seen(file), tolerance=1, **facts)


photo = Image.fromarray(scene)
baseline = jpeg(photo, quality=85, subsampling=2)
add_jpeg("jpeg-baseline-420", baseline)
add_jpeg("jpeg-422-restarts", jpeg(photo, quality=85, subsampling=1, restart_marker_blocks=1))
add_jpeg("jpeg-progressive-444", jpeg(photo, quality=85, subsampling=0, progressive=True))
add_jpeg("jpeg-grey", jpeg(photo.convert("L"), quality=85))
add_jpeg("jpeg-rgb", jpeg(photo, quality=85, keep_rgb=True))
add_jpeg("jpeg-orientation-6", jpeg(photo, quality=85, subsampling=0, exif=b"Exif\0\0" + exif(6, BIG)))
fixtures[-1].update(orientation=6)
upright = numpy.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(base64.b64decode(fixtures[-1]["file"])))))
fixtures[-1].update(width=upright.shape[1], height=upright.shape[0], pixels=text(upright.tobytes()))
add_jpeg("jpeg-profile", jpeg(photo, quality=85, icc_profile=profile), carriesProfile=True)

halved = Image.open(io.BytesIO(baseline))
halved.draft("RGB", (JPEG_WIDTH // 2, JPEG_HEIGHT // 2))
add("jpeg-baseline-420-halved", baseline, numpy.asarray(halved), tolerance=1, covering=JPEG_WIDTH // 2)

inks = numpy.dstack([255 - scene, (x * 6 + y * 5)]).astype(numpy.uint8)
cmyk = jpeg(Image.fromarray(inks, "CMYK"), quality=90)
marker = cmyk.index(b"\xff\xee")
length = struct.unpack(">H", cmyk[marker + 2:marker + 4])[0]
assert cmyk[marker + 4:marker + 9] == b"Adobe"
add_jpeg("jpeg-cmyk-adobe", cmyk)
# The last byte of the Adobe marker says how the colours are coded: 2 is YCCK.
ycck = cmyk[:marker + 1 + length] + b"\2" + cmyk[marker + 2 + length:]
add_jpeg("jpeg-ycck-adobe", ycck)
# Without the marker nothing says that the values are inverted.
plain = cmyk[:marker] + cmyk[marker + 2 + length:]
light = 255 - (255 - numpy.asarray(Image.open(io.BytesIO(cmyk))).astype(int))
pixels = (light[:, :, :3] * light[:, :, 3:] + 127) // 255
add("jpeg-cmyk-plain", plain, pixels, tolerance=1)

# Resampling: Pillow's filters on 32-bit floats.

source = random.integers(0, 256, (7, 9, 3)).astype(numpy.uint8)
resized = []
for name, resample in (("lanczos3", Image.Resampling.LANCZOS), ("bilinear", Image.Resampling.BILINEAR)):
    for width, height in ((4, 3), (13, 3), (11, 10)):
        red = Image.fromarray(source[:, :, 0].astype(numpy.float32))
        values = numpy.asarray(red.resize((width, height), resample)).reshape(-1)
        resized.append(dict(filter=name, width=width, height=height, red=[round(float(v), 3) for v in values]))

# Colour: float64, the matrix made from the primaries and the white of sRGB.

primaries = numpy.array([[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]])
white = numpy.array([0.3127, 0.3290])
tristimulus = lambda c: numpy.array([c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]])
columns = numpy.stack([tristimulus(c) for c in primaries], axis=1)
matrix = columns * numpy.linalg.solve(columns, tristimulus(white))
colours = []
for rgb in ([0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [1, 2, 3], [128, 128, 128],
            [200, 30, 90], [17, 99, 240]):
    encoded = numpy.array(rgb) / 255
    linear = numpy.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    t = matrix @ linear / tristimulus(white)
    f = numpy.where(t > (6 / 29) ** 3, numpy.cbrt(t), t / 3 * (29 / 6) ** 2 + 4 / 29)
    lab = [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
    luma = encoded @ [0.299, 0.587, 0.114]
    ycc = [luma, (encoded[2] - luma) / 1.772, (encoded[0] - luma) / 1.402]
    rounded = lambda values: [round(float(v), 5) for v in values]
    colours.append(dict(rgb=rgb, linear=rounded(linear), lab=rounded(lab), yCbCr=rounded(ycc)))

with open(sys.argv[1], "w") as target:
    lines = ",\n".join(json.dumps(f, separators=(",", ":")) for f in fixtures)
    target.write('{"fixtures":[\n%s\n],\n"profile":"%s",\n"resampling":%s,\n"colours":%s}\n' % (
        lines,
        text(profile),
        json.dumps(dict(width=9, height=7, pixels=text(source.tobytes()), results=resized), separators=(",", ":")),
        json.dumps(colours, separators=(",", ":"))))
