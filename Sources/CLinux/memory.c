#include "CLinux.h"

#include <malloc.h>

void limner_bound_memory(void)
{
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

void limner_share_arenas(void)
{
    mallopt(M_ARENA_MAX, 1);
}

void limner_trim_memory(void)
{
    malloc_trim(0);
}
