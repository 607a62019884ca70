#include "CWebP.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

static cwebp_status status_of(VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_OK:
        return cwebp_ok;
    case VP8_STATUS_OUT_OF_MEMORY:
        return cwebp_out_of_memory;
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
        return cwebp_truncated;
    default:
        return cwebp_corrupt;
    }
}

static cwebp_status decode_frame(
    const uint8_t *bytes, size_t count, size_t too_few, uint32_t width, uint32_t height, uint32_t channels,
    uint8_t *pixels, size_t stride) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return cwebp_corrupt;
    const VP8StatusCode looked = WebPGetFeatures(bytes, count, &config.input);
    if (looked != VP8_STATUS_OK) return status_of(looked);
    if (config.input.width != (int)width || config.input.height != (int)height) return cwebp_other_size;
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * (height - 1) + (size_t)width * channels;
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
    if (!decoder) return cwebp_out_of_memory;
    cwebp_status status = cwebp_truncated;
    if (too_few > 0) {
        status = status_of(WebPIUpdate(decoder, bytes, too_few));
        if (status == cwebp_ok) status = cwebp_longer;
    }
    if (status == cwebp_truncated) status = status_of(WebPIUpdate(decoder, bytes, count));
    WebPIDelete(decoder);
    WebPFreeDecBuffer(&config.output);
    return status;
}

cwebp_status cwebp_decode(
    const uint8_t *bytes, size_t count, size_t too_few, uint32_t width, uint32_t height, uint32_t channels,
    uint8_t *pixels, size_t stride) {
    WebPBitstreamFeatures features;
    const VP8StatusCode looked = WebPGetFeatures(bytes, count, &features);
    if (looked != VP8_STATUS_OK) return status_of(looked);
    if (!features.has_animation) {
        if (features.has_alpha && channels != 4) return cwebp_other_size;
        return decode_frame(bytes, count, too_few, width, height, channels, pixels, stride);
    }
    if (channels != 4) return cwebp_other_size;
    const WebPData data = {bytes, count};
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
    if (!demuxer) return state == WEBP_DEMUX_PARSE_ERROR ? cwebp_corrupt : cwebp_truncated;
    WebPIterator frame;
    cwebp_status status = cwebp_truncated;
    if (WebPDemuxGetFrame(demuxer, 1, &frame)) {
        if (frame.x_offset < 0 || frame.y_offset < 0 || frame.width < 1 || frame.height < 1 ||
            (int64_t)frame.x_offset + frame.width > width || (int64_t)frame.y_offset + frame.height > height) {
            status = cwebp_corrupt;
        } else if (frame.complete) {
            uint8_t *corner = pixels + (size_t)frame.y_offset * stride + (size_t)frame.x_offset * 4;
            const size_t before = (size_t)(frame.fragment.bytes - bytes);
            status = decode_frame(
                frame.fragment.bytes, frame.fragment.size, too_few > before ? too_few - before : 0,
                (uint32_t)frame.width, (uint32_t)frame.height, 4, corner, stride);
        }
        WebPDemuxReleaseIterator(&frame);
    }
    WebPDemuxDelete(demuxer);
    return status;
}

cwebp_status cwebp_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality, cwebp_output *output) {
    memset(output, 0, sizeof *output);
    if (width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) return cwebp_not_encoded;
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigPreset(&config, WEBP_PRESET_PHOTO, (float)quality) || !WebPPictureInit(&picture)) {
        return cwebp_not_encoded;
    }
    config.exact = 1;
    picture.width = (int)width;
    picture.height = (int)height;
    picture.use_argb = 0;
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    const int stride = (int)(width * channels);
    const int taken = channels == 4 ? WebPPictureImportRGBA(&picture, pixels, stride)
                                    : WebPPictureImportRGB(&picture, pixels, stride);
    const int done = taken && WebPEncode(&config, &picture);
    const cwebp_status status = done                                                          ? cwebp_ok
                                : !taken || picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ? cwebp_out_of_memory
                                                                                              : cwebp_not_encoded;
    WebPPictureFree(&picture);
    if (status != cwebp_ok) {
        WebPMemoryWriterClear(&writer);
        return status;
    }
    output->bytes = writer.mem;
    output->count = writer.size;
    return cwebp_ok;
}

void cwebp_output_free(cwebp_output *output) {
    WebPFree(output->bytes);
    output->bytes = NULL;
    output->count = 0;
}
