import Foundation
import Glibc
import Parsing
import Synchronization
import Wire

/// How templates are compared by the model in use, read off the heads of the model store's files: for those who run no network.
package final class RecognitionStore: Sendable {
    private let folder: @Sendable () -> String
    private let embedder: @Sendable () -> String
    private let known = Mutex<[String: (stamp: [Int64], file: LearnedFile?)]>([:])

    /// - Parameters:
    ///   - folder: of the model store.
    ///   - embedder: the model in use, as `faces.embedder` says.
    package init(folder: @escaping @Sendable () -> String, embedder: @escaping @Sendable () -> String) {
        self.folder = folder
        self.embedder = embedder
    }

    package convenience init(_ settings: @escaping @Sendable () -> Settings) {
        self.init(folder: { settings().models.path }, embedder: { settings().faces.embedder })
    }

    /// What came with the program, of models that nobody learned.
    package static var builtIn: RecognitionStore {
        RecognitionStore(folder: { "" }, embedder: { ModelIdentifier.sface.text })
    }

    /// What a learned model's file says of itself.
    private struct LearnedFile {
        let sha256: String
        /// Whose templates it compares; nil for its own.
        let base: (name: String, sha256: String)?
        let recognition: Recognition
    }

    /// Whose templates a model compares.
    package struct Network: Sendable, Equatable {
        package let name: String
        /// nil where only the model's name is known here.
        package let sha256: String?
    }

    /// The network whose templates the model in use compares.
    ///
    /// - Throws: `GalleryError.modelUnreadable` when a learned one cannot be read.
    package var network: Network {
        get throws {
            let inUse = embedder()
            guard let file = try learned(inUse) else { return Network(name: inUse, sha256: nil) }
            return file.base.map { Network(name: $0.name, sha256: $0.sha256) }
                ?? Network(name: inUse, sha256: file.sha256)
        }
    }

    /// How templates of a network are compared: by the model in use where that compares them, else by what is known of the network.
    ///
    /// - Throws: `GalleryError.modelUnreadable`.
    package func recognition(of model: TemplateModel) throws -> Recognition {
        let inUse = embedder()
        if let file = try learned(inUse) {
            if let base = file.base, base == (model.name, model.sha256) { return file.recognition }
            if file.base == nil, file.sha256 == model.sha256 { return file.recognition }
        }
        // Templates of a learned network that was in use before: where its file is gone, nothing is known of them.
        if model.name != inUse, let file = try? learned(model.name), file.sha256 == model.sha256 {
            return file.recognition
        }
        return .measured(of: model.name)
    }

    /// nil for a model that nobody learned.
    private func learned(_ name: String) throws -> LearnedFile? {
        guard let id = ModelIdentifier(name), case .learned = id else { return nil }
        let path = "\(folder())/\(id.fileName)"
        do {
            var facts = stat()
            guard stat(path, &facts) == 0 else { throw Unreadable(String(cString: strerror(errno))) }
            let stamp = [
                Int64(bitPattern: UInt64(facts.st_dev)), Int64(bitPattern: UInt64(facts.st_ino)), Int64(facts.st_size),
                Int64(facts.st_mtim.tv_sec), Int64(facts.st_mtim.tv_nsec),
            ]
            return try known.withLock { known in
                if let read = known[path], read.stamp == stamp { return read.file }
                let file = try Self.read(path)
                known[path] = (stamp, file)
                return file
            }
        } catch {
            throw GalleryError.modelUnreadable(model: name, path: path, reason: error.words)
        }
    }

    private struct Unreadable: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// - Throws: `JSONSyntaxError`, `DecodingError`, ``Unreadable``.
    private static func read(_ path: String) throws -> LearnedFile {
        let file = try FileHandle(regularFile: path)
        defer { try? file.close() }
        func bytes(_ count: Int) throws -> Data {
            guard let data = try file.read(upToCount: count), data.count == count else {
                throw Unreadable("it is cut off")
            }
            return data
        }
        let length = try bytes(SafetensorsHeader.lengthBytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= SafetensorsHeader.maximum else { throw Unreadable("it is no safetensors file") }
        let text = try SafetensorsHeader(try bytes(Int(length))).metadata
        guard let sha256 = text[ModelFileKey.sha256], let recognition = text[ModelFileKey.recognition] else {
            throw Unreadable("it is no learned model")
        }
        var base: (String, String)?
        if text[ModelFileKey.graph] == nil {
            guard let name = text[ModelFileKey.base], let hash = text[ModelFileKey.baseSHA256] else {
                throw Unreadable("it does not say whose templates it compares")
            }
            base = (name, hash)
        }
        return LearnedFile(sha256: sha256, base: base, recognition: try Recognition(json: recognition))
    }
}
