import Foundation
import Glibc

@testable import Spool

/// A connection to a daemon's socket that sends whatever it likes.
final class RawConnection: Sendable {
    private let descriptor: Int32

    /// - Parameter text: is sent at once; short enough for the kernel to take it.
    init(_ path: String, _ text: String = "") throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw SpoolError.system(call: "connect", path: path, errno: errno) }
        _ = send(Array(text.utf8)[...])
    }

    deinit { close(descriptor) }

    /// Waits without a thread, which the daemon in this process may need.
    func send(_ text: String) async throws {
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            let count = send(left)
            if count < 0, errno != EAGAIN { return }
            left = left.dropFirst(max(0, count))
            if count < 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    private func send(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
    }

    /// Sends no more, but listens.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// All that comes until the other side ends.
    func answer() async throws -> String {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                answer += buffer[..<count]
            } else if count == 0 || errno != EAGAIN {
                return String(decoding: answer, as: UTF8.self)
            } else {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}
