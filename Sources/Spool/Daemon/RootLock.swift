import Foundation
import Glibc

/// Holds a root for one daemon: an advisory lock on `state/lock`, which the kernel gives up with the process.
package final class RootLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``SpoolError/rootInUse(root:pid:)``.
    package init(state: Folder, root: String) throws {
        let name = FileName("lock")
        let opened = name.withPath { openat(state.descriptor, $0, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640) }
        guard opened >= 0 else { throw state.failure("open", name) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let pid = (try? state.read(name, limit: 32)).flatMap { $0 }.flatMap { bytes in
                Int32(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
            }
            close(opened)
            throw SpoolError.rootInUse(root: root, pid: pid)
        }
        // Not before there is nothing left to throw: `deinit` closes it.
        descriptor = opened
        // Only for the message that a second daemon prints.
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit { close(descriptor) }
}
