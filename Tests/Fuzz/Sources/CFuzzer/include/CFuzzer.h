// libFuzzer as a library (LLVM, "Using libFuzzer as a library"): main stays ours.

#ifndef LIMNER_CFUZZER_H
#define LIMNER_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs the fuzzer with its own command line until it ends.
///
/// Of the program's counters only those near the ones that were counted up before are watched: after each input all that
/// are watched are looked through, which takes longer than most inputs do. So read what reaches the reader's code first.
///
/// An input on which `reader` spends more than a second of processor time is a finding, however busy the machine is;
/// the longest time that an input took is printed at the end.
int cfuzzer_run(int *argc, char ***argv, void (*reader)(const uint8_t *bytes, size_t count));

#endif
