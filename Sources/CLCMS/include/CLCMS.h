// A small door to Little CMS: what an RGB profile's samples, or those of CIE Lab, are in sRGB. Its messages go to no terminal.

#ifndef LIMNER_CLCMS_H
#define LIMNER_CLCMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum clcms_status {
    /// The samples are sRGB now.
    clcms_converted = 0,
    /// They were, within a level of 256, and were left alone.
    clcms_same,
    /// The profile is damaged, or not one of an RGB device.
    clcms_unusable,
    clcms_out_of_memory,
} clcms_status;

/// Converts `count` pixels of `channels` (3 or 4, the fourth is alpha and stays) samples of `depth` (8 or 16, the machine's byte
/// order) bits in place, relative to the white and with black point compensation.
clcms_status clcms_to_srgb(
    const uint8_t *profile, size_t length, void *pixels, size_t count, uint32_t channels, uint32_t depth);

/// The same of CIE L*a*b* relative to D50: all samples unsigned, L* of 100 the largest, a* and b* of 0 at 128 of 256 levels (0x8080
/// in 16 bits).
clcms_status clcms_lab_to_srgb(void *pixels, size_t count, uint32_t channels, uint32_t depth);

/// The profile of primaries by their code points of ITU-T H.273 with sRGB's curve: 9 is BT.2020, 12 is Display P3. Returns its
/// bytes, at most `capacity`; 0 for other primaries.
size_t clcms_profile_of(uint32_t primaries, uint8_t *target, size_t capacity);

/// The profile of Adobe RGB (1998); the same bytes at all times. Returns the bytes, at most `capacity`.
size_t clcms_adobe_rgb(uint8_t *target, size_t capacity);

/// sRGB's own profile; the same bytes at all times. Returns the bytes, at most `capacity`.
size_t clcms_srgb(uint8_t *target, size_t capacity);

#endif
