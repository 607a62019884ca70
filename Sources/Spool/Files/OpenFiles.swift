import Glibc

/// How many files this process may have open, connections and pipes among them (`RLIMIT_NOFILE`, getrlimit(2)).
enum OpenFiles {
    /// What the start of a program takes: three pipes, and what is opened to watch it.
    static let ofAProgram = 24
    /// Enough for every connection, upload and worker; more would only cost programs that walk all numbers, which inherit it.
    private static let most: rlim_t = 8192
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// The limit in force.
    static var limit: Int {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 1024
    }

    /// Raises the limit towards what the process may have: shells and service managers start it with far less.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < min(limit.rlim_max, most) else { return }
        limit.rlim_cur = min(limit.rlim_max, most)
        setrlimit(resource, &limit)
    }

    /// Makes sure, by opening them for a moment, that so many files more could be opened now. swift-subprocess ends the process when it
    /// can make some of a program's pipes and not all.
    ///
    /// - Throws: ``SpoolError/filesUsedUp(limit:)``; ``SpoolError/system(call:path:errno:)`` when it is the system that has no more.
    static func require(_ count: Int) throws {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        while opened.count < count {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let number = errno
                throw number == EMFILE
                    ? SpoolError.filesUsedUp(limit: limit)
                    : .system(call: "open", path: "/dev/null", errno: number)
            }
            opened.append(descriptor)
        }
    }
}
