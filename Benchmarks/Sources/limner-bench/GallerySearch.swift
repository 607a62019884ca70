import COpenBLAS
import Foundation
import Gallery
import Nets
import Wire

/// One probe against everybody (1:N), and reading everybody's templates from the file.
enum GallerySearch {
    private static let features = 128
    private static let templatesPerPerson = 5
    private static let model = TemplateModel(name: "noise", sha256: String(repeating: "0", count: 64))

    static func measure(runs: Int, only: String, _ add: (Measurement) -> Void) throws {
        openblas_set_num_threads(1)
        let folder = FileManager.default.temporaryDirectory.appending(path: "limner-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for count in [10_000, 100_000, 1_000_000] {
            let names = (
                read: "read \(count) templates", search: "search \(count) templates",
                memory: "memory of \(count) templates"
            )
            guard only.isEmpty || [names.read, names.search, names.memory].contains(where: { $0.contains(only) }) else {
                continue
            }
            let path = folder.appending(path: "\(count).sqlite").path
            var generator = SeededGenerator(seed: 1)
            try Gallery(path: path, access: .writing).add(export(templates: count, &generator))
            let index = try Gallery(path: path, access: .reading).searchIndex(of: model)
            precondition(index.templateCount == count)
            guard let probe = Template(normalising: vector(&generator), model: model) else {
                preconditionFailure("noise of length 0")
            }
            add(
                try Measurement(names.read, runs: runs) {
                    _ = try Gallery(path: path, access: .reading).searchIndex(of: model)
                })
            add(
                Measurement(names.search, gigaflop: 2e-9 * Double(count * features), runs: runs) {
                    _ = index.ranking(of: probe, first: 5)
                })
            // The bound: as many numbers, each read once by one thread of OpenBLAS.
            let numbers = [Float](repeating: 1, count: count * features)
            add(
                Measurement(names.memory, runs: runs) {
                    numbers.withUnsafeBufferPointer { all in
                        let half = all.count / 2
                        let product = cblas_sdot(blasint(half), all.baseAddress!, 1, all.baseAddress! + half, 1)
                        precondition(product > 0, "a sum of ones")
                    }
                })
        }
    }

    private static func vector(_ generator: inout SeededGenerator) -> [Float] {
        (0..<features).map { _ in generator.uniform(-1, 1) }
    }

    /// A gallery of noise as the JSON that `limner gallery import` reads.
    private static func export(templates: Int, _ generator: inout SeededGenerator) throws -> GalleryExport {
        let quality = ["detectorScore": 0.9, "eyeDistance": 50, "sharpness": 20, "frontality": 0.9]
        var people: [[String: Any]] = []
        for person in 0..<(templates / templatesPerPerson) {
            let own = (0..<templatesPerPerson).map { number -> [String: Any] in
                let bytes = vector(&generator).withUnsafeBytes { Data($0) }
                return [
                    "model": ["name": model.name, "sha256": model.sha256],
                    "features": bytes.base64EncodedString(), "quality": quality,
                    "source": String(format: "%064x", person * templatesPerPerson + number),
                    "enrolled": "2026-01-01T00:00:00Z",
                ]
            }
            people.append(["name": "person \(person)", "templates": own])
        }
        return try GalleryExport(
            json: JSONSerialization.data(withJSONObject: ["limner-gallery": GalleryExport.version, "people": people]))
    }
}
