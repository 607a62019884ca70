"""Makes fixtures.json: small picture files with the pixels that they must decode to.

    python make_fixtures.py fixtures.json

Needs Pillow, pillow-heif, tifffile and numpy. PNG files are written here, sample by sample, so that every colour type and depth is covered
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
import pillow_heif
import tifffile
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()

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
# Programs that lack the marker store the same: readers that look for it see a negative.
plain = cmyk[:marker] + cmyk[marker + 2 + length:]
add_jpeg("jpeg-cmyk-plain", plain)

# WebP, TIFF, HEIC, AVIF, GIF, BMP, PGM and PPM: lossless ones are what they were made of, others what Pillow sees.


def saved(picture, kind, **options):
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def rgba(file):
    return numpy.asarray(Image.open(io.BytesIO(file)).convert("RGBA"))


clear = numpy.dstack([scene, (x * 20).clip(0, 255)]).astype(numpy.uint8)
cutout = Image.fromarray(clear, "RGBA")
webp = saved(photo, "WEBP", lossless=True)
add("webp-lossless", webp, scene)
add_jpeg("webp-lossy", saved(photo, "WEBP", quality=90))
add("webp-alpha", saved(cutout, "WEBP", lossless=True, exact=True), clear)
add("webp-profile", saved(photo, "WEBP", lossless=True, icc_profile=profile), scene, carriesProfile=True)
turned = numpy.rot90(scene, 3)
add("webp-orientation-6", saved(photo, "WEBP", lossless=True, exif=b"Exif\0\0" + exif(6, LITTLE)), turned, orientation=6)
second = Image.fromarray(255 - clear, "RGBA")
animated = saved(cutout, "WEBP", save_all=True, append_images=[second], duration=50, lossless=True, exact=True,
                 minimize_size=False)
add("webp-animated", animated, rgba(animated), tolerance=1)

deep = (scene.astype(numpy.uint16) * 257 + random.integers(0, 100, scene.shape)).clip(0, 65535).astype(numpy.uint16)
deep_clear = numpy.dstack([deep, (x * 5000).clip(0, 65535)]).astype(numpy.uint16)


def tiff(array, **options):
    target = io.BytesIO()
    tifffile.imwrite(target, array, metadata=None, software=False, **options)
    return target.getvalue()


def deep8(array):
    return (array.astype(numpy.int64) * 255 + 32767) // 65535


def add_tiff(name, array, pixels, **options):
    facts = {key: options.pop(key) for key in ("orientation", "carriesProfile") if key in options}
    add(name, tiff(array, **options), pixels, **facts)


grey = scene[:, :, 1]
add_tiff("tiff-rgb", scene, scene, photometric="rgb")
add_tiff("tiff-rgb-big-endian-deflate", scene, scene, photometric="rgb", byteorder=">", compression="zlib",
         predictor=True)
add_tiff("tiff-rgb-tiled", scene, scene, photometric="rgb", tile=(16, 16))
add_tiff("tiff-rgb-planes", scene.transpose(2, 0, 1), scene, photometric="rgb", planarconfig="separate")
add_tiff("tiff-rgb-rows", scene, scene, photometric="rgb", rowsperstrip=2)
add_tiff("tiff-rgba", clear, clear, photometric="rgb", extrasamples=["unassalpha"])
add_tiff("tiff-rgb-16", deep, deep8(deep), photometric="rgb", byteorder=">")
add_tiff("tiff-rgba-16", deep_clear, deep8(deep_clear), photometric="rgb", extrasamples=["unassalpha"])
add_tiff("tiff-grey", grey, numpy.dstack([grey] * 3), photometric="minisblack")
add_tiff("tiff-grey-white-first", 255 - grey, numpy.dstack([grey] * 3), photometric="miniswhite")
add_tiff("tiff-grey-16", deep[:, :, 0], numpy.dstack([deep8(deep[:, :, 0])] * 3), photometric="minisblack")
add_tiff("tiff-orientation-6", scene, turned, photometric="rgb", extratags=[(274, "H", 1, 6, True)], orientation=6)
add_tiff("tiff-profile", scene, scene, photometric="rgb", iccprofile=profile, carriesProfile=True)
add("tiff-lzw", saved(photo, "TIFF", compression="tiff_lzw"), scene)
palette = photo.quantize(32)
add("tiff-palette", saved(palette, "TIFF"), numpy.asarray(palette.convert("RGB")))
add("tiff-black-and-white", saved(photo.convert("1"), "TIFF", compression="group4"),
    numpy.asarray(photo.convert("1").convert("RGB")))
# Inverted premultiplication: colours of low alpha come back only roughly.
opacity = numpy.where((x + y) % 3 == 0, 255, 128)
premultiplied = numpy.dstack([(scene * (opacity / 255)[:, :, None]).round(), opacity]).astype(numpy.uint8)
add("tiff-premultiplied", tiff(premultiplied, photometric="rgb", extrasamples=["assocalpha"]),
    numpy.dstack([scene, opacity]).astype(numpy.uint8), tolerance=1)

heic = saved(photo, "HEIF", quality=90)
add("heic", heic, numpy.asarray(Image.open(io.BytesIO(heic)).convert("RGB")), tolerance=3)
heic = saved(cutout, "HEIF", quality=90)
add("heic-alpha", heic, rgba(heic), tolerance=3)
# The turn is the format's own; its Exif repeats it and is not applied again.
heic = saved(photo, "HEIF", quality=90, chroma=444, exif=b"Exif\0\0" + exif(6, LITTLE))
add("heic-turned", heic, numpy.asarray(Image.open(io.BytesIO(heic)).convert("RGB")), tolerance=3)
heic = saved(photo, "HEIF", quality=90, icc_profile=profile)
add("heic-profile", heic, numpy.asarray(Image.open(io.BytesIO(heic)).convert("RGB")), tolerance=3, carriesProfile=True)
avif = saved(photo, "AVIF", quality=90, subsampling="4:4:4")
add("avif", avif, numpy.asarray(Image.open(io.BytesIO(avif)).convert("RGB")), tolerance=3)
avif = saved(cutout, "AVIF", quality=90, subsampling="4:4:4")
add("avif-alpha", avif, rgba(avif), tolerance=3)

add("gif", saved(palette, "GIF"), numpy.asarray(palette.convert("RGB")))
add("gif-interlaced", saved(palette, "GIF", interlace=1), numpy.asarray(palette.convert("RGB")))
marked = numpy.asarray(palette).copy()
marked[2:5, 3:7] = 31
keyed = Image.fromarray(marked, "P")
keyed.putpalette(palette.getpalette())
gif = saved(keyed, "GIF", transparency=31, save_all=True, append_images=[palette.copy()], duration=50)
seen_gif = rgba(gif).copy()
seen_gif[seen_gif[:, :, 3] == 0] = 0
add("gif-transparent-animated", gif, seen_gif)

add("bmp-24", saved(photo, "BMP"), scene)
add("bmp-8", saved(palette, "BMP"), numpy.asarray(palette.convert("RGB")))
add("bmp-1", saved(photo.convert("1"), "BMP"), numpy.asarray(photo.convert("1").convert("RGB")))
# With masks, behind the header of version 4: red and blue exchanged, alpha in the low byte.
head = struct.pack("<2sIHHIIiiHHIIiiII4I", b"BM", 0, 0, 0, 122, 108, JPEG_WIDTH, JPEG_HEIGHT, 1, 32, 3, 0, 0, 0, 0, 0,
                   0xFF00, 0xFF0000, 0xFF000000, 0xFF).ljust(122, b"\0")
add("bmp-32-alpha", head + clear[::-1, :, [3, 0, 1, 2]].tobytes(), clear)
head = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 0, 0, 0, 54, 40, JPEG_WIDTH, -JPEG_HEIGHT, 1, 16, 0, 0, 0, 0, 0, 0)
five = scene >> 3
words = (five[:, :, 0].astype("<u2") << 10) | (five[:, :, 1].astype("<u2") << 5) | five[:, :, 2]
rows = b"".join(row.astype("<u2").tobytes().ljust((JPEG_WIDTH * 2 + 3) // 4 * 4, b"\0") for row in words)
add("bmp-16-top-down", head + rows, (five.astype(int) * 255 + 15) // 31)

add("ppm", b"P6\n# a comment\n%d %d\n255\n" % (JPEG_WIDTH, JPEG_HEIGHT) + scene.tobytes(), scene)
add("pgm-1000", b"P5 %d %d 1000\n" % (JPEG_WIDTH, JPEG_HEIGHT) + (grey.astype(int) * 1000 // 255).astype(">u2").tobytes(),
    numpy.dstack([((grey.astype(int) * 1000 // 255) * 255 + 500) // 1000] * 3), tolerance=1)
add("ppm-16", b"P6 %d %d 65535\n" % (JPEG_WIDTH, JPEG_HEIGHT) + deep.astype(">u2").tobytes(), deep8(deep))

# Colours: the same scene in Display P3 and ProPhoto RGB, as Little CMS converts it.


def wide_profile(primaries, white, gamma):
    """A matrix profile (ICC.1:2001), adapted to D50 by Bradford's cones."""
    columns = numpy.stack([[c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]] for c in primaries], axis=1)
    source = numpy.array([white[0] / white[1], 1, (1 - white[0] - white[1]) / white[1]])
    matrix = columns * numpy.linalg.solve(columns, source)
    cones = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    target = numpy.array([0.9642, 1, 0.8249])
    adapted = numpy.linalg.inv(cones) @ numpy.diag(cones @ target / (cones @ source)) @ cones @ matrix

    def xyz(values):
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(int(round(v * 65536)) for v in values))

    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * 78
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, int(round(gamma * 256))) + b"\0\0"
    parts = [(b"desc", description + b"\0" * (-len(description) % 4)), (b"cprt", b"text\0\0\0\0none\0\0\0\0"),
             (b"wtpt", xyz(target)), (b"rXYZ", xyz(adapted[:, 0])), (b"gXYZ", xyz(adapted[:, 1])),
             (b"bXYZ", xyz(adapted[:, 2])), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    table, body = struct.pack(">I", len(parts)), b""
    for name, part in parts:
        table += name + struct.pack(">II", 128 + 4 + 12 * len(parts) + len(body), len(part))
        body += part
    length = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s12s4s4sIIIQI3i", length, b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ",
                         struct.pack(">6H", 2000, 1, 1, 0, 0, 0), b"acsp", b"none", 0, 0, 0, 0, 0, 0xF6D6, 0x10000, 0xD32D)
    return header + b"\0" * (128 - len(header)) + table + body


D65, D50 = (0.3127, 0.3290), (0.3457, 0.3585)
wide = []
for name, primaries, white, gamma in (
        ("Adobe RGB", [(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)], D65, 2.19921875),
        ("Display P3", [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], D65, 2.2),
        ("ProPhoto RGB", [(0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)], D50, 1.8)):
    icc = wide_profile(primaries, white, gamma)
    muted = (96 + scene.astype(int) // 4).astype(numpy.uint8)
    seen_wide = ImageCms.profileToProfile(
        Image.fromarray(muted), ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION)
    wide.append(dict(name=name, profile=text(icc), width=JPEG_WIDTH, height=JPEG_HEIGHT, pixels=text(muted.tobytes()),
                     converted=text(seen_wide.tobytes())))

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
    target.write('{"fixtures":[\n%s\n],\n"profile":"%s",\n"resampling":%s,\n"wide":%s,\n"colours":%s}\n' % (
        lines,
        text(profile),
        json.dumps(dict(width=9, height=7, pixels=text(source.tobytes()), results=resized), separators=(",", ":")),
        json.dumps(wide, separators=(",", ":")),
        json.dumps(colours, separators=(",", ":"))))
