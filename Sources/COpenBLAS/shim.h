#ifndef LIMNER_COPENBLAS_SHIM_H
#define LIMNER_COPENBLAS_SHIM_H

#include <cblas.h>

/// The buffers in which OpenBLAS packs matrices: exported, but in no header. Where there is no memory for one,
/// the library tries again for ever.
void *blas_memory_alloc(int position);
void blas_memory_free(void *buffer);

/// Tells the processor that the caller spins; keeps a sibling thread and the memory pipeline unhindered.
static inline void limner_spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

#endif
