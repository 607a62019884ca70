import Foundation

/// What a full disk, or a quota that is used up, is called by those who meet it.
package enum FullDisk {
    private static let numbers = [ENOSPC, EDQUOT]

    /// By the operating system's number.
    package static func isMeant(by errno: Int32) -> Bool { numbers.contains(errno) }

    /// By what the operating system, or a program that repeats it, says.
    package static func isMeant(by words: String) -> Bool {
        numbers.contains { words.contains(String(cString: strerror($0))) }
    }

    /// By Foundation.
    package static func isMeant(by error: any Error) -> Bool { (error as? CocoaError)?.code == .fileWriteOutOfSpace }
}
