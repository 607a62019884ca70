import Foundation
import Glibc
import Wire

/// The worker's two pipes: requests come in on one, messages go out on the other, both blocking.
final class FrameChannel {
    private let input: Int32
    private let output: Int32
    private var reader = FrameReader()
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(input: Int32, output: Int32) {
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

    /// The next request; `nil` when the other side has closed the pipe.
    ///
    /// - Throws: ``FrameError``, `POSIXError`.
    func receive() throws -> WorkerRequest? {
        let payload = try reader.next {
            while true {
                let count = read(input, &buffer, buffer.count)
                if count >= 0 { return buffer[..<count] }
                if errno != EINTR { throw POSIXError.current }
            }
        }
        return try payload.map { try FrameCodec.value(WorkerRequest.self, of: $0) }
    }

    /// - Throws: ``FrameError/tooLong(bytes:limit:)``, `POSIXError` when the other side is gone.
    func send(_ message: WorkerMessage) throws {
        var frame = try FrameCodec.frame(message)[...]
        while !frame.isEmpty {
            let count = frame.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count >= 0 {
                frame = frame.dropFirst(count)
            } else if errno != EINTR {
                throw POSIXError.current
            }
        }
    }
}

extension POSIXError {
    /// What the last system call of this thread left in `errno`.
    static var current: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
