#define _GNU_SOURCE
#include "CPowerLog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Every function below takes the lock, makes the system call of the libc function that it stands for, and logs what the
// call has changed. Whether a descriptor belongs to a file under the root is asked of the kernel each time: there is no
// table that duplicated, inherited or closed descriptors could put out of date.

// Out of the way of programs that use small descriptors for purposes of their own.
enum { log_descriptor_from = 400 };

static const char *root;
static size_t root_length;
static int log_descriptor = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void give_up(const char *what) {
    // Half a log would be taken for a whole one.
    fprintf(stderr, "limner-power-log: %s: %s\n", what, strerror(errno));
    abort();
}

static void open_log(void) {
    const char *path = getenv("LIMNER_POWER_LOG");
    int opened = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) give_up(path);
    log_descriptor = fcntl(opened, F_DUPFD_CLOEXEC, log_descriptor_from);
    if (log_descriptor < 0) give_up(path);
    syscall(SYS_close, opened);
}

// The lock of a file belongs to whoever opened it, so a child that shares the descriptor would share the lock.
static void start_after_fork(void) {
    pthread_mutex_init(&mutex, NULL);
    syscall(SYS_close, log_descriptor);
    open_log();
}

__attribute__((constructor)) static void start(void) {
    const char *folder = getenv("LIMNER_POWER_ROOT");
    if (!folder || !getenv("LIMNER_POWER_LOG")) return;
    open_log();
    root = folder;
    root_length = strlen(folder);
    pthread_atfork(NULL, NULL, start_after_fork);
}

// MARK: The lock and the log

// The mutex orders threads, the lock of the log's file orders processes.
static void lock(void) {
    pthread_mutex_lock(&mutex);
    while (flock(log_descriptor, LOCK_EX) != 0)
        if (errno != EINTR) give_up("flock");
}

static void unlock(void) {
    int kept = errno;
    flock(log_descriptor, LOCK_UN);
    pthread_mutex_unlock(&mutex);
    errno = kept;
}

static void append(struct power_record record, const char *first, const char *second, const struct iovec *data,
                   int pieces) {
    int kept = errno;
    record.names[0] = first ? (uint32_t)strlen(first) : 0;
    record.names[1] = second ? (uint32_t)strlen(second) : 0;
    struct iovec all[3 + IOV_MAX];
    int count = 0;
    all[count++] = (struct iovec){&record, sizeof record};
    all[count++] = (struct iovec){(void *)first, record.names[0]};
    all[count++] = (struct iovec){(void *)second, record.names[1]};
    // A write may have taken less than it was given.
    uint64_t left = record.bytes;
    for (int i = 0; i < pieces && left > 0; i++) {
        size_t length = data[i].iov_len < left ? data[i].iov_len : left;
        all[count++] = (struct iovec){data[i].iov_base, length};
        left -= length;
    }
    for (int from = 0; from < count;) {
        int some = count - from < IOV_MAX ? count - from : IOV_MAX;
        ssize_t done = syscall(SYS_writev, log_descriptor, all + from, some);
        if (done < 0 && errno != EINTR) give_up("the log cannot be written");
        while (done > 0 || (from < count && all[from].iov_len == 0)) {
            size_t step = (size_t)done < all[from].iov_len ? (size_t)done : all[from].iov_len;
            all[from].iov_base = (char *)all[from].iov_base + step;
            all[from].iov_len -= step;
            done -= (ssize_t)step;
            if (all[from].iov_len == 0) from++;
        }
    }
    errno = kept;
}

// MARK: What belongs to the root

// Whether a descriptor's file lies, or lay until it was removed, under the root or is the root itself.
static bool is_below(int descriptor) {
    if (!root || descriptor < 0) return false;
    int kept = errno;
    char link[32], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    errno = kept;
    return length >= (ssize_t)root_length && memcmp(path, root, root_length) == 0 &&
           (length == (ssize_t)root_length || path[root_length] == '/');
}

// Whether a descriptor's regular file or folder is one whose changes are logged.
static bool is_logged(int descriptor, struct stat *status) {
    if (!is_below(descriptor)) return false;
    int kept = errno;
    bool found = fstat(descriptor, status) == 0 && (S_ISREG(status->st_mode) || S_ISDIR(status->st_mode));
    errno = kept;
    return found;
}

// An entry of a folder under the root.
struct place {
    bool is_logged;
    uint64_t folder;
    char name[NAME_MAX + 1];
    // What the name stands for.
    bool exists;
    struct stat status;
};

static bool is_durable_kind(const struct stat *status) { return S_ISREG(status->st_mode) || S_ISDIR(status->st_mode); }

