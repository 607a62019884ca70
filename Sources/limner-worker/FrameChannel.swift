import Foundation
import Glibc
import Synchronization
import Wire

/// The worker's two pipes: requests come in on one, read by one thread; messages go out on the other, from any.
///
/// A worker whose other side is gone has nobody to work for: it ends, whatever it is doing.
final class FrameChannel: Sendable {
    private let input: Int32
    private let output: Int32
    /// Held while a frame is written, so that frames of several threads do not mix.
    private let writing = Mutex(())

    private init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    /// Takes standard input and output for frames. Whatever else prints lands on standard error, so that no library can
    /// garble the frames.
    static func standard() throws -> FrameChannel {
        let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard output >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { throw POSIXError.current }
        return FrameChannel(input: STDIN_FILENO, output: output)
    }

    /// Gives every request to `body` as it comes. Ends the process when the other side closes the pipe, or speaks nonsense.
    func read(_ body: (WorkerRequest) -> Void) -> Never {
        var reader = FrameReader()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        do {
            while let payload = try reader.next(reading: {
                while true {
                    let count = Glibc.read(input, &buffer, buffer.count)
                    if count >= 0 { return buffer[..<count] }
                    if errno != EINTR { throw POSIXError.current }
                }
            }) {
                body(try FrameCodec.value(WorkerRequest.self, of: payload))
            }
        } catch {
            Self.end(saying: "\(error)")
        }
        _exit(EXIT_SUCCESS)
    }

    /// Sends a message; one that no frame can hold is replaced by a failure that says so.
    func send(_ message: WorkerMessage) {
        do {
            try write(try FrameCodec.frame(message))
        } catch let error as FrameError {
            guard let token = message.token else { Self.end(saying: "\(error)") }
            send(.failed(WorkerFailure(token: token, error: ReportError(code: .internal, message: "\(error)"))))
        } catch {
            Self.end(saying: "nobody reads what it says: \(error)")
        }
    }

    private func write(_ frame: Data) throws {
        try writing.withLock { _ in
            var rest = frame[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    throw POSIXError.current
                }
            }
        }
    }

    /// Without the exit handlers, which would wait for threads that compute.
    private static func end(saying reason: String) -> Never {
        FileHandle.standardError.write(Data("limner-worker: \(reason)\n".utf8))
        _exit(EXIT_FAILURE)
    }
}

extension POSIXError {
    /// What the last system call of this thread left in `errno`.
    static var current: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
