import Foundation
import Nets
import Wire

/// What was learned of an embedder, in a file of its own that any store can take up.
package struct LearnedModel {
    /// Letters, digits, `-`, `_` and `.` of it stay.
    package let name: String
    package let base: ModelCard
    /// With other weights than the base; nil where only `recognition` was learned.
    package let network: (graph: Graph, pixels: PixelConvention)?
    /// How templates are compared, as ``LoadedModel/recognition`` gives it back.
    package let recognition: String
    package let lineage: ModelLineage?
    package let version: String
    package let origin: String

    package init(
        name: String, base: ModelCard, network: (graph: Graph, pixels: PixelConvention)?, recognition: String,
        lineage: ModelLineage? = nil, version: String, origin: String
    ) {
        self.name = name
        self.base = base
        self.network = network
        self.recognition = recognition
        self.lineage = lineage
        self.version = version
        self.origin = origin
    }

    /// - Throws: `ModelFileError.system`.
    package func write(to path: String) throws {
        try ConvertedModel.write(
            learned: .learned(called: name), of: base, network.map { ($0.graph, $0.pixels) }, recognition: recognition,
            lineage: lineage, version: version, origin: origin, to: path)
    }
}

extension ModelStore {
    /// Takes up a file that ``LearnedModel`` wrote; nil when it is none.
    ///
    /// - Throws: `ModelFileError.wrongHash` when it is damaged, `.outdated` when another version of the program wrote it.
    func importLearned(_ file: FileBytes) throws -> ModelIdentifier? {
        guard let text = try SafetensorsFile(file).metadata["id"], let id = ModelIdentifier(text), case .learned = id
        else { return nil }
        let target = convertedPath(id)
        let aside = target + ".new"
        try AtomicFile.write(to: aside) { writer in try file.withUnsafeBytes { try writer.put($0) } }
        defer { try? FileManager.default.removeItem(atPath: aside) }
        guard let model = try ConvertedModel(opening: aside) else {
            throw ModelFileError.outdated(model: text, path: file.path)
        }
        try model.verify()
        guard rename(aside, target) == 0 else {
            throw ModelFileError.system(
                operation: "write", path: target, reason: String(cString: strerror(errno)))
        }
        return id
    }
}
