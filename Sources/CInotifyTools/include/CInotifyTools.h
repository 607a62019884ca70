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

/// The number by which statfs(2) names the file system behind an open folder: whether events come at all depends on
/// it, and Swift's C library module leaves that call out. A negative result is a negative errno.
int64_t limner_file_system_magic(int folder);

/// Whether anybody has the file behind a descriptor, opened for reading only, open or mapped for writing: 1 or 0.
/// Asked by a read lease (fcntl(2), F_SETLEASE), which is given back at once. A negative result is a negative errno:
/// -EACCES where the file is another user's, -EINVAL on file systems without leases.
/// Whoever opens the file meanwhile causes a SIGIO, which the process must ignore.
int limner_file_has_writer(int file);

/// Which folder one is, and through which mount it was reached.
struct limner_folder_place {
    uint64_t device;
    uint64_t inode;
    uint64_t mount; ///< statx(2)'s mount ID; 0 where the kernel does not tell it (before 5.8).
};

/// Finds the place of a path below an open folder, or of the folder itself for an empty path; symbolic links are
/// followed. 0, or a negative errno.
int limner_find_place(int folder, const char *path, struct limner_folder_place *place);

/// syncfs(2), which Swift's C library module leaves out as well: returns when everything that was written to the file
/// system of an open folder is on the disk. 0, or a negative errno.
int limner_sync_file_system(int folder);

/// Has malloc(3) keep little of freed memory from now on: two arenas whatever the number of threads, and large blocks
/// mapped one by one, at a threshold that does not grow. To be called before there are threads.
void limner_bound_memory(void);

/// Gives the system back what malloc(3) keeps of freed memory.
void limner_trim_memory(void);

#endif
