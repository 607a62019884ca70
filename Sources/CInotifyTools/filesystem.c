#include "CInotifyTools.h"

#include <errno.h>
#include <sys/vfs.h>

int64_t limner_file_system_magic(int folder)
{
    struct statfs facts;
    int result;
    do
        result = fstatfs(folder, &facts);
    while (result != 0 && errno == EINTR);
    return result == 0 ? (int64_t)(uint32_t)facts.f_type : -(int64_t)errno;
}
