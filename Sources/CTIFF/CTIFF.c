#include "CTIFF.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

// MARK: Bytes in memory

typedef struct memory {
    const uint8_t *bytes;
    // The same when it is written, and grows.
    uint8_t *written;
    size_t count;
    size_t capacity;
    size_t offset;
    // Something beyond the end was asked for.
    bool overran;
    bool no_memory;
    // Warnings are about pixels, not about fields that nobody uses.
    bool strict;
    bool warned;
    // Where the first error is told, in libtiff's words; may be NULL.
    char *message;
    size_t message_capacity;
} memory;

static tmsize_t on_read(thandle_t handle, void *target, tmsize_t count) {
    memory *m = handle;
    if (m->offset > m->count || (size_t)count > m->count - m->offset) {
        m->overran = true;
        count = m->offset > m->count ? 0 : (tmsize_t)(m->count - m->offset);
    }
    memcpy(target, m->bytes + m->offset, (size_t)count);
    m->offset += (size_t)count;
    return count;
}

static tmsize_t on_no_write(thandle_t handle, void *source, tmsize_t count) {
    (void)handle, (void)source, (void)count;
    return 0;
}

static tmsize_t on_write(thandle_t handle, void *source, tmsize_t count) {
    memory *m = handle;
    const size_t end = m->offset + (size_t)count;
    if (end > m->capacity) {
        size_t capacity = m->capacity ? m->capacity : 1 << 16;
        while (capacity < end) capacity *= 2;
        uint8_t *written = realloc(m->written, capacity);
        if (!written) {
            m->no_memory = true;
            return 0;
        }
        memset(written + m->capacity, 0, capacity - m->capacity);
        m->bytes = m->written = written;
        m->capacity = capacity;
    }
    memcpy(m->written + m->offset, source, (size_t)count);
    m->offset = end;
    if (end > m->count) m->count = end;
    return count;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
    memory *m = handle;
    const toff_t base = whence == SEEK_CUR ? m->offset : whence == SEEK_END ? m->count : 0;
    return m->offset = (size_t)(base + offset);
}

static int on_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t on_size(thandle_t handle) { return ((memory *)handle)->count; }

static int on_map(thandle_t handle, void **base, toff_t *size) {
    (void)handle, (void)base, (void)size;
    return 0;
}

static void on_unmap(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff, (void)module;
    memory *m = user;
    // The first tells what went wrong, the others what followed.
    if (m->message && m->message[0] == 0) vsnprintf(m->message, m->message_capacity, format, arguments);
    return 1;
}

// How old writers stored what is there in full: palettes of 8 bits a colour, and the first order of the bits of LZW's codes.
static bool takes_nothing(const char *format) {
    static const char *const known[] = {"Assuming 8-bit colormap", "Old-style LZW codes, convert file"};
    for (size_t index = 0; index < sizeof known / sizeof *known; index++) {
        if (strcmp(format, known[index]) == 0) return true;
    }
    return false;
}

static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    memory *m = user;
    if (!m->strict || takes_nothing(format)) return 1;
    m->warned = true;
    return on_error(tiff, user, module, format, arguments);
}

static TIFF *open_memory(memory *m, const char *mode, size_t max_bytes) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)max_bytes);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, m);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, m);
    TIFF *tiff = TIFFClientOpenExt(
        "picture", mode, m, on_read, m->bytes ? on_no_write : on_write, on_seek, on_close, on_size, on_map, on_unmap,
        options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

// MARK: Reading

struct ctiff_reader {
    memory memory;
    TIFF *tiff;
    ctiff_header header;
    // Samples are read as they are stored; otherwise libtiff makes colours of them.
    bool plain;
    uint16_t samples;
    uint16_t bits;
    // 1, 3, or 4 inks of them; the others are more than colours.
    uint16_t colours;
    // Which sample is alpha; 0 for none.
    uint16_t alpha;
    // Red, green and blue of each number.
    bool has_palette;
    uint8_t palette[256][3];
    size_t max_bytes;
    // The largest sample is the least light.
    bool inverted;
    // a* and b* are signed.
    bool has_signs;
    // 100 is 0xFF00 in 16 bits, or 0 is 0x8000: a 257th short of what is wanted.
    bool is_short[3];
    bool premultiplied;
    char message[256];
};

ctiff_reader *ctiff_reader_create(const uint8_t *bytes, size_t count) {
    ctiff_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->memory.bytes = bytes;
    reader->memory.count = count;
    return reader;
}

static ctiff_status refuse(ctiff_reader *reader, ctiff_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->message, sizeof reader->message, format, arguments);
    va_end(arguments);
    return status;
}

