#define _GNU_SOURCE // syncfs, leases
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

int64_t limner_file_system_magic(int folder)
{
    struct statfs facts;
    int result;
    do
        result = fstatfs(folder, &facts);
    while (result != 0 && errno == EINTR);
    return result == 0 ? (int64_t)(uint32_t)facts.f_type : -(int64_t)errno;
}

int limner_file_has_writer(int file)
{
    if (fcntl(file, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(file, F_SETLEASE, F_UNLCK);
        return 0;
    }
    return errno == EAGAIN ? 1 : -errno;
}

int limner_sync_file_system(int folder)
{
    return syncfs(folder) == 0 ? 0 : -errno;
}
