// A small door to libpng. Every libpng error becomes a status here: setjmp and longjmp never leave CPNG.c,
// so no Swift frame is ever unwound by them.

#ifndef LIMNER_CPNG_H
#define LIMNER_CPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cpng_status {
    cpng_ok = 0,
    /// The data ends before the IEND chunk.
    cpng_truncated,
    /// A checksum, a chunk or the compressed pixels are damaged.
    cpng_corrupt,
    cpng_out_of_memory,
} cpng_status;

typedef struct cpng_header {
    uint32_t width;
    uint32_t height;
    /// Samples a pixel as decoded: 3, or 4 when the picture has an alpha channel or transparent entries.
    uint32_t channels;
} cpng_header;

typedef struct cpng_reader cpng_reader;

/// `bytes` must outlive the reader. NULL when memory is exhausted.
cpng_reader *cpng_reader_create(const uint8_t *bytes, size_t count);

/// Reads the chunks up to the first pixels, allocating nothing for these; `max_chunk` bounds the profile once
/// decompressed, and other ancillary chunks are skipped. Call once, before everything else.
cpng_status cpng_reader_read_header(cpng_reader *reader, size_t max_chunk, cpng_header *header);

/// The ICC profile; NULL when there is none or it is not well formed.
const uint8_t *cpng_reader_icc(cpng_reader *reader, size_t *count);

/// Decodes the whole picture into rows of `stride` bytes (RGB or RGBA, 8 bits), then reads on to IEND.
cpng_status cpng_reader_decode(cpng_reader *reader, uint8_t *pixels, size_t stride);

/// libpng's own sentence about the last failure.
const char *cpng_reader_message(const cpng_reader *reader);

void cpng_reader_destroy(cpng_reader *reader);

typedef struct cpng_output {
    /// Freed with cpng_output_free.
    uint8_t *bytes;
    size_t count;
    char message[256];
} cpng_output;

/// Encodes tightly packed rows of `channels` (3 or 4) bytes a pixel. `icc` may be NULL; a malformed one is left out.
cpng_status cpng_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int compression, const uint8_t *icc,
    size_t icc_count, cpng_output *output);

void cpng_output_free(cpng_output *output);

/// `output->message` as a C string.
const char *cpng_output_message(const cpng_output *output);

#endif