// libtiff's own sentence counts rows and bytes of a strip.
static ctiff_status failed(ctiff_reader *reader, const char *what) {
    if (reader->memory.overran) return refuse(reader, ctiff_truncated, "the data ends before the picture does");
    return refuse(reader, ctiff_corrupt, "%s", what);
}

// NULL for samples that are read.
static const char *unread(uint16_t photometric, uint16_t format, uint16_t ink_set) {
    switch (format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
        break;
    case SAMPLEFORMAT_INT:
        return "its samples are signed";
    case SAMPLEFORMAT_IEEEFP:
        return "its samples are floating-point";
    default:
        return "its samples are complex numbers";
    }
    switch (photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR:
    case PHOTOMETRIC_PALETTE:
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
        return NULL;
    case PHOTOMETRIC_SEPARATED:
        return ink_set == INKSET_CMYK ? NULL : "its inks are others than cyan, magenta, yellow and black";
    default:
        return "its samples are no colours that are known here";
    }
}

// Colours of 16 bits, or of 8 as old writers stored them.
static bool read_palette(ctiff_reader *reader) {
    uint16_t *colours[3] = {NULL, NULL, NULL};
    if (!TIFFGetField(reader->tiff, TIFFTAG_COLORMAP, &colours[0], &colours[1], &colours[2])) return false;
    const int count = 1 << reader->bits;
    bool is_deep = false;
    for (int c = 0; c < 3; c++) {
        for (int index = 0; index < count; index++) is_deep = is_deep || colours[c][index] > UINT8_MAX;
    }
    for (int c = 0; c < 3; c++) {
        for (int index = 0; index < count; index++) {
            reader->palette[index][c] = (uint8_t)(colours[c][index] >> (is_deep ? 8 : 0));
        }
    }
    return reader->has_palette = true;
}

// The first of the samples behind the colours that is one; 0 for none.
static uint16_t alpha_of(ctiff_reader *reader, uint16_t photometric, bool says_extra_samples) {
    uint16_t count = 0, *kinds = NULL;
    TIFFGetFieldDefaulted(reader->tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds);
    // Writers that do not say what the fourth sample is mean alpha.
    if (!says_extra_samples && photometric == PHOTOMETRIC_RGB && reader->samples == 4) return reader->colours;
    for (uint16_t index = 0; index < count && reader->colours + index < reader->samples; index++) {
        if (kinds[index] != EXTRASAMPLE_ASSOCALPHA && kinds[index] != EXTRASAMPLE_UNASSALPHA) continue;
        // Colours of a palette are no products.
        reader->premultiplied = kinds[index] == EXTRASAMPLE_ASSOCALPHA && photometric != PHOTOMETRIC_PALETTE;
        return (uint16_t)(reader->colours + index);
    }
    return 0;
}

