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

/// sync_file_range(2): returns when so many bytes of a file, from a place on, are written to the disk; what else makes them
/// durable is left to fsync(2), which has little to wait for then. 0, or a negative errno.
int limner_write_back(int file, int64_t offset, int64_t count);

/// accept4(2): the next connection of a listening socket, which does not block and no other program inherits. A descriptor, or a
/// negative errno.
int limner_accept(int listener);

/// Has malloc(3) keep little of freed memory from now on: two arenas whatever the number of threads, and large blocks
/// mapped one by one, at a threshold that does not grow. To be called before there are threads.
void limner_bound_memory(void);

/// Has all threads allocate from one place: each would reserve 64 MiB of address space otherwise, and a limit on that counts
/// them. Before threads are started.
void limner_share_arenas(void);

/// Gives the system back what malloc(3) keeps of freed memory.
void limner_trim_memory(void);

// What a process gives up for good. Each returns 0 or what is said, and a negative errno when it is refused.

/// Has the kernel kill this process when the thread that started it ends (PR_SET_PDEATHSIG, prctl(2)).
int limner_die_with_parent(void);

/// No program that this process runs can give it a privilege (PR_SET_NO_NEW_PRIVS). The two below need it.
int limner_forbid_privileges(void);

/// No socket of any kind, no io_uring, no program but those of limner_program_add, no look into another process: such calls
/// fail with EACCES (seccomp(2)). For every thread of the process, and for the programs that it runs, which can run none.
int limner_forbid_calls(void);

enum { LIMNER_MOST_PROGRAMS = 2 };

/// Names a program that the process may go on running; to be called before limner_forbid_calls. Its number, or a negative
/// errno.
int limner_program_add(const char *path);

/// Makes the paths of the programs unchangeable and gives their addresses: how many there are, or a negative errno.
int limner_program_seal(const char *addresses[LIMNER_MOST_PROGRAMS]);

/// Starts a program that was added, with nothing but three descriptors as its input, output and errors; it dies with the
/// thread that started it.
///
/// @param arguments ends with NULL; the first is the program's name.
/// @param memory bytes of address space, and `file` of any file that it writes.
/// @return its process, or a negative errno. A program that cannot be begun ends with 127.
int limner_program_run(
    int program, char *const arguments[], const int descriptors[3], uint64_t memory, uint64_t file);

/// A file of so many bytes, all 0, that lies in memory only and can neither grow nor shrink (memfd_create(2)): a descriptor, or a
/// negative errno.
int limner_memory_file(const char *name, int64_t size);

/// The version of the kernel's Landlock.
int limner_landlock_version(void);

/// Rights of landlock(7) that a version knows: those to read, and to change, what lies below a folder.
uint64_t limner_landlock_reading(void);
uint64_t limner_landlock_writing(int version);

/// Those to read and to run what lies below a folder.
uint64_t limner_landlock_running(void);

/// The rights that concern a file itself; a rule for a file may name no other.
uint64_t limner_landlock_of_files(int version);

/// A new ruleset that forbids whatever the version knows: a descriptor.
int limner_landlock_forbid(int version);

/// Allows rights below a folder, or to a file.
int limner_landlock_allow(int ruleset, const char *path, uint64_t rights);

/// Puts a ruleset in force for this thread and those that it starts, and closes it.
int limner_landlock_enforce(int ruleset);

#endif
