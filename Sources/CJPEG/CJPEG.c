#include "CJPEG.h"
#include "scan.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// In this order: jpeglib.h tells whether libjpeg knows arithmetic coding, and with that jerror.h numbers its messages,
// JWRN_BOGUS_ICC among them.
#include <jpeglib.h>

#include <jerror.h>

// MARK: Failures

typedef struct fault {
    // First, so that libjpeg's pointer to its error manager is a pointer to the fault.
    struct jpeg_error_mgr manager;
    jmp_buf exit;
    cjpeg_status status;
    // The data ended before an end marker. Alone it takes nothing from the pixels.
    bool ended;
    // Bytes that were looked through for a marker before that.
    size_t skipped;
    char message[JMSG_LENGTH_MAX + 64];
} fault;

struct cjpeg_reader {
    struct jpeg_decompress_struct info;
    fault fault;
    struct jpeg_progress_mgr progress;
    int max_scans;
    const uint8_t *bytes;
    size_t count;
    uint8_t *icc;
    size_t icc_count;
    // Where the data of the first scan begins.
    size_t scan;
    // Kept here and not on the stack: a longjmp leaves changed locals undefined.
    bool created;
};

// Whether blocks of the scan that is being read are still to come.
static bool is_inside_scan(j_decompress_ptr info) {
    return info->input_scan_number > 0 && info->input_iMCU_row < info->total_iMCU_rows;
}

static void describe(j_common_ptr info, fault *f) {
    if (f->status == cjpeg_truncated) {
        snprintf(f->message, sizeof f->message, "the data ends before the picture does");
        return;
    }
    char detail[JMSG_LENGTH_MAX];
    f->manager.format_message(info, detail);
    static const char known[] = "Corrupt JPEG data: ";
    const char *rest = strncmp(detail, known, sizeof known - 1) == 0 ? detail + sizeof known - 1 : detail;
    const j_decompress_ptr reading = info->is_decompressor ? (j_decompress_ptr)info : NULL;
    if (!reading || f->status != cjpeg_corrupt) {
        snprintf(f->message, sizeof f->message, "%s", rest);
    } else if (is_inside_scan(reading)) {
        const unsigned height = (unsigned)reading->max_v_samp_factor * DCTSIZE;
        snprintf(
            f->message, sizeof f->message, "its pixels cannot be decoded from row %u on (%s)",
            reading->input_iMCU_row * height + 1, rest);
    } else {
        snprintf(f->message, sizeof f->message, "its header or its tables cannot be read (%s)", rest);
    }
}

static void leave(j_common_ptr info, cjpeg_status status) {
    fault *f = (fault *)info->err;
    // What is missing behind the end of the data looks like damage to libjpeg, which goes on with an end marker.
    f->status = f->ended && status == cjpeg_corrupt ? cjpeg_truncated : status;
    describe(info, f);
    longjmp(f->exit, 1);
}

static cjpeg_status status_of_error(int code) {
    switch (code) {
    case JERR_OUT_OF_MEMORY:
        return cjpeg_out_of_memory;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
        return cjpeg_truncated;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
        return cjpeg_unsupported;
    default:
        return cjpeg_corrupt;
    }
}

static void on_error(j_common_ptr info) { leave(info, status_of_error(info->err->msg_code)); }

static void tell_doubled(fault *f, size_t place) {
    f->status = cjpeg_corrupt;
    snprintf(
        f->message, sizeof f->message, "bytes %zu to %zu stand in it twice, one behind the other", place,
        place + scan_sector - 1);
}

// Of scans but the last, behind which something is left.
static void refuse_doubled(cjpeg_reader *reader) {
    if (reader->scan == 0) return;
    const size_t place =
        scan_doubled_sector(reader->bytes, reader->scan, reader->count - reader->info.src->bytes_in_buffer);
    if (place == 0) return;
    tell_doubled(&reader->fault, place);
    longjmp(reader->fault.exit, 1);
}

// libjpeg repairs damage with a guess and a warning; a repaired picture would be a wrong picture.
// Warnings that leave every pixel as it was meant are let through.
static void on_message(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
        // Blocks that are missing make a warning of their own, JWRN_HIT_MARKER.
        ((fault *)info->err)->ended = true;
        break;
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_JFIF_MAJOR:
    // Spectral selection and approximation mean something in a progressive scan only.
    case JWRN_NOT_SEQUENTIAL:
        break;
    case JWRN_EXTRANEOUS_DATA: {
        // Cameras pad before the next header or the end marker. Before a restart marker it is lost data, unless every
        // block was read already.
        const int marker = info->err->msg_parm.i[1];
        fault *f = (fault *)info->err;
        if (f->ended) f->skipped = (size_t)info->err->msg_parm.i[0];
        if (marker >= 0xD0 && marker <= 0xD7 && is_inside_scan((j_decompress_ptr)info)) leave(info, cjpeg_corrupt);
        if (info->err->msg_parm.i[0] >= scan_least_left) refuse_doubled(info->client_data);
        break;
    }
    default:
        leave(info, cjpeg_corrupt);
    }
}

