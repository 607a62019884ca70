import Foundation

@testable import limner

/// A folder that lives as long as its value.
final class ScratchFolder {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("limner-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A name in the folder as a user who stands in it types it.
    func given(_ name: String) -> GivenPath { GivenPath(typed: name, path: "\(path)/\(name)") }

    @discardableResult func write(_ name: String, _ text: String) throws -> GivenPath {
        let given = given(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: given.path))
        return given
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
