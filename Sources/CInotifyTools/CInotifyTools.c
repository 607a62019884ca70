#include "CInotifyTools.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

const uint32_t limner_inotify_folder_mask =
    IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF |
    IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

static atomic_flag library_in_use = ATOMIC_FLAG_INIT;

/// The library offers no accessor for its descriptor, so it is looked for where the kernel lists it.
/// The highest one is the newest, because descriptors are given out from the lowest free number
/// and ours was opened last among those of its kind that this process could have opened.
static int find_descriptor(const unsigned char *before) {
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return -errno;
    int found = -ENOENT;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        char target[64];
        int number = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || number >= FD_SETSIZE || before[number]) continue;
        ssize_t count = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (count <= 0) continue;
        target[count] = 0;
        if (strstr(target, "inotify")) found = number;
    }
    closedir(folder);
    return found;
}

static void list_descriptors(unsigned char *open_ones) {
    memset(open_ones, 0, FD_SETSIZE);
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        char target[64];
        int number = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || number >= FD_SETSIZE) continue;
        ssize_t count = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (count <= 0) continue;
        target[count] = 0;
        // Only other inotify descriptors could be mistaken for the library's.
        if (strstr(target, "inotify")) open_ones[number] = 1;
    }
    closedir(folder);
}

int limner_inotify_open(void) {
    if (atomic_flag_test_and_set(&library_in_use)) return -EBUSY;
    unsigned char before[FD_SETSIZE];
    list_descriptors(before);
    if (!inotifytools_initialize()) {
        int error = inotifytools_error();
        atomic_flag_clear(&library_in_use);
        return error ? -error : -EMFILE;
    }
    int descriptor = find_descriptor(before);
    if (descriptor < 0) {
        limner_inotify_close();
        return descriptor;
    }
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return descriptor;
}

int limner_inotify_watch(int inotify, int folder) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
    int watch = inotify_add_watch(inotify, path, limner_inotify_folder_mask);
    return watch < 0 ? -errno : watch;
}

int limner_inotify_unwatch(int inotify, int watch) {
    return inotify_rm_watch(inotify, watch) < 0 ? -errno : 0;
}

int limner_inotify_next(int seconds, struct limner_inotify_event *event) {
    struct inotify_event *found = inotifytools_next_event(seconds < 1 ? 1 : seconds);
    if (!found) {
        int error = inotifytools_error();
        return error == 0 || error == EINTR ? 0 : -error;
    }
    event->watch = found->wd;
    event->mask = found->mask;
    size_t count = found->len ? strnlen(found->name, found->len) : 0;
    if (count > sizeof event->name - 1) count = sizeof event->name - 1;
    memcpy(event->name, found->name, count);
    event->name[count] = 0;
    event->name_count = (uint32_t)count;
    return 1;
}

void limner_inotify_close(void) {
    inotifytools_cleanup();
    atomic_flag_clear(&library_in_use);
}
