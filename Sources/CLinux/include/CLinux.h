/// Calls of Linux and its C library that Swift's module of them leaves out, or gives no way to make.

#ifndef LIMNER_CLINUX_H
#define LIMNER_CLINUX_H

#include <stdint.h>

/// The number by which statfs(2) names the file system behind an open folder: whether events come at all depends on
/// it. A negative result is a negative errno.
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

/// syncfs(2): returns when everything that was written to the file system of an open folder is on the disk.
/// 0, or a negative errno.
int limner_sync_file_system(int folder);

/// Has malloc(3) keep little of freed memory from now on: two arenas whatever the number of threads, and large blocks
/// mapped one by one, at a threshold that does not grow. To be called before there are threads.
void limner_bound_memory(void);

/// Gives the system back what malloc(3) keeps of freed memory.
void limner_trim_memory(void);

#endif
