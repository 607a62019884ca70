// A small door to libpng. Every libpng error becomes a status here: setjmp and longjmp never leave CPNG.c,
// so no Swift frame is ever unwound by them.

#ifndef LIMNER_CPNG_H
#define LIMNER_CPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cpng_status {
    cpng_ok = 0,
    /// The data ends before the picture does.
    cpng_truncated,
    /// A checksum, a chunk or the compressed pixels are damaged.
    cpng_corrupt,
    /// A chunk that the picture needs is not known.
    cpng_unsupported,
    cpng_out_of_memory,
} cpng_status;

typedef struct cpng_header {
    uint32_t width;
    uint32_t height;
    /// Samples a pixel as decoded: 3, or 4 when the picture has an alpha channel or transparent entries.
    uint32_t channels;
    /// Bits a sample as decoded: 16 where the file has as many, else 8.
    uint32_t depth;
    /// Whether the file's samples are of colour, and not grey that becomes it.
    bool has_colour;
} cpng_header;

typedef struct cpng_reader cpng_reader;

/// The signature, or a whole chunk from its length to its checksum. Never empty.
typedef struct cpng_part {
    const uint8_t *bytes;
    size_t count;
} cpng_part;

/// `parts` are what libpng is to see of a file, in order, without IEND; they must outlive the reader, and so must their
/// bytes. libpng takes memory for what a chunk claims, so that only chunks that are there whole may be among them. NULL when
/// memory is exhausted.
cpng_reader *cpng_reader_create(const cpng_part *parts, size_t count);

/// Reads the chunks up to the first pixels, allocating nothing for these. Call once, before everything else.
cpng_status cpng_reader_read_header(cpng_reader *reader, cpng_header *header);

/// Decodes the whole picture into rows of `stride` bytes: RGB or RGBA, samples of 16 bits in the machine's byte order.
cpng_status cpng_reader_decode(cpng_reader *reader, void *pixels, size_t stride);

/// What the last failure was about, in words that follow "damaged:".
const char *cpng_reader_message(const cpng_reader *reader);

void cpng_reader_destroy(cpng_reader *reader);

typedef struct cpng_output {
    /// Freed with cpng_output_free.
    uint8_t *bytes;
    size_t count;
    char message[256];
} cpng_output;

/// Encodes tightly packed rows of `channels` (3 or 4) samples of `depth` (8 or 16, the machine's byte order) bits a pixel. `icc`
/// may be NULL, else it describes samples of sRGB: one that libpng does not write is told by the format's own chunk.
cpng_status cpng_encode(
    const void *pixels, uint32_t width, uint32_t height, uint32_t channels, uint32_t depth, int compression,
    const uint8_t *icc, size_t icc_count, cpng_output *output);

void cpng_output_free(cpng_output *output);

/// `output->message` as a C string.
const char *cpng_output_message(const cpng_output *output);

/// Inflates a zlib stream, at most `capacity` bytes of it. Returns the bytes written, 0 when the stream is none.
size_t cpng_inflate(const uint8_t *bytes, size_t count, uint8_t *target, size_t capacity);

#endif
