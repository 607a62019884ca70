// How far the entropy-coded data of a sequential scan holds together: what libjpeg decodes without a word although no coder writes it.

#ifndef LIMNER_CJPEG_SCAN_H
#define LIMNER_CJPEG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

typedef enum scan_fault {
    scan_whole = 0,
    /// A code stands where none may: in a block of more than 64 coefficients, or one that is far from any sample of 8 bits.
    scan_impossible,
    /// More is left behind the last block than cameras pad with.
    scan_longer,
} scan_fault;

typedef struct scan_finding {
    scan_fault fault;
    /// Rows before the block that cannot be.
    unsigned rows;
    /// Bytes that are left.
    size_t left;
} scan_finding;

/// Walks the Huffman codes of a baseline or extended scan of all components, which libjpeg has decoded, from behind its header on. Whole is
/// also what other kinds of scans are, and what ends early or lacks a restart marker: libjpeg sees these.
scan_finding scan_check(const struct jpeg_decompress_struct *info, const uint8_t *bytes, const uint8_t *end);

/// Bytes that are neither zero nor fill, nor of restart markers, up to the next other marker.
size_t scan_stray_bytes(const uint8_t *bytes, const uint8_t *end);

/// Most of these that take nothing from the pixels.
enum { scan_most_stray_bytes = 64 };

#endif
