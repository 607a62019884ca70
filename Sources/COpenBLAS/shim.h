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

/// The widest vectors, in bits, that the processor and the system support with fused multiplication: 512, 256 or 128.
static inline int limner_vector_bits(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return 512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) return 256;
#endif
    return 128;
}

#endif
