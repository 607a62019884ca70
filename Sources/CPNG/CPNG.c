#include "CPNG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

// MARK: Texts

size_t cpng_inflate(const uint8_t *bytes, size_t count, uint8_t *target, size_t capacity) {
    uLongf length = capacity;
    uLong taken = count;
    const int result = uncompress2(target, &length, bytes, &taken);
    // What does not fit is cut off.
    return result == Z_OK || result == Z_BUF_ERROR ? length : 0;
}

// MARK: Reading

// Handed over behind the last part: whether a file has its own says nothing of the pixels.
static const uint8_t end_chunk[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82};

struct cpng_reader {
    png_structp png;
    png_infop info;
    const cpng_part *parts;
    size_t part_count;
    // Which part is read, and how far. The one behind the last is end_chunk.
    size_t part;
    size_t offset;
    // Kept here and not on the stack: a longjmp leaves changed locals undefined.
    jmp_buf exit;
    png_bytep *rows;
    cpng_status status;
    char message[256];
};

// Whether every pixel is decoded, and libpng looks for what its compressed stream holds behind them.
static bool has_all_rows(const cpng_reader *reader) {
    enum { passes = 7 };
    return reader->rows && (png_get_interlace_type(reader->png, reader->info) == PNG_INTERLACE_NONE
                                ? png_get_current_row_number(reader->png) >=
                                      png_get_image_height(reader->png, reader->info)
                                : png_get_current_pass_number(reader->png) >= passes);
}

static void describe(cpng_reader *reader, const char *message) {
    // libpng puts a chunk's name before what it says of it.
    static const char separator[] = ": ";
    const char *split = strstr(message, separator);
    const int name = split ? (int)(split - message) : 0;
    const char *rest = split ? split + sizeof separator - 1 : message;
    const size_t room = sizeof reader->message;
    reader->status = cpng_corrupt;
    if (strcmp(rest, "unhandled critical chunk") == 0) {
        reader->status = cpng_unsupported;
        snprintf(reader->message, room, "it needs a part, %.*s, that is not known here", name, message);
    } else if (strcmp(rest, "CRC error") == 0 || strstr(rest, "data check")) {
        snprintf(reader->message, room, "its part %.*s fails a checksum", name, message);
    } else if (reader->rows && png_get_interlace_type(reader->png, reader->info) == PNG_INTERLACE_NONE) {
        const unsigned row = (unsigned)png_get_current_row_number(reader->png) + 1;
        snprintf(reader->message, room, "its pixels cannot be decoded from row %u on (%s)", row, rest);
    } else {
        snprintf(reader->message, room, "it cannot be decoded (%s)", message);
    }
}

static void on_read_error(png_structp png, png_const_charp message) {
    cpng_reader *reader = png_get_error_ptr(png);
    // The stream lacks its end: a checksum that libpng waits for.
    if (has_all_rows(reader) && strcmp(message, "Not enough image data") == 0) longjmp(reader->exit, 1);
    if (reader->status == cpng_ok) describe(reader, message);
    longjmp(reader->exit, 1);
}

// libpng only warns when the compressed pixels fail their checksum. What else it finds behind the last of them takes
// nothing from any: more rows, bytes behind the stream.
static void on_read_warning(png_structp png, png_const_charp message) {
    if (strncmp(message, "IDAT:", 5) != 0) return;
    // Told with the last row; if more were missing, an error would follow.
    if (strcmp(message, "IDAT: Extra compressed data") == 0) return;
    if (!has_all_rows(png_get_error_ptr(png)) || strstr(message, "data check")) on_read_error(png, message);
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    cpng_reader *reader = png_get_io_ptr(png);
    const cpng_part last = {end_chunk, sizeof end_chunk};
    while (count > 0) {
        if (reader->part > reader->part_count) {
            reader->status = cpng_truncated;
            snprintf(reader->message, sizeof reader->message, "the data ends before the picture does");
            png_error(png, reader->message);
        }
        const cpng_part part = reader->part < reader->part_count ? reader->parts[reader->part] : last;
        const size_t left = part.count - reader->offset;
        const size_t taken = count < left ? count : left;
        memcpy(target, part.bytes + reader->offset, taken);
        target += taken;
        count -= taken;
        reader->offset += taken;
        if (reader->offset == part.count) {
            reader->part += 1;
            reader->offset = 0;
        }
    }
}

cpng_reader *cpng_reader_create(const cpng_part *parts, size_t count) {
    cpng_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->parts = parts;
    reader->part_count = count;
    return reader;
}