static struct place place_of(int folder, const char *path) {
    struct place place = {0};
    if (!root) return place;
    int kept = errno;
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') end--;
    size_t from = end;
    while (from > 0 && path[from - 1] != '/') from--;
    char parent[PATH_MAX];
    if (end - from <= NAME_MAX && from < sizeof parent) {
        memcpy(place.name, path + from, end - from);
        memcpy(parent, from ? path : ".", from ? from : 1);
        parent[from ? from : 1] = 0;
        int opened = (int)syscall(SYS_openat, folder, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (opened >= 0) {
            struct stat status;
            if (is_below(opened) && fstat(opened, &status) == 0) {
                place.is_logged = true;
                place.folder = status.st_ino;
                place.exists = fstatat(opened, place.name, &place.status, AT_SYMLINK_NOFOLLOW) == 0;
            }
            syscall(SYS_close, opened);
        }
    }
    errno = kept;
    return place;
}

// MARK: Contents

static void wrote(int file, ssize_t count, int64_t offset, const struct iovec *data, int pieces) {
    struct stat status;
    if (count <= 0 || !is_logged(file, &status)) return;
    struct power_record record = {power_wrote, .inode = status.st_ino, .offset = offset, .bytes = (uint64_t)count};
    append(record, NULL, NULL, data, pieces);
}

static ssize_t write_here(int file, const struct iovec *data, int pieces) {
    if (!is_below(file)) return syscall(SYS_writev, file, data, pieces);
    lock();
    ssize_t count = syscall(SYS_writev, file, data, pieces);
    // Right for files opened to append too.
    if (count > 0) wrote(file, count, lseek(file, 0, SEEK_CUR) - count, data, pieces);
    unlock();
    return count;
}

static ssize_t write_there(int file, const struct iovec *data, int pieces, int64_t offset) {
    bool logged = is_below(file);
    if (logged) lock();
    // The kernel takes an offset in two halves, and on 64 bits only looks at the lower one.
    ssize_t count = syscall(SYS_pwritev, file, data, pieces, offset, offset >> 32 >> 32);
    if (logged) {
        wrote(file, count, offset, data, pieces);
        unlock();
    }
    return count;
}

ssize_t write(int file, const void *bytes, size_t count) {
    // Not as one piece of writev: for terminals, sockets and the like they are not the same.
    if (!is_below(file)) return syscall(SYS_write, file, bytes, count);
    return write_here(file, &(struct iovec){(void *)bytes, count}, 1);
}

ssize_t writev(int file, const struct iovec *data, int pieces) { return write_here(file, data, pieces); }

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return write_there(file, &(struct iovec){(void *)bytes, count}, 1, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return write_there(file, &(struct iovec){(void *)bytes, count}, 1, offset);
}

ssize_t pwritev(int file, const struct iovec *data, int pieces, off_t offset) {
    return write_there(file, data, pieces, offset);
}

ssize_t pwritev64(int file, const struct iovec *data, int pieces, off64_t offset) {
    return write_there(file, data, pieces, offset);
}

static void resized(uint64_t inode, int64_t size) {
    append((struct power_record){power_resized, .inode = inode, .offset = size}, NULL, NULL, NULL, 0);
}

int ftruncate(int file, off_t size) {
    struct stat status;
    if (!is_logged(file, &status)) return (int)syscall(SYS_ftruncate, file, size);
    lock();
    int result = (int)syscall(SYS_ftruncate, file, size);
    if (result == 0) resized(status.st_ino, size);
    unlock();
    return result;
}

int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int truncate(const char *path, off_t size) {
    struct place place = place_of(AT_FDCWD, path);
    if (!place.is_logged) return (int)syscall(SYS_truncate, path, size);
    lock();
    int result = (int)syscall(SYS_truncate, path, size);
    if (result == 0) resized(place.status.st_ino, size);
    unlock();
    return result;
}

int truncate64(const char *path, off64_t size) { return truncate(path, size); }

// Ways to change a file without its bytes passing by are not on offer under the root; callers then write plainly.

static int refuse(int file, int error) {
    if (!is_below(file)) return 0;
    errno = error;
    return -1;
}

ssize_t copy_file_range(int from, off64_t *start, int to, off64_t *at, size_t count, unsigned flags) {
    if (refuse(to, ENOSYS)) return -1;
    return syscall(SYS_copy_file_range, from, start, to, at, count, flags);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t count) {
    if (refuse(to, EINVAL)) return -1;
    return syscall(SYS_sendfile, to, from, offset, count);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) { return sendfile(to, from, offset, count); }

int fallocate(int file, int mode, off_t offset, off_t length) {
    if (refuse(file, EOPNOTSUPP)) return -1;
    return (int)syscall(SYS_fallocate, file, mode, offset, length);
}

int fallocate64(int file, int mode, off64_t offset, off64_t length) { return fallocate(file, mode, offset, length); }

int posix_fallocate(int file, off_t offset, off_t length) {
    return fallocate(file, 0, offset, length) == 0 ? 0 : errno;
}

int posix_fallocate64(int file, off64_t offset, off64_t length) { return posix_fallocate(file, offset, length); }

// MARK: Durability

// The lock is held for as long as the disk takes: what is written meanwhile would not be durable for certain.
static int sync_by(long number, int file) {
    struct stat status;
    if (!is_logged(file, &status)) return (int)syscall(number, file);
    lock();
    int result = (int)syscall(number, file);
    if (result == 0)
        append((struct power_record){power_synced, .is_folder = S_ISDIR(status.st_mode), .inode = status.st_ino}, NULL,
               NULL, NULL, 0);
    unlock();
    return result;
}

int fsync(int file) { return sync_by(SYS_fsync, file); }

int fdatasync(int file) { return sync_by(SYS_fdatasync, file); }

int syncfs(int file) {
    if (!is_below(file)) return (int)syscall(SYS_syncfs, file);
    lock();
    int result = (int)syscall(SYS_syncfs, file);
    if (result == 0) append((struct power_record){.operation = power_synced_all}, NULL, NULL, NULL, 0);
    unlock();
    return result;
}

void sync(void) {
    if (root) lock();
    syscall(SYS_sync);
    if (root) {
        append((struct power_record){.operation = power_synced_all}, NULL, NULL, NULL, 0);
        unlock();
    }
}

// MARK: Names

// O_TMPFILE has a bit in common with O_DIRECTORY.
static bool makes_file(int flags) { return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE; }

static int open_logged(int folder, const char *path, int flags, mode_t mode) {
    lock();
    struct place place = place_of(folder, path);
    int file = (int)syscall(SYS_openat, folder, path, flags, mode);
    struct stat status;
    if (file >= 0 && is_logged(file, &status) && S_ISREG(status.st_mode)) {
        bool is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
        if (is_unnamed || (place.is_logged && !place.exists)) {
            struct power_record record = {power_created, .inode = status.st_ino,
                                          .folders = {is_unnamed ? 0 : place.folder}};
            append(record, is_unnamed ? NULL : place.name, NULL, NULL, 0);
        } else if (flags & O_TRUNC) {
            resized(status.st_ino, 0);
        }
    }
    unlock();
    return file;
}

int openat(int folder, const char *path, int flags, ...) {
    mode_t mode = 0;
    if (makes_file(flags)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    // What is opened elsewhere must not wait for the lock: a child between fork and exec opens files too.
    if ((makes_file(flags) || (flags & O_TRUNC)) && place_of(folder, path).is_logged)
        return open_logged(folder, path, flags, mode);
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) __attribute__((alias("openat")));

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (makes_file(flags)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    return openat(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int creat(const char *path, mode_t mode) { return openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int mkdirat(int folder, const char *path, mode_t mode) {
    if (!place_of(folder, path).is_logged) return (int)syscall(SYS_mkdirat, folder, path, mode);
    lock();
    int result = (int)syscall(SYS_mkdirat, folder, path, mode);
    if (result == 0) {
        struct place place = place_of(folder, path);
        struct power_record record = {power_created, .is_folder = 1, .inode = place.status.st_ino,
                                      .folders = {place.folder}};
        append(record, place.name, NULL, NULL, 0);
    }
    unlock();
    return result;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    bool logged = place_of(from, old).is_logged || place_of(to, new).is_logged;
    if (!logged) return (int)syscall(SYS_renameat2, from, old, to, new, flags);
    lock();
    struct place source = place_of(from, old), target = place_of(to, new);
    if ((flags & RENAME_EXCHANGE) || source.is_logged != target.is_logged) {
        // The log has no words for it, and leaving it out would be worse.
        errno = EXDEV;
        unlock();
        return -1;
    }
    int result = (int)syscall(SYS_renameat2, from, old, to, new, flags);
    if (result == 0 && is_durable_kind(&source.status)) {
        struct power_record record = {power_renamed, .is_folder = S_ISDIR(source.status.st_mode),
                                      .inode = source.status.st_ino, .folders = {source.folder, target.folder}};
        append(record, source.name, target.name, NULL, 0);
    }
    unlock();
    return result;
}

int renameat(int from, const char *old, int to, const char *new) { return renameat2(from, old, to, new, 0); }

int rename(const char *old, const char *new) { return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0); }

int linkat(int from, const char *old, int to, const char *new, int flags) {
    if (!place_of(to, new).is_logged) return (int)syscall(SYS_linkat, from, old, to, new, flags);
    lock();
    int result = (int)syscall(SYS_linkat, from, old, to, new, flags);
    if (result == 0) {
        struct place place = place_of(to, new);
        if (is_durable_kind(&place.status)) {
            struct power_record record = {power_linked, .inode = place.status.st_ino, .folders = {place.folder}};
            append(record, place.name, NULL, NULL, 0);
        }
    }
    unlock();
    return result;
}

int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }

int unlinkat(int folder, const char *path, int flags) {
    if (!place_of(folder, path).is_logged) return (int)syscall(SYS_unlinkat, folder, path, flags);
    lock();
    struct place place = place_of(folder, path);
    int result = (int)syscall(SYS_unlinkat, folder, path, flags);
    if (result == 0 && is_durable_kind(&place.status)) {
        struct power_record record = {power_removed, .is_folder = S_ISDIR(place.status.st_mode),
                                      .inode = place.status.st_ino, .folders = {place.folder}};
        append(record, place.name, NULL, NULL, 0);
    }
    unlock();
    return result;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int remove(const char *path) {
    struct stat status;
    bool is_folder = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return is_folder ? rmdir(path) : unlink(path);
}
