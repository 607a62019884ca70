import ArgumentParser
import Foundation
import Wire

/// A path from the command line with the bytes that the shell gave: a file's name need not be UTF-8.
struct FileArgument: ExpressibleByArgument {
    let bytes: [UInt8]

    /// For people: what is no UTF-8 shows as replacement characters.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The last part of the path, for people.
    var name: String { String(decoding: bytes.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self) }

    static var defaultCompletionKind: CompletionKind { .file() }

    /// `nil` when two different raw arguments read the same as text, so that it cannot be told which is meant.
    init?(argument: String) { self.init(argument, among: Self.rawArguments) }

    /// - Parameter arguments: as the shell gave them.
    init?(_ argument: String, among arguments: [[UInt8]]) {
        let raw = arguments.flatMap(Self.paths).filter { String(decoding: $0, as: UTF8.self) == argument }
        guard Set(raw).count <= 1 else { return nil }
        bytes = raw.first.map { Array($0) } ?? Array(argument.utf8)
    }

    /// What of an argument may be a path: all of it, behind the `=` of an option, and before the `=` of a style's weight.
    private static func paths(_ argument: [UInt8]) -> [ArraySlice<UInt8>] {
        let equals = UInt8(ascii: "=")
        let attached = argument.first == UInt8(ascii: "-") ? argument.firstIndex(of: equals) : nil
        return ([argument[...]] + (attached.map { [argument[($0 + 1)...]] } ?? [])).flatMap { whole in
            [whole] + (whole.lastIndex(of: equals).map { [whole[..<$0]] } ?? [])
        }
    }

    private static let rawArguments: [[UInt8]] = (0..<Int(CommandLine.argc)).compactMap { index in
        CommandLine.unsafeArgv[index].map {
            Array(UnsafeBufferPointer(start: $0, count: strlen($0))).map(UInt8.init(bitPattern:))
        }
    }

    /// The path as one that does not depend on the working directory, `.` and `..` resolved as text.
    var absolute: [UInt8] {
        let slash = UInt8(ascii: "/")
        let folder = Array(FileManager.default.currentDirectoryPath.utf8)
        let whole = bytes.first == slash ? bytes : folder + [slash] + bytes
        var parts: [ArraySlice<UInt8>] = []
        for part in whole.split(separator: slash) {
            switch Array(part) {
            case [UInt8(ascii: ".")]: continue
            case [UInt8(ascii: "."), UInt8(ascii: ".")]: _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return [slash] + Array(parts.joined(separator: [slash]))
    }

    /// Whether something stands at the path.
    var exists: Bool { access((absolute + [0]).map(CChar.init(bitPattern:)), F_OK) == 0 }

    /// What stands here for ffmpeg's `frames/frame-%04d.png`: `frames/*.png`. Nil where the last part holds no such number.
    private var patternOfFrames: String? {
        let path = text as NSString
        guard path.lastPathComponent.firstMatch(of: /%[0-9]*d/) != nil else { return nil }
        let name = path.pathExtension.isEmpty ? "*" : "*.\(path.pathExtension)"
        return (path.deletingLastPathComponent as NSString).appendingPathComponent(name)
    }

    /// The absolute path as text, for the worker.
    ///
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` when there is no regular file, or its name is no UTF-8.
    func requireFile() throws -> String {
        try requireRegular()
        guard let path = String(validating: absolute, as: UTF8.self) else {
            throw CommandError.inputUnreadable(
                path: text, reason: "its name is not UTF-8; rename it, or use limner submit")
        }
        return path
    }

    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` when there is no regular file.
    func requireRegular() throws {
        var facts = stat()
        guard stat((absolute + [0]).map(CChar.init(bitPattern:)), &facts) == 0 else {
            let reason = String(cString: strerror(errno))
            let hint = patternOfFrames.map { "; frames are named by '\($0)', with the quotes" } ?? ""
            throw CommandError.inputUnreadable(path: text, reason: reason + hint)
        }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            let reason =
                facts.st_mode & S_IFMT == S_IFDIR
                ? "it is a folder; name files of it, such as \((text as NSString).appendingPathComponent("*.jpg"))"
                : "not a regular file"
            throw CommandError.inputUnreadable(path: text, reason: reason)
        }
    }

    /// The whole file.
    ///
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)``.
    func read() throws -> Data {
        // O_NONBLOCK, so that a FIFO is refused instead of waited for.
        let descriptor = open((absolute + [0]).map(CChar.init(bitPattern:)), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw CommandError.inputUnreadable(path: text, reason: String(cString: strerror(errno)))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw CommandError.inputUnreadable(path: text, reason: "not a regular file")
        }
        do {
            return try file.readToEnd() ?? Data()
        } catch {
            throw CommandError.inputUnreadable(path: text, reason: error.words)
        }
    }
}
