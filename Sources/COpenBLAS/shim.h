#ifndef LIMNER_COPENBLAS_SHIM_H
#define LIMNER_COPENBLAS_SHIM_H

#include <cblas.h>

/// Tells the processor that the caller spins; keeps a sibling thread and the memory pipeline unhindered.
static inline void limner_spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

#endif
