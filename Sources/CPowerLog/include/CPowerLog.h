// A library to be loaded by LD_PRELOAD. It logs every change that a program makes to files under one folder, in the
// order in which the changes took effect, so that a power cut at any moment can be played afterwards.
//
// Not seen are writes from inside libc (of a FILE) and through shared memory. A log is whole when all that is in it makes
// the folder that there is.
//
// LIMNER_POWER_ROOT   the folder, without symbolic links or a slash at the end; unset, nothing is logged.
// LIMNER_POWER_LOG    the log, outside the folder; several programs may write to it at once.

#ifndef CPOWERLOG_H
#define CPOWERLOG_H

#include <stdint.h>

enum power_operation {
    /// A file or folder `inode` was made as `names[0]` in `folders[0]`.
    power_created = 1,
    /// The bytes that follow were written to `inode` at `offset`.
    power_wrote = 2,
    /// `inode` was given the length `offset`.
    power_resized = 3,
    /// `inode`, a file or a folder, was made durable.
    power_synced = 4,
    /// Everything was made durable.
    power_synced_all = 5,
    /// `inode` went from `names[0]` in `folders[0]` to `names[1]` in `folders[1]`.
    power_renamed = 6,
    /// `inode` got the further name `names[0]` in `folders[0]`.
    power_linked = 7,
    /// `names[0]` left `folders[0]`.
    power_removed = 8,
    /// Not a change: the bytes that follow are what an observer knew at this moment.
    power_marked = 9,
};

/// What one record of the log starts with, in the machine's own byte order. The two names follow, then `bytes` bytes.
struct power_record {
    uint32_t operation;
    /// Lengths of the names.
    uint32_t names[2];
    uint32_t is_folder;
    uint64_t inode;
    /// Inodes of folders.
    uint64_t folders[2];
    int64_t offset;
    uint64_t bytes;
};

#endif
