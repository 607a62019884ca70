import Foundation
import Parsing
import Wire

/// A path as the user typed it and as the worker is given it: whatever is said to the user names the first.
struct GivenPath: Sendable, Equatable {
    let typed: String
    /// Absolute.
    let path: String

    init(typed: String, path: String) {
        self.typed = typed
        self.path = path
    }

    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` for a name that JSON cannot carry.
    init(_ file: FileArgument) throws(CommandError) {
        guard let path = String(validating: file.absolute, as: UTF8.self) else {
            throw .inputUnreadable(path: file.text, reason: "its name is not UTF-8; rename it")
        }
        self.init(typed: file.text, path: path)
    }

    /// The path of what a command writes.
    ///
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)`` for a name that JSON cannot carry, and for `-`.
    init(output file: FileArgument) throws(CommandError) {
        // Elsewhere standard output, which has the answer here.
        if file.text == "-" {
            throw .outputUnwritable(path: file.text, reason: "it is not a regular file; one of that name is ./-")
        }
        guard let path = String(validating: file.absolute, as: UTF8.self) else {
            throw .outputUnwritable(path: file.text, reason: "its name is not UTF-8; take another")
        }
        self.init(typed: file.text, path: path)
    }

    /// The path of a regular file.
    ///
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)``.
    init(existing file: FileArgument) throws {
        self.init(typed: file.text, path: try file.requireFile())
    }

    /// - Throws: ``CommandError/usage(_:)`` for a name that promises another format than previews have.
    func checkPreview(of flag: String) throws(CommandError) {
        guard let promised = WrittenFormat(fileName: typed), promised != .jpeg else { return }
        throw .usage("\(flag) \(typed): a preview is a JPEG; end its name in .jpg")
    }

    /// Of a file in the folder that this is.
    func appending(_ name: String) -> Self {
        GivenPath(
            typed: (typed as NSString).appendingPathComponent(name),
            path: (path as NSString).appendingPathComponent(name))
    }

    /// - Throws: ``CommandError/usage(_:)`` for a name that promises something else than a table of losses.
    func checkTrace(of flag: String) throws(CommandError) {
        let ending = (typed as NSString).pathExtension
        guard !ending.isEmpty, ending.lowercased() != "csv" else { return }
        throw .usage("\(flag) \(typed): losses are written as comma-separated values; end its name in .csv")
    }

    /// As a worker is given it.
    func input(_ role: InputRole) -> InputPicture { InputPicture(role: role, path: path, name: typed) }

    /// Makes a folder of the studio's, and those above it, where there is none.
    ///
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw CommandError.outputUnwritable(path: path, reason: error.words)
        }
    }
}

extension [GivenPath] {
    /// The message that tells of each file of a job has an end, and it comes when all is done.
    ///
    /// - Parameters:
    ///   - things: what they are.
    ///   - hint: what to do instead.
    /// - Throws: ``CommandError/usage(_:)`` for more than a job has.
    func checkCount(of things: String, _ hint: String) throws(CommandError) {
        guard count <= Manifest.inputLimit else {
            throw .usage("\(count) \(things) are given, and a job has \(Manifest.inputLimit) at most; \(hint)")
        }
    }
}

extension ReportError {
    /// The same error in the user's words. The worker knows absolute paths only.
    func naming(_ paths: [GivenPath]) -> ReportError {
        var error = self
        for given in paths.sorted(by: { $0.path.utf8.count > $1.path.utf8.count }) {
            error.message = error.message.replacing(given.path, with: given.typed)
            error.hint = error.hint.replacing(given.path, with: given.typed)
        }
        return error
    }
}

extension InputFacts {
    /// The same facts under the path that the user typed.
    func named(_ given: GivenPath) -> InputFacts {
        var facts = self
        facts.path = given.typed
        return facts
    }
}
