// A small door to libheif, which decodes HEIC by libde265 and AVIF by dav1d. Every error becomes a status here.

#ifndef LIMNER_CHEIF_H
#define LIMNER_CHEIF_H

#include <stddef.h>
#include <stdint.h>

typedef enum cheif_status {
    cheif_ok = 0,
    cheif_corrupt,
    /// The pixels have another size than the file says.
    cheif_other_size,
    /// A valid file of a kind that libheif does not decode.
    cheif_unsupported,
    cheif_out_of_memory,
} cheif_status;

typedef struct cheif_target {
    void *pixels;
    /// Bytes from row to row.
    size_t stride;
    /// Bits a sample, 8 or 16: others are scaled to these.
    uint32_t depth;
    /// So many columns and rows are written.
    uint32_t width;
    uint32_t height;
} cheif_target;

/// Decodes the primary picture of a file, which must have `width` × `height` pixels, and writes its first columns and rows as
/// interleaved RGB. What is not written is left as it is.
cheif_status cheif_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, const cheif_target *target);

#endif