ctiff_status ctiff_reader_read_header(
    ctiff_reader *reader, size_t max_bytes, uint32_t page, bool says_extra_samples, ctiff_header *header) {
    // "m": no mapping. "O": offsets of strips are read as they are needed.
    TIFF *tiff = reader->tiff = open_memory(&reader->memory, "rmO", max_bytes);
    if (!tiff || (page > 0 && !TIFFSetDirectory(tiff, page))) {
        return failed(reader, "its directory cannot be read");
    }
    uint32_t width = 0, height = 0;
    uint16_t samples = 1, bits = 1, format = SAMPLEFORMAT_UINT, photometric = 0, compression = COMPRESSION_NONE;
    uint16_t ink_set = INKSET_CMYK;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height)) {
        return refuse(reader, ctiff_corrupt, "it does not give its size");
    }
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric)) {
        return refuse(reader, ctiff_unsupported, "it does not say what its samples mean");
    }
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_INKSET, &ink_set);
    if (!TIFFIsCODECConfigured(compression)) {
        return refuse(reader, ctiff_unsupported, "it is compressed in a way that is not read");
    }
    const bool is_grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    const bool has_inks = photometric == PHOTOMETRIC_SEPARATED;
    const bool is_lab = photometric == PHOTOMETRIC_CIELAB || photometric == PHOTOMETRIC_ICCLAB;
    const char *why_not = unread(photometric, format, ink_set);
    if (why_not) return refuse(reader, ctiff_unsupported, "%s", why_not);
    const bool is_palette = photometric == PHOTOMETRIC_PALETTE;
    if ((bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) || (is_palette && bits == 16)) {
        return refuse(reader, ctiff_unsupported, "its %s have %u bits", is_palette ? "palette's numbers" : "samples", bits);
    }
    reader->samples = samples;
    reader->bits = bits;
    reader->colours = is_grey || is_palette ? 1 : has_inks ? 4 : 3;
    reader->alpha = alpha_of(reader, photometric, says_extra_samples);
    reader->max_bytes = max_bytes;
    reader->plain = photometric != PHOTOMETRIC_YCBCR && (bits >= 8 || !is_lab) && samples >= reader->colours &&
                    samples <= 8 && compression != COMPRESSION_OJPEG;
    reader->inverted = photometric == PHOTOMETRIC_MINISWHITE || has_inks;
    reader->has_signs = photometric == PHOTOMETRIC_CIELAB;
    reader->is_short[0] = bits == 16 && photometric == PHOTOMETRIC_ICCLAB;
    reader->is_short[1] = reader->is_short[2] = bits == 16 && is_lab;
    if (reader->plain && is_palette && !read_palette(reader)) {
        return refuse(reader, ctiff_corrupt, "it has no palette");
    }
    char why[1024];
    // Of Lab libtiff makes colours under another white.
    if (!reader->plain && (is_lab || !TIFFRGBAImageOK(tiff, why))) {
        return refuse(
            reader, ctiff_unsupported, "a pixel has %u samples of %u bits, which make no colour", samples, bits);
    }
    *header = (ctiff_header){
        .width = width,
        .height = height,
        .channels = reader->alpha > 0 ? 4 : 3,
        .depth = reader->plain && bits == 16 ? 16 : 8,
        .is_rgb = !is_grey && !has_inks && !is_lab,
        .is_lab = is_lab,
    };
    reader->header = *header;
    reader->message[0] = 0;
    return ctiff_ok;
}

const uint8_t *ctiff_reader_icc(const ctiff_reader *reader, size_t *count) {
    uint32_t length = 0;
    void *profile = NULL;
    *count = 0;
    if (!reader->tiff || !TIFFGetField(reader->tiff, TIFFTAG_ICCPROFILE, &length, &profile)) return NULL;
    *count = length;
    return profile;
}

// Where the samples of a block go: `planes` of them lie beside each other in it, the first is sample `first` of a pixel.
typedef struct block {
    const uint8_t *bytes;
    uint32_t x, y, width, height, planes, first;
    // From row to row in the block.
    size_t stride;
} block;

// A sample below a byte is as bright as one of 8 bits, unless it is a number of a palette.
static uint32_t sample_at(const ctiff_reader *reader, const uint8_t *row, size_t index, bool is_number) {
    const uint32_t bits = reader->bits;
    if (bits == 16) return ((const uint16_t *)row)[index];
    if (bits == 8) return row[index];
    const uint32_t most = (1u << bits) - 1;
    const size_t at = index * bits;
    return (row[at / 8] >> (8 - bits - at % 8) & most) * (is_number ? 1 : UINT8_MAX / most);
}

static void place(const ctiff_reader *reader, const block *b, uint8_t *pixels, size_t stride) {
    const ctiff_header *h = &reader->header;
    const uint32_t colours = reader->colours;
    const uint32_t most = h->depth == 16 ? UINT16_MAX : UINT8_MAX;
    const uint32_t width = b->x + b->width > h->width ? h->width - b->x : b->width;
    const uint32_t height = b->y + b->height > h->height ? h->height - b->y : b->height;
    for (uint32_t plane = 0; plane < b->planes; plane++) {
        const uint32_t sample = b->first + plane;
        // What else there may be behind the colours is not shown.
        const bool is_alpha = reader->alpha > 0 && sample == reader->alpha;
        if (sample >= colours && !is_alpha) continue;
        const bool is_black = sample == 3 && !is_alpha;
        // Grey is three colours, and black darkens three.
        const bool is_shared = (colours == 1 && !is_alpha) || is_black;
        const uint32_t target = is_alpha ? 3 : is_shared ? 0 : sample, copies = is_shared ? 3 : 1;
        const bool is_signed = reader->has_signs && (sample == 1 || sample == 2);
        const uint32_t flipped = is_alpha ? 0 : reader->inverted ? most : is_signed ? most / 2 + 1 : 0;
        const bool is_short = !is_alpha && sample < 3 && reader->is_short[sample];
        const bool is_number = !is_alpha && reader->has_palette;
        for (uint32_t y = 0; y < height; y++) {
            const uint8_t *row = b->bytes + (size_t)y * b->stride;
            uint8_t *out = pixels + (size_t)(b->y + y) * stride;
            for (uint32_t x = 0; x < width; x++) {
                const size_t from = (size_t)x * b->planes + plane, to = (size_t)(b->x + x) * h->channels + target;
                uint32_t value = sample_at(reader, row, from, is_number) ^ flipped;
                if (is_number) {
                    memcpy(out + to, reader->palette[value], 3);
                    continue;
                }
                if (is_short) value = value + (value >> 8) > most ? most : value + (value >> 8);
                for (size_t copy = to; copy < to + copies; copy++) {
                    uint32_t held = value;
                    if (is_black) {
                        const uint32_t ink = h->depth == 16 ? ((const uint16_t *)out)[copy] : out[copy];
                        held = (ink * value + most / 2) / most;
                    }
                    if (h->depth == 16) ((uint16_t *)out)[copy] = (uint16_t)held;
                    else out[copy] = (uint8_t)held;
                }
            }
        }
    }
}

