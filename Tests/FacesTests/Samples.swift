import Foundation
import Pictures

@testable import Faces

/// The public sample pictures, which are fetched and not kept in the repository.
enum Samples {
    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is missing: run deploy/fetch-samples" }
    }

    static let folder: URL = {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["LIMNER_SAMPLES"] { return URL(filePath: folder) }
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
            return URL(filePath: cache).appending(path: "limner/samples")
        }
        return FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache/limner/samples")
    }()

    static func path(_ name: String) throws -> String {
        let path = folder.appending(path: name).path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: path) else { throw Missing(path: path) }
        return path
    }

    static func picture(_ name: String) throws -> Picture { try PictureFile(path: path(name)).decode().opaque() }

    static func photograph(_ name: String) throws -> PictureFile { try PictureFile(path: path(name)) }
}
