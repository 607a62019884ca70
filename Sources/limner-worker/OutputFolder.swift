import Crypto
import Foundation
import Glibc
import Parsing
import Wire

/// The folder that a job's outputs go to. Whoever gave it commits it whole; a file here need not be safe from a crash.
struct OutputFolder {
    let path: String
    /// Of all its files, whoever writes them: that of the report, which the daemon puts beside them.
    private static let mode = 0o660 & ~CreationMask.own

    /// Writes a new file and says what a report says of it.
    ///
    /// - Throws: ``ReportError`` `disk-full`, `output-failed`.
    func write(_ bytes: [UInt8], to name: String) throws -> OutputFile {
        let target = path + "/" + name
        let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else { throw Self.failure(target, errno) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                let code = errno
                close(descriptor)
                throw Self.failure(target, code)
            }
        }
        guard close(descriptor) == 0 else { throw Self.failure(target, errno) }
        return OutputFile(name: name, bytes: Int64(bytes.count), sha256: SHA256.hash(data: bytes).hexadecimal)
    }

    /// Takes up a file that somebody else wrote into the folder.
    ///
    /// - Throws: ``ReportError`` `output-failed`.
    func facts(of name: String) throws -> OutputFile {
        // Where a mount gives all files one mode, the file is there all the same.
        _ = chmod("\(path)/\(name)", Self.mode)
        do {
            let (bytes, sha256) = try FileDigest.of("\(path)/\(name)")
            return OutputFile(name: name, bytes: bytes, sha256: sha256)
        } catch {
            throw ReportError(
                code: .outputFailed, message: "\(path)/\(name) cannot be read: \(error.words)".ended)
        }
    }

    private static func failure(_ target: String, _ code: Int32) -> ReportError {
        ReportError(
            code: FullDisk.isMeant(by: code) ? .diskFull : .outputFailed,
            message: "\(target) cannot be written: \(String(cString: strerror(code))).")
    }
}