static ctiff_status decode_plain(ctiff_reader *reader, uint8_t *pixels, size_t stride) {
    TIFF *tiff = reader->tiff;
    const ctiff_header *h = &reader->header;
    uint16_t config = PLANARCONFIG_CONTIG;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &config);
    const bool separate = config == PLANARCONFIG_SEPARATE && reader->samples > 1;
    const uint32_t planes = separate ? 1 : reader->samples;
    const bool tiled = TIFFIsTiled(tiff);
    uint32_t width = h->width, height = h->height;
    if (tiled) {
        if (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width) || !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height)) {
            return refuse(reader, ctiff_corrupt, "its tiles have no size");
        }
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &height);
        if (height > h->height) height = h->height;
    }
    if (width == 0 || height == 0) return refuse(reader, ctiff_corrupt, "its strips have no size");
    const tmsize_t size = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    const size_t row = ((size_t)width * planes * reader->bits + 7) / 8;
    // A tile may be larger than the picture, at its edges and not without bounds.
    if (size <= 0 || (size_t)size / row < height || (size_t)size > reader->max_bytes) {
        return refuse(reader, ctiff_corrupt, "its tiles are too large for it");
    }
    uint8_t *buffer = malloc((size_t)size);
    if (!buffer) return ctiff_out_of_memory;
    ctiff_status status = ctiff_ok;
    char where[64];
    for (uint32_t plane = 0; plane < (separate ? reader->samples : 1) && status == ctiff_ok; plane++) {
        for (uint32_t y = 0; y < h->height && status == ctiff_ok; y += height) {
            const uint32_t rows = h->height - y < height ? h->height - y : height;
            for (uint32_t x = 0; x < h->width && status == ctiff_ok; x += width) {
                const tmsize_t wanted = tiled ? size : (tmsize_t)(row * rows);
                const tmsize_t got =
                    tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, (uint16_t)plane), buffer, size)
                          : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, (uint16_t)plane), buffer, wanted);
                if (got < wanted || reader->memory.warned) {
                    snprintf(where, sizeof where, "its pixels cannot be decoded from row %u on", y + 1);
                    status = failed(reader, where);
                    break;
                }
                const block b = {buffer, x, y, width, rows, planes, plane, row};
                place(reader, &b, pixels, stride);
                if (UINT32_MAX - x < width) break;
            }
            if (UINT32_MAX - y < height) break;
        }
    }
    free(buffer);
    return status;
}

// Luma and colour differences: libtiff makes 8-bit RGBA of them.
static ctiff_status decode_colours(ctiff_reader *reader, uint8_t *pixels, size_t stride) {
    const ctiff_header *h = &reader->header;
    TIFFRGBAImage image;
    char why[1024];
    if (!TIFFRGBAImageBegin(&image, reader->tiff, 1, why)) return failed(reader, "its pixels cannot be decoded");
    // As stored: the caller turns.
    image.orientation = image.req_orientation = ORIENTATION_TOPLEFT;
    const size_t count = (size_t)h->width * h->height;
    uint32_t *raster = malloc(count * sizeof *raster);
    ctiff_status status = ctiff_ok;
    if (!raster) {
        status = ctiff_out_of_memory;
    } else if (!TIFFRGBAImageGet(&image, raster, h->width, h->height) || reader->memory.warned) {
        status = failed(reader, "its pixels cannot be decoded");
    } else {
        // Alpha is associated in a raster, whatever it was.
        reader->premultiplied = h->channels == 4;
        for (uint32_t y = 0; y < h->height; y++) {
            uint8_t *out = pixels + (size_t)y * stride;
            for (uint32_t x = 0; x < h->width; x++, out += h->channels) {
                const uint32_t packed = raster[(size_t)y * h->width + x];
                out[0] = (uint8_t)TIFFGetR(packed);
                out[1] = (uint8_t)TIFFGetG(packed);
                out[2] = (uint8_t)TIFFGetB(packed);
                if (h->channels == 4) out[3] = (uint8_t)TIFFGetA(packed);
            }
        }
    }
    free(raster);
    TIFFRGBAImageEnd(&image);
    return status;
}

