import Foundation
import Glibc
import Testing

@testable import Spool

@Suite struct ServiceNotifierTests {
    /// Binds a datagram socket, lets the notifier speak, and reads what came.
    private func heard(_ name: String, _ speak: (ServiceNotifier) -> Void) throws -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        speak(ServiceNotifier(environment: ["NOTIFY_SOCKET": name]))
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        try #require(count > 0)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    @Test func speaksToAPath() throws {
        let root = TestRoot()
        let text = try heard(root.path + "/notify") { $0.ready(status: "fine") }
        #expect(text.split(separator: "\n").prefix(2) == ["READY=1", "STATUS=fine"])
    }

    @Test func speaksToAnAbstractName() throws {
        let text = try heard("@limner-test-\(getpid())-\(UInt32.random(in: .min ... .max))") { $0.alive() }
        #expect(text == "WATCHDOG=1")
    }

    @Test func theWatchdogIsForOneProcess() {
        let ours = ["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "42"]
        #expect(ServiceNotifier(environment: ours, pid: 42).watchdog == .seconds(60))
        #expect(ServiceNotifier(environment: ours, pid: 43).watchdog == nil)
        #expect(ServiceNotifier(environment: [:]).watchdog == nil)
        #expect(!ServiceNotifier(environment: [:]).isActive)
    }

    @Test func nobodyListeningIsNoError() {
        ServiceNotifier(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).stopping()
    }
}
