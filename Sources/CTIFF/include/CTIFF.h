// A small door to libtiff. Its messages go to no terminal: every error, and every warning about pixels, becomes a status.

#ifndef LIMNER_CTIFF_H
#define LIMNER_CTIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ctiff_status {
    ctiff_ok = 0,
    /// A strip or tile lies beyond the end of the data.
    ctiff_truncated,
    ctiff_corrupt,
    /// A valid TIFF of a kind that is not decoded.
    ctiff_unsupported,
    ctiff_out_of_memory,
} ctiff_status;

typedef struct ctiff_header {
    uint32_t width;
    uint32_t height;
    /// Samples a pixel as decoded: 3, or 4 when the picture has alpha.
    uint32_t channels;
    /// Bits a sample as decoded: 8 or 16.
    uint32_t depth;
    /// The colours were stored as such: by RGB, luma and differences or a palette, not as grey or inks.
    bool is_rgb;
    /// The colours as decoded are CIE L*a*b* relative to D50, and unsigned as ICC.1 stores them: L* of 100 is the largest sample,
    /// a* and b* of 0 are 128 of 256 levels (0x8080 in 16 bits).
    bool is_lab;
} ctiff_header;

typedef struct ctiff_reader ctiff_reader;

/// `bytes` must outlive the reader. NULL when memory is exhausted.
ctiff_reader *ctiff_reader_create(const uint8_t *bytes, size_t count);

/// Reads a directory, the first is 0, which tells what the samples behind its colours are, or does not. `max_bytes` bounds every block of memory that libtiff takes by itself. Call once, before
/// everything else.
ctiff_status ctiff_reader_read_header(
    ctiff_reader *reader, size_t max_bytes, uint32_t page, bool says_extra_samples, ctiff_header *header);

/// The ICC profile; NULL when there is none.
const uint8_t *ctiff_reader_icc(const ctiff_reader *reader, size_t *count);

/// Decodes the whole picture, as stored, into rows of `stride` bytes: RGB or Lab, with straight alpha or without. Samples of 16 bits are
/// in the machine's byte order.
ctiff_status ctiff_reader_decode(ctiff_reader *reader, void *pixels, size_t stride);

/// What the last failure was about, in words that follow "damaged:".
const char *ctiff_reader_message(const ctiff_reader *reader);

void ctiff_reader_destroy(ctiff_reader *reader);

typedef struct ctiff_output {
    /// Freed with ctiff_output_free.
    uint8_t *bytes;
    size_t count;
    char message[256];
} ctiff_output;

/// Encodes tightly packed rows of `channels` (3 or 4, straight alpha) samples of `depth` (8 or 16, the machine's byte order)
/// bits, deflated by row differences. `icc` may be NULL.
ctiff_status ctiff_encode(
    const void *pixels, uint32_t width, uint32_t height, uint32_t channels, uint32_t depth, uint32_t dots_per_inch,
    const uint8_t *icc, size_t icc_count, ctiff_output *output);

void ctiff_output_free(ctiff_output *output);

/// `output->message` as a C string.
const char *ctiff_output_message(const ctiff_output *output);

#endif
