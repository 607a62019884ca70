// A small door to libjpeg-turbo. Every libjpeg error, and every warning that means damaged pixels, becomes
// a status here: setjmp and longjmp never leave CJPEG.c, so no Swift frame is ever unwound by them.

#ifndef LIMNER_CJPEG_H
#define LIMNER_CJPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cjpeg_status {
    cjpeg_ok = 0,
    /// The data ends before all blocks of all scans are there. A missing end-of-image marker alone is none.
    cjpeg_truncated,
    /// The data breaks the format, or its entropy-coded part is damaged.
    cjpeg_corrupt,
    /// A valid JPEG of a kind that libjpeg or this door does not decode.
    cjpeg_unsupported,
    /// More scans than the caller allows.
    cjpeg_too_many_scans,
    cjpeg_out_of_memory,
} cjpeg_status;

/// How the stored components are to be understood.
typedef enum cjpeg_color {
    cjpeg_color_gray,
    /// YCbCr or RGB.
    cjpeg_color_rgb,
    /// CMYK or YCCK.
    cjpeg_color_cmyk,
} cjpeg_color;

typedef struct cjpeg_header {
    uint32_t width;
    uint32_t height;
    cjpeg_color color;
} cjpeg_header;

typedef struct cjpeg_reader cjpeg_reader;

/// `bytes` must outlive the reader. NULL when memory is exhausted.
cjpeg_reader *cjpeg_reader_create(const uint8_t *bytes, size_t count);

/// Reads the markers up to the first scan. Call once, before everything else.
cjpeg_status cjpeg_reader_read_header(cjpeg_reader *reader, cjpeg_header *header);

/// The ICC profile joined from its segments; NULL when there is none or its segments do not fit together.
const uint8_t *cjpeg_reader_icc(const cjpeg_reader *reader, size_t *count);

/// Decodes the whole picture at `eighths`/8 of its size (1...8) into rows of `stride` bytes: RGB, or the four stored
/// values of CMYK. Each side becomes ceil(side * eighths / 8); the buffer must hold `rows` rows.
cjpeg_status cjpeg_reader_decode(
    cjpeg_reader *reader, uint32_t eighths, int max_scans, uint8_t *pixels, size_t stride, size_t rows);

/// What the last failure was about, in words that follow "damaged:".
const char *cjpeg_reader_message(const cjpeg_reader *reader);

void cjpeg_reader_destroy(cjpeg_reader *reader);

typedef struct cjpeg_options {
    /// 1...100.
    int quality;
    bool progressive;
    /// Chroma at full resolution (4:4:4) instead of half in both directions (4:2:0).
    bool full_chroma;
} cjpeg_options;

typedef struct cjpeg_output {
    /// Freed with cjpeg_output_free.
    uint8_t *bytes;
    size_t count;
    char message[256];
} cjpeg_output;

/// Encodes tightly packed RGB rows. `icc` may be NULL.
cjpeg_status cjpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, cjpeg_options options, const uint8_t *icc, size_t icc_count,
    cjpeg_output *output);

void cjpeg_output_free(cjpeg_output *output);

/// `output->message` as a C string.
const char *cjpeg_output_message(const cjpeg_output *output);

#endif
