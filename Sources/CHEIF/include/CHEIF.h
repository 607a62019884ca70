// A small door to libheif, which decodes HEIC by libde265 and AVIF by dav1d. Every error becomes a status here.

#ifndef LIMNER_CHEIF_H
#define LIMNER_CHEIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cheif_status {
    cheif_ok = 0,
    /// The data ends before the picture does.
    cheif_truncated,
    cheif_corrupt,
    /// A valid file of a kind that libheif does not decode.
    cheif_unsupported,
    cheif_out_of_memory,
} cheif_status;

typedef struct cheif_header {
    /// After its crop and its turns.
    uint32_t width;
    uint32_t height;
    bool has_alpha;
    /// Code points of ITU-T H.273 for primaries and transfer curve; 2 where the file does not say.
    uint16_t primaries;
    uint16_t transfer;
} cheif_header;

typedef struct cheif_reader cheif_reader;

/// `bytes` must outlive the reader. NULL when memory is exhausted.
cheif_reader *cheif_reader_create(const uint8_t *bytes, size_t count);

/// Reads what the file says of its primary picture; no side may be longer than `max_side`. Call once, before everything else.
cheif_status cheif_reader_read_header(cheif_reader *reader, uint32_t max_side, cheif_header *header);

/// The ICC profile; NULL when there is none.
const uint8_t *cheif_reader_icc(const cheif_reader *reader, size_t *count);

/// Decodes the whole picture into rows of `stride` bytes: RGB, or RGBA with straight alpha where the header tells of alpha.
cheif_status cheif_reader_decode(cheif_reader *reader, uint8_t *pixels, size_t stride);

/// libheif's own sentence about the last failure.
const char *cheif_reader_message(const cheif_reader *reader);

void cheif_reader_destroy(cheif_reader *reader);

#endif