static void on_output(j_common_ptr info) { (void)info; }

static void fault_install(fault *f) {
    jpeg_std_error(&f->manager);
    f->manager.error_exit = on_error;
    f->manager.emit_message = on_message;
    f->manager.output_message = on_output;
    f->status = cjpeg_ok;
    f->message[0] = 0;
}

// MARK: Reading

static void on_progress(j_common_ptr info) {
    cjpeg_reader *reader = info->client_data;
    if (((j_decompress_ptr)info)->input_scan_number <= reader->max_scans) return;
    reader->fault.status = cjpeg_too_many_scans;
    snprintf(reader->fault.message, sizeof reader->fault.message, "more than %d scans", reader->max_scans);
    longjmp(reader->fault.exit, 1);
}

cjpeg_reader *cjpeg_reader_create(const uint8_t *bytes, size_t count) {
    cjpeg_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->bytes = bytes;
    reader->count = count;
    fault_install(&reader->fault);
    reader->info.err = &reader->fault.manager;
    return reader;
}

static cjpeg_status refuse(cjpeg_reader *reader, cjpeg_status status, const char *message) {
    reader->fault.status = status;
    snprintf(reader->fault.message, sizeof reader->fault.message, "%s", message);
    return status;
}

cjpeg_status cjpeg_reader_read_header(cjpeg_reader *reader, cjpeg_header *header) {
    struct jpeg_decompress_struct *info = &reader->info;
    if (setjmp(reader->fault.exit)) return reader->fault.status;
    jpeg_create_decompress(info);
    reader->created = true;
    info->client_data = reader;
    jpeg_mem_src(info, reader->bytes, reader->count);
    jpeg_save_markers(info, JPEG_APP0 + 2, 0xFFFF);
    jpeg_read_header(info, TRUE);
    // libjpeg then stands in bytes of its own.
    if (reader->fault.ended) return refuse(reader, cjpeg_truncated, "the data ends before the picture does");
    reader->scan = (size_t)(info->src->next_input_byte - reader->bytes);

    JOCTET *icc = NULL;
    unsigned int icc_count = 0;
    if (jpeg_read_icc_profile(info, &icc, &icc_count)) {
        reader->icc = icc;
        reader->icc_count = icc_count;
    }

    switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE:
        header->color = cjpeg_color_gray;
        break;
    case JCS_RGB:
    case JCS_YCbCr:
        header->color = cjpeg_color_rgb;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        header->color = cjpeg_color_cmyk;
        break;
    default:
        return refuse(reader, cjpeg_unsupported, "its components are in no known colour space");
    }
    header->width = info->image_width;
    header->height = info->image_height;
    return cjpeg_ok;
}

const uint8_t *cjpeg_reader_icc(const cjpeg_reader *reader, size_t *count) {
    *count = reader->icc_count;
    return reader->icc;
}

// The scans of a file that has several may be cut off one by one; what came is then a coarser picture, without a warning.
static const char *missing_scans(const struct jpeg_decompress_struct *info) {
    for (int index = 0; index < info->num_components; index++) {
        // Set as the component's first scan begins.
        if (!info->comp_info[index].quant_table) return "a component has no scan";
        if (!info->progressive_mode || !info->coef_bits) continue;
        const int *bits = info->coef_bits[index];
        bool some = false, lacking = false;
        for (int k = 0; k < DCTSIZE2; k++) {
            if (bits[k] > 0) return "the scans that refine it are missing";
            if (k > 0) *(bits[k] < 0 ? &lacking : &some) = true;
        }
        if (bits[0] < 0 || (some && lacking)) return "scans are missing";
    }
    return NULL;
}

