#include "scan.h"

#include <stdlib.h>
#include <string.h>

// MARK: Bits

typedef struct bits {
    const uint8_t *next, *end;
    // The first bit is the highest.
    uint64_t held;
    int count;
    // Bits behind the end, or before a marker, that were asked for.
    bool ran_out;
} bits;

// ITU T.81, B.1.1.5: behind a byte of 255 of the data stands a zero.
static void fill(bits *b) {
    while (b->count <= 56 && b->next < b->end) {
        const uint8_t byte = *b->next;
        if (byte == 0xFF) {
            if (b->end - b->next < 2 || b->next[1] != 0) return;
            b->next++;
        }
        b->next++;
        b->held |= (uint64_t)byte << (56 - b->count);
        b->count += 8;
    }
}

static void skip(bits *b, int count) {
    if (count > b->count) b->ran_out = true;
    b->held <<= count;
    b->count = count > b->count ? 0 : b->count - count;
}

// F.2.2.1: up to 15 bits as a difference.
static int difference(bits *b, int count) {
    if (count == 0) return 0;
    if (b->count < count) fill(b);
    const int value = (int)(b->held >> (64 - count));
    skip(b, count);
    return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
}

// MARK: Codes

enum { quick = 9, longest = 16 };

typedef struct table {
    const JHUFF_TBL *codes;
    // By the next bits: the length of a short code, and its symbol.
    uint8_t lengths[1 << quick], symbols[1 << quick];
    // C.2 and F.2.2.3: of each length the number behind the last code, and what makes a place among the symbols of a code.
    int ends[longest + 1], offsets[longest + 1];
} table;

static void prepare(table *t, const JHUFF_TBL *codes) {
    memset(t, 0, sizeof *t);
    t->codes = codes;
    int code = 0, place = 0;
    for (int length = 1; length <= longest; length++) {
        t->offsets[length] = place - code;
        for (int index = 0; index < codes->bits[length]; index++, code++, place++) {
            for (int rest = 0; length <= quick && rest < 1 << (quick - length); rest++) {
                const int at = (code << (quick - length) | rest) & ((1 << quick) - 1);
                t->lengths[at] = (uint8_t)length;
                t->symbols[at] = codes->huffval[place];
            }
        }
        t->ends[length] = code;
        code <<= 1;
    }
}

// -1 for no code.
static int symbol(bits *b, const table *t) {
    if (b->count < longest) fill(b);
    const unsigned at = (unsigned)(b->held >> (64 - quick));
    if (t->lengths[at] > 0) {
        skip(b, t->lengths[at]);
        return t->symbols[at];
    }
    for (int length = quick + 1; length <= longest; length++) {
        const int code = (int)(b->held >> (64 - length));
        if (code < t->ends[length]) {
            skip(b, length);
            return t->codes->huffval[(code + t->offsets[length]) & 0xFF];
        }
    }
    b->ran_out = b->ran_out || b->count < longest;
    return -1;
}

// MARK: Blocks

typedef struct plane {
    const table *dc, *ac;
    int step, last, blocks;
} plane;

// F.1.2.1 and F.1.2.2; whether a coder may have written it.
static bool walk_block(bits *b, plane *p) {
    // A block of one sample, -128 to 127, has eight times that, rounded to a step; coders let edges overshoot by up to 31 levels.
    enum { brightest = 128 * DCTSIZE, overshoot = 31 * DCTSIZE, largest_difference = 11 };
    const int size = symbol(b, p->dc);
    if (size < 0 || size > largest_difference) return false;
    p->last += difference(b, size);
    if (labs((long)p->last * p->step) > brightest + overshoot + p->step) return false;
    for (int k = 1; k < DCTSIZE2; k++) {
        const int code = symbol(b, p->ac);
        if (code < 0) return false;
        const int run = code >> 4, length = code & 15;
        if (length == 0 && run < 15) return true;
        k += run;
        if (k >= DCTSIZE2) return false;
        if (b->count < length) fill(b);
        skip(b, length);
    }
    return true;
}

// Bytes that are neither zero nor fill, nor of restart markers, up to the next other marker.
static size_t stray_bytes(const uint8_t *bytes, const uint8_t *end) {
    size_t stray = 0;
    for (const uint8_t *byte = bytes; byte < end; byte++) {
        if (*byte == 0xFF && end - byte > 1) {
            if ((byte[1] >= 0xD0 && byte[1] <= 0xD7) || byte[1] == 0) byte++;
            else if (byte[1] != 0xFF) return stray;
        } else if (*byte != 0) {
            stray++;
        }
    }
    return stray;
}

