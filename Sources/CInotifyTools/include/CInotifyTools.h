#ifndef LIMNER_CINOTIFYTOOLS_H
#define LIMNER_CINOTIFYTOOLS_H

#include <stdint.h>

/// One event, copied out of libinotifytools' static buffer.
struct limner_inotify_event {
    int32_t watch;       ///< The watch descriptor, or -1 when the kernel's queue overflowed.
    uint32_t mask;       ///< The IN_* bits.
    uint32_t name_count; ///< Bytes in `name`, without the terminating zero; 0 for events of the folder itself.
    char name[256];      ///< The entry's raw name (NAME_MAX is 255), zero-terminated.
};

/// What a folder is watched for: everything that can make a file in it worth another look.
extern const uint32_t limner_inotify_folder_mask;

/// Initialises the library and finds the descriptor that it keeps to itself, marks it close-on-exec,
/// and refuses one that select(2) cannot hold. The library has one static instance a process.
/// Returns the descriptor, or a negative errno (-EBUSY when already open).
int limner_inotify_open(void);

/// Watches the folder behind an open directory descriptor. A negative result is a negative errno.
/// Safe from any thread: it never touches the library's own tables.
int limner_inotify_watch(int inotify, int folder);

/// Forgets a watch. The kernel answers with an IN_IGNORED event, which also wakes a blocked reader.
int limner_inotify_unwatch(int inotify, int watch);

/// Waits at most `seconds` (at least 1: the library takes 0 for "for ever") for the next event.
/// 1: an event; 0: none came; negative: a negative errno. One thread only.
int limner_inotify_next(int seconds, struct limner_inotify_event *event);

/// Closes the descriptor and frees the library's tables.
void limner_inotify_close(void);

#endif