cpng_status cpng_reader_read_header(cpng_reader *reader, cpng_header *header) {
    if (setjmp(reader->exit)) return reader->status;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_read_error, on_read_warning);
    if (!reader->png) return reader->status = cpng_out_of_memory;
    reader->info = png_create_info_struct(reader->png);
    if (!reader->info) return reader->status = cpng_out_of_memory;
    png_structp png = reader->png;
    png_set_read_fn(png, reader, on_read);
    // The caller judges the size from the header, before pixels are allocated, with a better sentence than libpng's.
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Nothing that may stand beside the pixels is of use.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    // Damaged transparency would change the picture as surely as damaged pixels.
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // Some writers say that the stream looks back less far than it does.
    png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    png_read_info(png, reader->info);

    png_byte type = png_get_color_type(png, reader->info);
    bool transparent = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, reader->info, PNG_INFO_tRNS);
    header->width = png_get_image_width(png, reader->info);
    header->height = png_get_image_height(png, reader->info);
    header->channels = transparent ? 4 : 3;
    header->has_colour = type & PNG_COLOR_MASK_COLOR;
    header->depth = png_get_bit_depth(png, reader->info) == 16 ? 16 : 8;
    return cpng_ok;
}

cpng_status cpng_reader_decode(cpng_reader *reader, void *pixels, size_t stride) {
    png_structp png = reader->png;
    if (setjmp(reader->exit)) return reader->status;
    png_set_expand(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    png_set_swap(png);
#endif
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    if (png_get_rowbytes(png, reader->info) > stride) png_error(png, "a row is longer than the header says");

    png_uint_32 height = png_get_image_height(png, reader->info);
    reader->rows = calloc(height, sizeof *reader->rows);
    if (!reader->rows) return reader->status = cpng_out_of_memory;
    for (png_uint_32 y = 0; y < height; y++) reader->rows[y] = (uint8_t *)pixels + (size_t)y * stride;
    png_read_image(png, reader->rows);
    png_read_end(png, NULL);
    return cpng_ok;
}

const char *cpng_reader_message(const cpng_reader *reader) { return reader->message; }

void cpng_reader_destroy(cpng_reader *reader) {
    if (!reader) return;
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->rows);
    free(reader);
}

// MARK: Writing

typedef struct writer {
    png_structp png;
    png_infop info;
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    jmp_buf exit;
    cpng_status status;
    cpng_output *output;
} writer;

static void on_write_error(png_structp png, png_const_charp message) {
    writer *w = png_get_error_ptr(png);
    if (w->status == cpng_ok) w->status = cpng_corrupt;
    snprintf(w->output->message, sizeof w->output->message, "%s", message);
    longjmp(w->exit, 1);
}

static void on_write_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void on_write(png_structp png, png_bytep source, size_t count) {
    writer *w = png_get_io_ptr(png);
    if (count > w->capacity - w->count) {
        size_t capacity = w->capacity ? w->capacity : 1 << 16;
        while (capacity - w->count < count) capacity *= 2;
        uint8_t *bytes = realloc(w->bytes, capacity);
        if (!bytes) {
            w->status = cpng_out_of_memory;
            png_error(png, "no memory for the encoded picture");
        }
        w->bytes = bytes;
        w->capacity = capacity;
    }
    memcpy(w->bytes + w->count, source, count);
    w->count += count;
}

static void on_flush(png_structp png) { (void)png; }

cpng_status cpng_encode(
    const void *pixels, uint32_t width, uint32_t height, uint32_t channels, uint32_t depth, int compression,
    const uint8_t *icc, size_t icc_count, cpng_output *output) {
    memset(output, 0, sizeof *output);
    writer *w = calloc(1, sizeof *w);
    if (!w) return cpng_out_of_memory;
    w->output = output;
    if (setjmp(w->exit)) goto failed;
    w->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, w, on_write_error, on_write_warning);
    if (w->png) w->info = png_create_info_struct(w->png);
    if (!w->info) {
        w->status = cpng_out_of_memory;
        goto failed;
    }
    // libpng checks a profile as it is set, and more strictly than other readers do: one that it minds is a warning, left out.
    png_set_benign_errors(w->png, 1);
    png_set_write_fn(w->png, w, on_write, on_flush);
    png_set_compression_level(w->png, compression);
    png_set_user_limits(w->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(
        w->png, w->info, width, height, (int)depth, channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB,
        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (icc) png_set_iCCP(w->png, w->info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, icc, (png_uint_32)icc_count);
    png_write_info(w->png, w->info);
    if (icc && !png_get_valid(w->png, w->info, PNG_INFO_iCCP)) {
        // By hand, as libpng has no room for other colours once it minds a profile.
        static const png_byte perceptual = PNG_sRGB_INTENT_PERCEPTUAL;
        png_write_chunk(w->png, (png_const_bytep)"sRGB", &perceptual, 1);
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (depth == 16) png_set_swap(w->png);
#endif
    const size_t row = (size_t)width * channels * depth / 8;
    for (uint32_t y = 0; y < height; y++) png_write_row(w->png, (const uint8_t *)pixels + (size_t)y * row);
    png_write_end(w->png, NULL);
    png_destroy_write_struct(&w->png, &w->info);
    output->bytes = w->bytes;
    output->count = w->count;
    free(w);
    return cpng_ok;

failed:;
    cpng_status status = w->status;
    png_destroy_write_struct(&w->png, &w->info);
    free(w->bytes);
    free(w);
    return status;
}

void cpng_output_free(cpng_output *output) {
    free(output->bytes);
    output->bytes = NULL;
    output->count = 0;
}

const char *cpng_output_message(const cpng_output *output) { return output->message; }
