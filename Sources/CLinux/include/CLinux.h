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

/// syncfs(2): returns when everything that was written to the file system of an open folder is on the disk.
/// 0, or a negative errno.
int limner_sync_file_system(int folder);

/// Has malloc(3) keep little of freed memory from now on: two arenas whatever the number of threads, and large blocks
/// mapped one by one, at a threshold that does not grow. To be called before there are threads.
void limner_bound_memory(void);

/// Gives the system back what malloc(3) keeps of freed memory.
void limner_trim_memory(void);

#endif
