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
    /// A sector stands twice, one behind the other, and as much is left behind the last block.
    scan_doubled,
} scan_fault;

typedef struct scan_finding {
    scan_fault fault;
    /// Rows before the block that cannot be.
    unsigned rows;
    /// Where the sector that stands twice begins.
    size_t place;
} scan_finding;

/// Walks the Huffman codes of a baseline or extended scan of all components, which libjpeg has decoded. Whole is also what other kinds of
/// scans are, and what ends early or lacks a restart marker: libjpeg sees these. What is left behind the last block is no damage alone: some
/// cameras and scanners leave kilobytes there.
///
/// - bytes: the file, of the size.
/// - scan: where the scan's data begins in it.
scan_finding scan_check(
    const struct jpeg_decompress_struct *info, const uint8_t *bytes, size_t scan, size_t size);

/// Where a sector of the file that holds many different bytes is followed by itself, 0 for nowhere.
size_t scan_doubled_sector(const uint8_t *bytes, size_t from, size_t to);

enum {
    /// Bytes of what disks and copies handle as one.
    scan_sector = 512,
    /// Bytes that such a sector leaves behind a scan at least: its bits make fewer blocks than itself, or more.
    scan_least_left = 64,
};

#endif
