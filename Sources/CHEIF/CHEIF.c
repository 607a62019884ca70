#include "CHEIF.h"

#include <stdbool.h>
#include <string.h>

#include <libheif/heif.h>

static cheif_status status_of(struct heif_error error) {
    switch (error.code) {
    case heif_error_Ok:
        return cheif_ok;
    case heif_error_Memory_allocation_error:
        return error.subcode == heif_suberror_Security_limit_exceeded ? cheif_corrupt : cheif_out_of_memory;
    case heif_error_Unsupported_feature:
    case heif_error_Unsupported_filetype:
    case heif_error_Plugin_loading_error:
        return cheif_unsupported;
    default:
        return cheif_corrupt;
    }
}

// A row of samples of `bits` bits, each in a byte, or in two, the low one first.
static void scale(const uint8_t *from, uint32_t bits, const cheif_target *target, uint8_t *to) {
    const uint32_t count = target->width * 3, most = (1u << bits) - 1, wanted = (1u << target->depth) - 1;
    if (bits == 8 && target->depth == 8) {
        memcpy(to, from, count);
        return;
    }
    for (uint32_t index = 0; index < count; index++) {
        const uint32_t value = bits == 8 ? from[index] : from[2 * index] | (uint32_t)from[2 * index + 1] << 8;
        const uint32_t scaled = ((value > most ? most : value) * wanted + most / 2) / most;
        if (target->depth == 16) ((uint16_t *)to)[index] = (uint16_t)scaled;
        else to[index] = (uint8_t)scaled;
    }
}

static cheif_status decode(
    struct heif_image_handle *handle, uint32_t width, uint32_t height, const cheif_target *target) {
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    if (!options) return cheif_out_of_memory;
    const bool deep = target->depth == 16;
    options->convert_hdr_to_8bit = !deep;
    // A repaired picture would be a wrong picture.
    options->strict_decoding = 1;
    struct heif_image *image = NULL;
    cheif_status status = status_of(heif_decode_image(
        handle, &image, heif_colorspace_RGB, deep ? heif_chroma_interleaved_RRGGBB_LE : heif_chroma_interleaved_RGB,
        options));
    heif_decoding_options_free(options);
    if (status != cheif_ok) return status;
    int stride = 0;
    const uint8_t *plane = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    const int bits = deep ? heif_image_get_bits_per_pixel_range(image, heif_channel_interleaved) : 8;
    if (!plane || bits < 8 || bits > 16 ||
        heif_image_get_width(image, heif_channel_interleaved) != (int)width ||
        heif_image_get_height(image, heif_channel_interleaved) != (int)height) {
        status = cheif_other_size;
    } else {
        for (uint32_t y = 0; y < target->height; y++) {
            scale(
                plane + (size_t)y * (size_t)stride, (uint32_t)bits, target,
                (uint8_t *)target->pixels + (size_t)y * target->stride);
        }
    }
    heif_image_release(image);
    return status;
}

cheif_status cheif_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, const cheif_target *target) {
    if (target->width > width || target->height > height) return cheif_other_size;
    struct heif_context *context = heif_context_alloc();
    if (!context) return cheif_out_of_memory;
    // One more than the longest side, which is not to be reached.
    heif_context_set_maximum_image_size_limit(context, (int)(width > height ? width : height) + 1);
    heif_context_set_max_decoding_threads(context, 0);
    struct heif_image_handle *handle = NULL;
    cheif_status status = status_of(heif_context_read_from_memory_without_copy(context, bytes, count, NULL));
    if (status == cheif_ok) status = status_of(heif_context_get_primary_image_handle(context, &handle));
    if (status == cheif_ok) {
        status = decode(handle, width, height, target);
        heif_image_handle_release(handle);
    }
    heif_context_free(context);
    return status;
}
