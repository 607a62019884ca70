// A small door to libwebp. Every error becomes a status here.

#ifndef LIMNER_CWEBP_H
#define LIMNER_CWEBP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cwebp_status {
    cwebp_ok = 0,
    /// The data ends before the picture does.
    cwebp_truncated,
    /// The data breaks the format.
    cwebp_corrupt,
    /// The picture is there before the data that it should take ends.
    cwebp_longer,
    /// The file gives another size or kind of pixels than the caller read in its header.
    cwebp_other_size,
    cwebp_out_of_memory,
    /// The encoder refused; a side above 16,383 pixels is the one known cause.
    cwebp_not_encoded,
} cwebp_status;

/// Decodes into rows of `stride` bytes: RGB for 3 `channels`, RGBA with straight alpha for 4. Of an animation the first frame
/// on its canvas; the pixels must hold zeros before the call. The first `too_few` bytes must not suffice for it; 0 where nothing is known.
cwebp_status cwebp_decode(
    const uint8_t *bytes, size_t count, size_t too_few, uint32_t width, uint32_t height, uint32_t channels,
    uint8_t *pixels, size_t stride);

typedef struct cwebp_output {
    /// Freed with cwebp_output_free.
    uint8_t *bytes;
    size_t count;
} cwebp_output;

/// Encodes tightly packed rows of `channels` (3 or 4) bytes a pixel. `quality` is 1...100; colours below transparency are
/// kept.
cwebp_status cwebp_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality, cwebp_output *output);

void cwebp_output_free(cwebp_output *output);

#endif
