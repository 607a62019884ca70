import Crypto
import Foundation
import Glibc
import Wire

/// The folder that a job's outputs go to. Whoever gave it commits it whole; a file here need not be safe from a crash.
struct OutputFolder {
    let path: String

    /// Writes a new file and says what a report says of it.
    ///
    /// - Throws: ``ReportError`` `disk-full`, `output-failed`.
    func write(_ bytes: [UInt8], to name: String) throws -> OutputFile {
        let target = path + "/" + name
        let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640)
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

    private static func failure(_ target: String, _ code: Int32) -> ReportError {
        let full = code == ENOSPC || code == EDQUOT
        return ReportError(
            code: full ? .diskFull : .outputFailed,
            message: "\(target) cannot be written: \(String(cString: strerror(code))).")
    }
}

/// Names for outputs after their inputs, each given once within a job.
struct OutputNames {
    /// A name of 255 bytes is the most that file systems take; endings and numbers need room.
    private static let longestStem = 200
    private var given = Set<String>()

    /// `holiday.jpg` becomes `holiday.annotated.jpg`; the second of that name `holiday.annotated-2.jpg`.
    mutating func next(for input: String, suffix: String, fileExtension: String) -> String {
        let stem = Self.stem(of: input)
        var name = "\(stem).\(suffix).\(fileExtension)"
        var number = 2
        while !given.insert(name).inserted {
            name = "\(stem).\(suffix)-\(number).\(fileExtension)"
            number += 1
        }
        return name
    }

    private static func stem(of input: String) -> String {
        let last = input.split(separator: "/").last.map(String.init) ?? ""
        let bare = last.lastIndex(of: ".").flatMap { $0 > last.startIndex ? String(last[..<$0]) : nil } ?? last
        var stem = String(bare.unicodeScalars.map { $0.properties.generalCategory == .control ? "_" : Character($0) })
        while stem.utf8.count > longestStem { stem.removeLast() }
        return stem.isEmpty || stem.hasPrefix(".") ? "picture" + stem : stem
    }
}
