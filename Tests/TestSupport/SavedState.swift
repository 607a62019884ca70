import Foundation
import Wire

/// What one release left on a disk: a folder of `Tests/SavedStates`, made by `save_state.py` and never changed.
package struct SavedState: Sendable, CustomStringConvertible {
    /// A job as that release told it.
    package struct Job: Decodable, Sendable {
        package var id: JobIdentifier
        package var kind: JobKind?
        package var state: JobState
        package var source: String
        package var priority: Int
        package var attempt: Int
        /// Every state that it went through, the first included.
        package var history: [JobState]
    }

    /// The release.
    package let version: String
    private let folder: URL

    package var description: String { version }

    /// One for each release that there was.
    package static func all() throws -> [SavedState] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../SavedStates").standardized
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map { SavedState(version: $0.lastPathComponent, folder: $0) }
            .filter { $0.version.first?.isNumber == true }
            .sorted { $0.version.compare($1.version, options: .numeric) == .orderedAscending }
    }

    /// The root of the daemon, below `root/`: relative paths of its parts, to be copied.
    package var root: URL { folder.appending(path: "root") }

    package var gallery: URL { root.appending(path: "state/gallery.sqlite") }

    /// The gallery as that release exported it.
    package func galleryExport() throws -> Data { try Data(contentsOf: folder.appending(path: "gallery.json")) }

    /// A settings file that gives every setting of that release its built-in value.
    package func settings() throws -> String {
        try String(contentsOf: folder.appending(path: "limner.yaml"), encoding: .utf8)
    }

    package func jobs() throws -> [Job] {
        try WireJSON.decode([Job].self, from: Data(contentsOf: folder.appending(path: "jobs.json")))
    }
}