size_t scan_doubled_sector(const uint8_t *bytes, size_t from, size_t to) {
    // Of one colour coders make a few bytes again and again, which may fill sectors that are alike.
    enum { least_different = 64 };
    for (size_t at = (from + scan_sector - 1) / scan_sector * scan_sector; at + 2 * scan_sector <= to; at += scan_sector) {
        if (memcmp(bytes + at, bytes + at + scan_sector, scan_sector) != 0) continue;
        bool seen[256] = {false};
        int different = 0;
        for (size_t index = at; index < at + scan_sector; index++) {
            different += !seen[bytes[index]];
            seen[bytes[index]] = true;
        }
        if (different >= least_different) return at;
    }
    return 0;
}

static unsigned blocks_across(unsigned side, int factor, int most) {
    const unsigned unit = (unsigned)most * DCTSIZE;
    return (unsigned)(((uint64_t)side * (unsigned)factor + unit - 1) / unit);
}

// B.2.4.4: behind the last whole byte stands a marker, and differences begin anew.
static bool restart(bits *b, plane *planes, int count) {
    while (b->end - b->next >= 2 && b->next[0] == 0xFF && b->next[1] == 0xFF) b->next++;
    if (b->count >= 8 || b->end - b->next < 2 || b->next[0] != 0xFF || (b->next[1] & 0xF8) != 0xD0) return false;
    b->next += 2;
    b->held = 0;
    b->count = 0;
    for (int index = 0; index < count; index++) planes[index].last = 0;
    return true;
}

scan_finding scan_check(
    const struct jpeg_decompress_struct *info, const uint8_t *bytes, size_t scan, size_t size) {
    const scan_finding whole = {scan_whole, 0, 0};
    const int count = info->comps_in_scan;
    if (info->progressive_mode || info->arith_code || count != info->num_components) return whole;
    plane planes[MAX_COMPS_IN_SCAN];
    table *tables = calloc(2 * (size_t)count, sizeof *tables);
    if (!tables) return whole;
    int across = 1, down = 1;
    bool known = true;
    for (int index = 0; index < count; index++) {
        const jpeg_component_info *component = info->cur_comp_info[index];
        const int dc = component->dc_tbl_no, ac = component->ac_tbl_no, step = component->quant_tbl_no;
        known = known && dc >= 0 && dc < NUM_HUFF_TBLS && ac >= 0 && ac < NUM_HUFF_TBLS && step >= 0 &&
                step < NUM_QUANT_TBLS && info->dc_huff_tbl_ptrs[dc] && info->ac_huff_tbl_ptrs[ac] &&
                info->quant_tbl_ptrs[step];
        if (!known) break;
        prepare(&tables[2 * index], info->dc_huff_tbl_ptrs[dc]);
        prepare(&tables[2 * index + 1], info->ac_huff_tbl_ptrs[ac]);
        // A.2.3: the blocks of a single component are in no groups.
        const int blocks = count == 1 ? 1 : component->h_samp_factor * component->v_samp_factor;
        planes[index] = (plane){
            &tables[2 * index], &tables[2 * index + 1], info->quant_tbl_ptrs[step]->quantval[0], 0, blocks};
        // Of a hostile table; brightness is to be bounded all the same.
        if (planes[index].step == 0) planes[index].step = 1;
        across = component->h_samp_factor > across ? component->h_samp_factor : across;
        down = component->v_samp_factor > down ? component->v_samp_factor : down;
    }
    if (!known) {
        free(tables);
        return whole;
    }
    const unsigned unit = (unsigned)(count == 1 ? 1 : down) * DCTSIZE;
    const uint64_t columns = blocks_across(info->image_width, 1, count == 1 ? 1 : across);
    const uint64_t groups = columns * blocks_across(info->image_height, 1, count == 1 ? 1 : down);
    bits b = {.next = bytes + scan, .end = bytes + size};
    scan_finding finding = whole;
    bool lost = false;
    for (uint64_t group = 0; group < groups && !lost && finding.fault == scan_whole; group++) {
        if (info->restart_interval > 0 && group > 0 && group % info->restart_interval == 0) {
            lost = !restart(&b, planes, count);
        }
        for (int index = 0; index < count && !lost; index++) {
            for (int block = 0; block < planes[index].blocks && !lost; block++) {
                const bool possible = walk_block(&b, &planes[index]);
                lost = b.ran_out || !possible;
                if (!possible && !b.ran_out) {
                    finding = (scan_finding){scan_impossible, (unsigned)(group / columns) * unit, 0};
                }
            }
        }
    }
    if (!lost) {
        // What was looked at ahead is data, too.
        size_t left = stray_bytes(b.next, b.end);
        for (skip(&b, b.count % 8); b.count > 0; skip(&b, 8)) left += b.held >> 56 != 0;
        const size_t walked = (size_t)(b.next - bytes) + 2 * scan_sector;
        const size_t place = left < scan_least_left ? 0 : scan_doubled_sector(bytes, scan, walked < size ? walked : size);
        if (place > 0) finding = (scan_finding){scan_doubled, 0, place};
    }
    free(tables);
    return finding;
}