// Whether blocks were read out of the zeros that the data ends with, and more of these are left: a coder that fills the rest of a
// picture with zeros ends with it. libjpeg looks some bytes ahead.
static bool ends_among_zeros(const cjpeg_reader *reader) {
    enum { shortest = 64 };
    const struct jpeg_source_mgr *source = reader->info.src;
    const size_t left = reader->fault.ended ? reader->fault.skipped : source->bytes_in_buffer;
    if (left < shortest || reader->count - left < shortest) return false;
    const uint8_t *next = reader->bytes + (reader->count - left);
    for (const uint8_t *byte = next - shortest; byte < next + shortest; byte++) {
        if (*byte != 0) return false;
    }
    return true;
}

cjpeg_status cjpeg_reader_decode(
    cjpeg_reader *reader, uint32_t eighths, int max_scans, uint8_t *pixels, size_t stride, size_t rows) {
    struct jpeg_decompress_struct *info = &reader->info;
    if (setjmp(reader->fault.exit)) return reader->fault.status;
    bool cmyk = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    info->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    info->scale_num = eighths;
    info->scale_denom = 8;
    reader->max_scans = max_scans;
    reader->progress.progress_monitor = on_progress;
    info->progress = &reader->progress;
    jpeg_start_decompress(info);
    if (info->output_height != rows || (size_t)info->output_width * (size_t)info->output_components > stride) {
        return refuse(reader, cjpeg_corrupt, "the decoded picture has another size than its header says");
    }
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = pixels + (size_t)info->output_scanline * stride;
        jpeg_read_scanlines(info, &row, 1);
    }
    const char *missing = missing_scans(info);
    if (missing) return refuse(reader, cjpeg_truncated, missing);
    if (ends_among_zeros(reader)) {
        return refuse(reader, cjpeg_corrupt, "it ends in zeros, as a copy leaves it that broke off");
    }
    const scan_finding finding = scan_check(info, reader->bytes, reader->scan, reader->count);
    switch (finding.fault) {
    case scan_whole:
        break;
    case scan_impossible:
        reader->fault.status = cjpeg_corrupt;
        snprintf(
            reader->fault.message, sizeof reader->fault.message,
            "its pixels cannot be decoded from row %u on (no coder writes such a block)", finding.rows + 1);
        return cjpeg_corrupt;
    case scan_doubled:
        tell_doubled(&reader->fault, finding.place);
        return cjpeg_corrupt;
    }
    // Every block was read: what follows, an end marker or not, is no part of the picture.
    jpeg_abort_decompress(info);
    return cjpeg_ok;
}

const char *cjpeg_reader_message(const cjpeg_reader *reader) { return reader->fault.message; }

void cjpeg_reader_destroy(cjpeg_reader *reader) {
    if (!reader) return;
    if (reader->created) jpeg_destroy_decompress(&reader->info);
    free(reader->icc);
    free(reader);
}

// MARK: Writing

typedef struct writer {
    struct jpeg_compress_struct info;
    fault fault;
    unsigned char *bytes;
    unsigned long count;
    bool created;
} writer;

cjpeg_status cjpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, cjpeg_options options, const uint8_t *icc, size_t icc_count,
    cjpeg_output *output) {
    memset(output, 0, sizeof *output);
    writer *w = calloc(1, sizeof *w);
    if (!w) return cjpeg_out_of_memory;
    fault_install(&w->fault);
    struct jpeg_compress_struct *info = &w->info;
    info->err = &w->fault.manager;
    if (setjmp(w->fault.exit)) {
        snprintf(output->message, sizeof output->message, "%s", w->fault.message);
        cjpeg_status status = w->fault.status;
        if (w->created) jpeg_destroy_compress(&w->info);
        free(w->bytes);
        free(w);
        return status;
    }
    jpeg_create_compress(info);
    w->created = true;
    jpeg_mem_dest(info, &w->bytes, &w->count);
    info->image_width = width;
    info->image_height = height;
    info->input_components = 3;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, options.quality, TRUE);
    info->optimize_coding = TRUE;
    if (options.full_chroma) {
        info->comp_info[0].h_samp_factor = 1;
        info->comp_info[0].v_samp_factor = 1;
    }
    if (options.progressive) jpeg_simple_progression(info);
    jpeg_start_compress(info, TRUE);
    if (icc) jpeg_write_icc_profile(info, icc, (unsigned int)icc_count);
    while (info->next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(rgb + (size_t)info->next_scanline * width * 3);
        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
    jpeg_destroy_compress(info);
    output->bytes = w->bytes;
    output->count = w->count;
    free(w);
    return cjpeg_ok;
}

void cjpeg_output_free(cjpeg_output *output) {
    free(output->bytes);
    output->bytes = NULL;
    output->count = 0;
}

const char *cjpeg_output_message(const cjpeg_output *output) { return output->message; }
