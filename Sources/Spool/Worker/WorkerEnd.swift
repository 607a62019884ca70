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

    /// Whether memory ran out: the kernel's killer sends SIGKILL, which we did not (a time-out is told apart before);
    /// under an address-space limit the allocator says so in its last words.
    package var isOutOfMemory: Bool {
        if status == .signalled(SIGKILL) { return true }
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
        // What Swift says of an error comes before the places that led to it.
        let reason = lastWords.last { $0.contains("Fatal error") }
        guard let last = reason ?? lastWords.last(where: { !$0.isEmpty }) else { return how }
        return "\(how); its last words: \(last)"
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
