import Glibc
import Wire

/// How a worker process ended, and what it said last.
package struct WorkerEnd: Sendable, Equatable, CustomStringConvertible {
    package enum Status: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    package var status: Status
    /// The last lines of its standard error, oldest first.
    package var lastWords: [String]

    /// Whether it was killed, which we did not (a time-out is told apart before). Of all who may, the kernel that runs out of memory
    /// does it most often; it is the only one who tells, and not us.
    package var isKilled: Bool { status == .signalled(SIGKILL) }

    /// What to do, where more is known than that it ended.
    package var hint: String? {
        isKilled
            ? "If nobody killed it, ask for a smaller size, or fewer workers: `journalctl -k` says whether the kernel did."
            : nil
    }

    /// Whether memory ran out, as far as that can be known: the kernel kills, and under an address-space limit the allocator says so in
    /// its last words.
    package var isOutOfMemory: Bool {
        if isKilled { return true }
        let signs = ["out of memory", "cannot allocate", "can't allocate", "failed to allocate", "bad_alloc"]
        return lastWords.contains { line in
            let line = line.lowercased()
            return signs.contains { line.contains($0) }
        }
    }

    package var description: String {
        let how =
            switch status {
            case .exited(let code): "exit code \(code)"
            case .signalled(let signal): "signal \(signal) (\(String(cString: strsignal(signal))))"
            }
        let who = isKilled ? ", sent by the kernel for want of memory, or by somebody" : ""
        // What Swift says of an error comes before the places that led to it.
        let reason = lastWords.last { $0.contains("Fatal error") }
        guard let last = reason ?? lastWords.last(where: { !$0.isEmpty }) else { return how + who }
        return "\(how)\(who); its last words: \(last)"
    }
}

/// The end of a stream of text in bounded memory: the last lines, each cut to a bounded length.
package struct TextTail: Sendable {
    package static let lineLimit = 200
    package static let byteLimit = 1000

    private var finished: [String] = []
    private var current: [UInt8] = []

    package init() {}

    /// Takes the next bytes; gives the lines that they end.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> [String] {
        var ended: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                ended.append(String(decoding: current, as: UTF8.self))
                current.removeAll(keepingCapacity: true)
            } else if current.count < Self.byteLimit {
                current.append(byte)
            }
        }
        finished += ended
        if finished.count > Self.lineLimit { finished.removeFirst(finished.count - Self.lineLimit) }
        return ended
    }

    package var lines: [String] {
        current.isEmpty ? finished : finished + [String(decoding: current, as: UTF8.self)]
    }
}
