#include "CHEIF.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libheif/heif.h>

struct cheif_reader {
    const uint8_t *bytes;
    size_t count;
    struct heif_context *context;
    struct heif_image_handle *handle;
    uint8_t *icc;
    size_t icc_count;
    cheif_header header;
    char message[256];
};

cheif_reader *cheif_reader_create(const uint8_t *bytes, size_t count) {
    cheif_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->bytes = bytes;
    reader->count = count;
    return reader;
}

static cheif_status status_of(cheif_reader *reader, struct heif_error error) {
    if (error.code == heif_error_Ok) return cheif_ok;
    // A line: some sentences of libheif end with a break, or with the two characters that stand for one.
    const char *words = error.message && error.message[0] ? error.message : "it cannot be decoded";
    const char *end = strstr(words, "\\n");
    const size_t length = strcspn(words, "\r\n"), most = end ? (size_t)(end - words) : length;
    snprintf(reader->message, sizeof reader->message, "%.*s", (int)(length < most ? length : most), words);
    switch (error.code) {
    case heif_error_Memory_allocation_error:
        return error.subcode == heif_suberror_Security_limit_exceeded ? cheif_corrupt : cheif_out_of_memory;
    case heif_error_Unsupported_feature:
    case heif_error_Unsupported_filetype:
    case heif_error_Plugin_loading_error:
        return cheif_unsupported;
    case heif_error_Invalid_input:
        if (error.subcode != heif_suberror_End_of_data) return cheif_corrupt;
        snprintf(reader->message, sizeof reader->message, "the data ends before the picture does");
        return cheif_truncated;
    default:
        return cheif_corrupt;
    }
}

static void read_colours(cheif_reader *reader) {
    reader->header.primaries = heif_color_primaries_unspecified;
    reader->header.transfer = heif_transfer_characteristic_unspecified;
    struct heif_color_profile_nclx *nclx = NULL;
    if (heif_image_handle_get_nclx_color_profile(reader->handle, &nclx).code == heif_error_Ok && nclx) {
        reader->header.primaries = (uint16_t)nclx->color_primaries;
        reader->header.transfer = (uint16_t)nclx->transfer_characteristics;
        heif_nclx_color_profile_free(nclx);
    }
    const size_t count = heif_image_handle_get_raw_color_profile_size(reader->handle);
    if (count == 0 || count > reader->count) return;
    reader->icc = malloc(count);
    if (!reader->icc) return;
    if (heif_image_handle_get_raw_color_profile(reader->handle, reader->icc).code == heif_error_Ok) {
        reader->icc_count = count;
    }
}

cheif_status cheif_reader_read_header(cheif_reader *reader, uint32_t max_side, cheif_header *header) {
    reader->context = heif_context_alloc();
    if (!reader->context) return cheif_out_of_memory;
    heif_context_set_maximum_image_size_limit(reader->context, (int)max_side);
    heif_context_set_max_decoding_threads(reader->context, 0);
    cheif_status status = status_of(
        reader, heif_context_read_from_memory_without_copy(reader->context, reader->bytes, reader->count, NULL));
    if (status != cheif_ok) return status;
    status = status_of(reader, heif_context_get_primary_image_handle(reader->context, &reader->handle));
    if (status != cheif_ok) return status;
    const int width = heif_image_handle_get_width(reader->handle);
    const int height = heif_image_handle_get_height(reader->handle);
    if (width < 1 || height < 1) return cheif_corrupt;
    reader->header.width = (uint32_t)width;
    reader->header.height = (uint32_t)height;
    reader->header.has_alpha = heif_image_handle_has_alpha_channel(reader->handle);
    read_colours(reader);
    *header = reader->header;
    return cheif_ok;
}

const uint8_t *cheif_reader_icc(const cheif_reader *reader, size_t *count) {
    *count = reader->icc_count;
    return reader->icc_count ? reader->icc : NULL;
}

static void unmultiply(uint8_t *row, uint32_t width) {
    for (uint8_t *pixel = row; pixel < row + (size_t)width * 4; pixel += 4) {
        for (int c = 0; c < 3 && pixel[3] > 0; c++) {
            const unsigned straight = (pixel[c] * 255u + pixel[3] / 2) / pixel[3];
            pixel[c] = straight > 255 ? 255 : (uint8_t)straight;
        }
    }
}

cheif_status cheif_reader_decode(cheif_reader *reader, uint8_t *pixels, size_t stride) {
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    if (!options) return cheif_out_of_memory;
    options->convert_hdr_to_8bit = 1;
    // A repaired picture would be a wrong picture.
    options->strict_decoding = 1;
    const bool alpha = reader->header.has_alpha;
    struct heif_image *image = NULL;
    cheif_status status = status_of(
        reader, heif_decode_image(
                    reader->handle, &image, heif_colorspace_RGB,
                    alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options));
    heif_decoding_options_free(options);
    if (status != cheif_ok) return status;
    int from = 0;
    const uint8_t *plane = heif_image_get_plane_readonly(image, heif_channel_interleaved, &from);
    const int width = heif_image_get_width(image, heif_channel_interleaved);
    const int height = heif_image_get_height(image, heif_channel_interleaved);
    if (!plane || width != (int)reader->header.width || height != (int)reader->header.height) {
        snprintf(reader->message, sizeof reader->message, "its pixels have another size than it says");
        status = cheif_corrupt;
    } else {
        const bool premultiplied = alpha && heif_image_is_premultiplied_alpha(image);
        for (uint32_t y = 0; y < reader->header.height; y++) {
            uint8_t *row = pixels + y * stride;
            memcpy(row, plane + (size_t)y * (size_t)from, (size_t)width * (alpha ? 4 : 3));
            if (premultiplied) unmultiply(row, reader->header.width);
        }
    }
    heif_image_release(image);
    return status;
}

const char *cheif_reader_message(const cheif_reader *reader) { return reader->message; }

void cheif_reader_destroy(cheif_reader *reader) {
    if (!reader) return;
    if (reader->handle) heif_image_handle_release(reader->handle);
    if (reader->context) heif_context_free(reader->context);
    free(reader->icc);
    free(reader);
}
