#include "CLCMS.h"

#include <stdlib.h>
#include <string.h>

#include <lcms2.h>

static void on_message(cmsContext context, cmsUInt32Number code, const char *text) {
    (void)context, (void)code, (void)text;
}

static cmsContext make_context(void) {
    cmsContext context = cmsCreateContext(NULL, NULL);
    if (context) cmsSetLogErrorHandlerTHR(context, on_message);
    return context;
}

static cmsUInt32Number format_of(uint32_t space, uint32_t channels, uint32_t depth) {
    return COLORSPACE_SH(space) | CHANNELS_SH(3) | EXTRA_SH(channels == 4 ? 1 : 0) | BYTES_SH(depth / 8);
}

// Whether a grid of colours comes out as it goes in.
static bool is_same(cmsContext context, cmsHPROFILE from, cmsHPROFILE to) {
    enum { side = 6, count = side * side * side };
    cmsHTRANSFORM probe = cmsCreateTransformTHR(
        context, from, TYPE_RGB_8, to, TYPE_RGB_16, INTENT_RELATIVE_COLORIMETRIC,
        cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
    if (!probe) return false;
    uint8_t colours[count * 3];
    uint16_t seen[count * 3];
    for (int index = 0; index < count; index++) {
        colours[index * 3] = (uint8_t)(index / (side * side) * 51);
        colours[index * 3 + 1] = (uint8_t)(index / side % side * 51);
        colours[index * 3 + 2] = (uint8_t)(index % side * 51);
    }
    cmsDoTransform(probe, colours, seen, count);
    cmsDeleteTransform(probe);
    for (int index = 0; index < count * 3; index++) {
        const int difference = seen[index] - colours[index] * 257;
        if (difference > 257 || difference < -257) return false;
    }
    return true;
}

// Lab is not optimised: the grid that Little CMS would make of it misses by five levels of 256, and tints greys.
static clcms_status convert(
    cmsContext context, cmsHPROFILE from, uint32_t space, cmsHPROFILE to, void *pixels, size_t count, uint32_t channels,
    uint32_t depth) {
    cmsHTRANSFORM transform = cmsCreateTransformTHR(
        context, from, format_of(space, channels, depth), to, format_of(PT_RGB, channels, depth),
        INTENT_RELATIVE_COLORIMETRIC,
        cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE | (channels == 4 ? cmsFLAGS_COPY_ALPHA : 0) |
            (space == PT_Lab ? cmsFLAGS_NOOPTIMIZE : 0));
    if (!transform) return clcms_unusable;
    uint8_t *pixel = pixels;
    // Counts are of 32 bits.
    const size_t most = 1 << 20;
    while (count > 0) {
        const size_t part = count < most ? count : most;
        cmsDoTransform(transform, pixel, pixel, (cmsUInt32Number)part);
        pixel += part * channels * depth / 8;
        count -= part;
    }
    cmsDeleteTransform(transform);
    return clcms_converted;
}

clcms_status clcms_to_srgb(
    const uint8_t *profile, size_t length, void *pixels, size_t count, uint32_t channels, uint32_t depth) {
    cmsContext context = make_context();
    if (!context) return clcms_out_of_memory;
    cmsHPROFILE from = length > UINT32_MAX ? NULL : cmsOpenProfileFromMemTHR(context, profile, (cmsUInt32Number)length);
    cmsHPROFILE to = cmsCreate_sRGBProfileTHR(context);
    const clcms_status status = !to                                                  ? clcms_out_of_memory
                                : !from || cmsGetColorSpace(from) != cmsSigRgbData   ? clcms_unusable
                                : is_same(context, from, to)                         ? clcms_same
                                : convert(context, from, PT_RGB, to, pixels, count, channels, depth);
    if (from) cmsCloseProfile(from);
    if (to) cmsCloseProfile(to);
    cmsDeleteContext(context);
    return status;
}

clcms_status clcms_lab_to_srgb(void *pixels, size_t count, uint32_t channels, uint32_t depth) {
    cmsContext context = make_context();
    if (!context) return clcms_out_of_memory;
    // NULL: its white is D50.
    cmsHPROFILE from = cmsCreateLab4ProfileTHR(context, NULL);
    cmsHPROFILE to = cmsCreate_sRGBProfileTHR(context);
    const clcms_status status =
        !from || !to ? clcms_out_of_memory : convert(context, from, PT_Lab, to, pixels, count, channels, depth);
    if (from) cmsCloseProfile(from);
    if (to) cmsCloseProfile(to);
    cmsDeleteContext(context);
    return status;
}

// The header's date (ICC.1, 7.2.8) would be that of the call.
static size_t save(cmsHPROFILE profile, uint8_t *target, size_t capacity) {
    static const uint8_t date[12] = {0x07, 0xD0, 0, 1, 0, 1};
    enum { date_offset = 24 };
    cmsUInt32Number length = 0;
    if (!cmsSaveProfileToMem(profile, NULL, &length) || length > capacity) return 0;
    if (!cmsSaveProfileToMem(profile, target, &length)) return 0;
    memcpy(target + date_offset, date, sizeof date);
    return length;
}

static size_t save_and_close(cmsContext context, cmsHPROFILE profile, uint8_t *target, size_t capacity) {
    const size_t length = profile ? save(profile, target, capacity) : 0;
    if (profile) cmsCloseProfile(profile);
    cmsDeleteContext(context);
    return length;
}

// With one curve for red, green and blue, and D65 for white.
static size_t profile(
    const cmsCIExyYTRIPLE *primaries, int kind, const cmsFloat64Number *parameters, uint8_t *target, size_t capacity) {
    static const cmsCIExyY white = {0.3127, 0.3290, 1};
    cmsContext context = make_context();
    if (!context) return 0;
    cmsToneCurve *gamma = cmsBuildParametricToneCurve(context, kind, parameters);
    cmsToneCurve *gammas[3] = {gamma, gamma, gamma};
    cmsHPROFILE made = gamma ? cmsCreateRGBProfileTHR(context, &white, primaries, gammas) : NULL;
    if (gamma) cmsFreeToneCurve(gamma);
    return save_and_close(context, made, target, capacity);
}

// Kinds of curves in Little CMS.
enum { power = 1, power_and_line = 4 };

size_t clcms_profile_of(uint32_t primaries, uint8_t *target, size_t capacity) {
    // Red, green, blue (ITU-T H.273, table 2).
    static const cmsCIExyYTRIPLE bt2020 = {{0.708, 0.292, 1}, {0.170, 0.797, 1}, {0.131, 0.046, 1}};
    static const cmsCIExyYTRIPLE p3 = {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
    // IEC 61966-2-1.
    static const cmsFloat64Number curve[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    if (primaries != 9 && primaries != 12) return 0;
    return profile(primaries == 9 ? &bt2020 : &p3, power_and_line, curve, target, capacity);
}

size_t clcms_adobe_rgb(uint8_t *target, size_t capacity) {
    // Adobe RGB (1998) Color Image Encoding, 4.3.
    static const cmsCIExyYTRIPLE primaries = {{0.64, 0.33, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}};
    static const cmsFloat64Number gamma[1] = {563.0 / 256};
    return profile(&primaries, power, gamma, target, capacity);
}

size_t clcms_srgb(uint8_t *target, size_t capacity) {
    cmsContext context = make_context();
    if (!context) return 0;
    return save_and_close(context, cmsCreate_sRGBProfileTHR(context), target, capacity);
}
