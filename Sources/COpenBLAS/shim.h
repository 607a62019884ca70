#ifndef LIMNER_COPENBLAS_SHIM_H
#define LIMNER_COPENBLAS_SHIM_H

#include <cblas.h>
#include <stddef.h>
#include <stdlib.h>

/// The buffers in which OpenBLAS packs matrices: exported, but in no header. Where there is no memory for one,
/// the library tries again for ever.
void *blas_memory_alloc(int position);
void blas_memory_free(void *buffer);

/// LAPACK's eigenvalues of a symmetric matrix, by divide and conquer: exported, but in no header that the library's package
/// is sure to bring. The strings' lengths come last, as Fortran has them.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info, size_t jobz_length, size_t uplo_length);

/// Overwrites `a`, n × n, with an eigenvector a row, and `values` with the eigenvalues, the smallest first. With −1 for both
/// counts it only writes those that it needs to `work` and `whole`. Returns 0, or what LAPACK says.
static inline int limner_symmetric_eigen(int n, double *a, double *values, double *work, int work_count, int *whole,
                                         int whole_count) {
    int info = 0;
    dsyevd_("V", "L", &n, a, &n, values, work, &work_count, whole, &whole_count, &info, 1, 1);
    return info;
}

/// Forgets which kernels were chosen, and chooses: exported by a library that has those of several processors, but in no header.
__attribute__((weak)) void gotoblas_dynamic_quit(void);
__attribute__((weak)) void gotoblas_dynamic_init(void);

/// Has the kernels named `core` in place of those that were chosen as the library was loaded; no product may be under way. Another
/// library stays as it is, and one without such kernels takes the oldest.
static inline void limner_choose_kernels(const char *core) {
    if (!gotoblas_dynamic_quit || !gotoblas_dynamic_init) return;
    setenv("OPENBLAS_CORETYPE", core, 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
}

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