static void unmultiply(const ctiff_reader *reader, uint8_t *pixels, size_t stride) {
    const ctiff_header *h = &reader->header;
    const uint32_t most = h->depth == 16 ? UINT16_MAX : UINT8_MAX;
    for (uint32_t y = 0; y < h->height; y++) {
        uint8_t *row = pixels + (size_t)y * stride;
        uint16_t *deep = (uint16_t *)row;
        for (size_t x = 0; x < h->width; x++) {
            const uint32_t alpha = h->depth == 16 ? deep[x * 4 + 3] : row[x * 4 + 3];
            for (size_t c = x * 4; c < x * 4 + 3 && alpha > 0; c++) {
                const uint64_t value = h->depth == 16 ? deep[c] : row[c];
                const uint64_t straight = (value * most + alpha / 2) / alpha;
                const uint32_t held = straight > most ? most : (uint32_t)straight;
                if (h->depth == 16) deep[c] = (uint16_t)held;
                else row[c] = (uint8_t)held;
            }
        }
    }
}

ctiff_status ctiff_reader_decode(ctiff_reader *reader, void *pixels, size_t stride) {
    reader->memory.strict = true;
    const ctiff_status status =
        reader->plain ? decode_plain(reader, pixels, stride) : decode_colours(reader, pixels, stride);
    if (status == ctiff_ok && reader->header.channels == 4 && reader->premultiplied) {
        unmultiply(reader, pixels, stride);
    }
    return status;
}

const char *ctiff_reader_message(const ctiff_reader *reader) { return reader->message; }

void ctiff_reader_destroy(ctiff_reader *reader) {
    if (!reader) return;
    if (reader->tiff) TIFFClose(reader->tiff);
    free(reader);
}

// MARK: Writing

ctiff_status ctiff_encode(
    const void *pixels, uint32_t width, uint32_t height, uint32_t channels, uint32_t depth, uint32_t dots_per_inch,
    const uint8_t *icc, size_t icc_count, ctiff_output *output) {
    memset(output, 0, sizeof *output);
    memory m = {.message = output->message, .message_capacity = sizeof output->message};
    const size_t row = (size_t)width * channels * depth / 8;
    TIFF *tiff = open_memory(&m, "w", 0);
    if (!tiff) return m.no_memory ? ctiff_out_of_memory : ctiff_corrupt;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, (int)channels);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, (int)depth);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, (double)dots_per_inch);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, (double)dots_per_inch);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
    if (channels == 4) {
        const uint16_t straight = EXTRASAMPLE_UNASSALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &straight);
    }
    if (icc) TIFFSetField(tiff, TIFFTAG_ICCPROFILE, (uint32_t)icc_count, icc);
    // The predictor works in place.
    uint8_t *copy = malloc(row);
    bool done = copy != NULL;
    for (uint32_t y = 0; y < height && done; y++) {
        memcpy(copy, (const uint8_t *)pixels + (size_t)y * row, row);
        done = TIFFWriteScanline(tiff, copy, y, 0) == 1;
    }
    done = done && TIFFFlush(tiff) == 1;
    TIFFClose(tiff);
    const bool exhausted = m.no_memory || !copy;
    free(copy);
    if (!done || m.no_memory) {
        free(m.written);
        return exhausted ? ctiff_out_of_memory : ctiff_corrupt;
    }
    output->bytes = m.written;
    output->count = m.count;
    return ctiff_ok;
}

void ctiff_output_free(ctiff_output *output) {
    free(output->bytes);
    output->bytes = NULL;
    output->count = 0;
}

const char *ctiff_output_message(const ctiff_output *output) { return output->message; }
