// libFuzzer as a library (LLVM, "Using libFuzzer as a library"): main stays ours.

#ifndef LIMNER_CFUZZER_H
#define LIMNER_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs the fuzzer with its own command line until it ends; `reader` gets each input and returns 0.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*reader)(const uint8_t *bytes, size_t count));

#endif
