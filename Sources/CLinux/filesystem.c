#define _GNU_SOURCE // statx, syncfs, leases
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
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

int limner_find_place(int folder, const char *path, struct limner_folder_place *place)
{
    struct statx facts;
    if (statx(folder, path, *path ? 0 : AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &facts) != 0) return -errno;
    place->device = (uint64_t)facts.stx_dev_major << 32 | facts.stx_dev_minor;
    place->inode = facts.stx_ino;
    place->mount = facts.stx_mask & STATX_MNT_ID ? facts.stx_mnt_id : 0;
    return 0;
}

int limner_sync_file_system(int folder)
{
    return syncfs(folder) == 0 ? 0 : -errno;
}

int limner_write_back(int file, int64_t offset, int64_t count)
{
    unsigned flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    return sync_file_range(file, offset, count, flags) == 0 ? 0 : -errno;
}
