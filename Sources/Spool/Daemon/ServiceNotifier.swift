import Foundation
import Glibc

/// Tells the service manager how we are: the datagrams of sd_notify(3), to the socket that `NOTIFY_SOCKET` names.
/// Without that variable nothing is sent.
package struct ServiceNotifier: Sendable {
    /// A path, or `@` and a name in the abstract namespace.
    private let address: String?
    /// Within which the manager wants a sign of life; `nil` when it wants none.
    package let watchdog: Duration?

    package init(environment: [String: String] = ProcessInfo.processInfo.environment, pid: Int32 = getpid()) {
        address = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == pid } ?? true
        watchdog = isForUs ? environment["WATCHDOG_USEC"].flatMap(Int64.init).map { .microseconds($0) } : nil
    }

    package var isActive: Bool { address != nil }

    package func ready(status: String) { send("READY=1\nSTATUS=\(status)\nMAINPID=\(getpid())") }

    package func status(_ status: String) { send("STATUS=\(status)") }

    package func alive() { send("WATCHDOG=1") }

    package func stopping() { send("STOPPING=1\nSTATUS=stopping") }

    /// RELOADING wants the monotonic time in microseconds, so that the manager can tell it from an older READY.
    package func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// A manager that does not listen is no reason to fail: everything here is news, not work.
    private func send(_ message: String) {
        guard let address else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        guard path.count < MemoryLayout.size(ofValue: target.sun_path) else { return }
        // A leading zero byte marks the abstract namespace, where a name is as long as the address says.
        if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + path.count
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
            }
        }
    }
}
