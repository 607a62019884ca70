import Foundation
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Gallery

/// How the gallery compares templates by what was learned of them.
struct RecognitionStoreTests {
    let file: GalleryFile
    let learned = ModelIdentifier.learned("gate").text

    init() throws { file = try GalleryFile() }

    private var folder: String { file.folder.path(percentEncoded: false) }

    private func store(_ embedder: String) -> RecognitionStore {
        RecognitionStore(folder: { [folder] in folder }, embedder: { embedder })
    }

    /// The file of a model without tensors, as a store keeps it.
    private func write(_ recognition: String?, sha256: String = Examples.hash, base: TemplateModel?) throws {
        var text = [ModelFileKey.sha256: sha256]
        text[ModelFileKey.recognition] = recognition
        text[ModelFileKey.base] = base?.name
        text[ModelFileKey.baseSHA256] = base?.sha256
        if base == nil { text[ModelFileKey.graph] = "{}" }
        let header = try WireJSON.encode(["__metadata__": text])
        var bytes = Data()
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
        try (bytes + header).write(
            to: file.folder.appending(path: ModelIdentifier.learned("gate").fileName), options: .atomic)
    }

    private enum Examples {
        static let hash = String(repeating: "c", count: 64)
        static let tail = ImpostorTail(start: 0.4, share: 0.02, scale: 0.05, shape: -0.2, strangers: 400)
    }

    /// Turns the first two numbers about and forgets the third.
    private static let head: LearnedHead = {
        var head = LearnedHead(identity: 128).matrix
        (head[0], head[1], head[128], head[129]) = (0, 1, 1, 0)
        head[2 * 128 + 2] = 0
        return LearnedHead(matrix: head, offset: [Float](repeating: 0.01, count: 128))!
    }()

    @Test func whatWasLearnedIsReadOffTheFileAndFollowsIt() throws {
        let store = store(learned)
        let first = Recognition(head: Self.head, tail: Examples.tail)
        try write(first.json(), base: Made.model)
        #expect(try store.network.name == Made.model.name)
        #expect(try store.recognition(of: Made.model) == first)
        #expect(try store.recognition(of: Made.otherModel) == Recognition(), "of another network nothing is known")
        let twin = TemplateModel(name: Made.model.name, sha256: Made.otherModel.sha256)
        #expect(try store.recognition(of: twin) == Recognition(), "nor of one that only has the name")
        let second = Recognition(tail: Examples.tail)
        try write(second.json(), base: nil)
        let own = TemplateModel(name: learned, sha256: Examples.hash)
        #expect(try store.network.name == learned && store.recognition(of: own) == second)
        #expect(
            try self.store(ModelIdentifier.sface.text).recognition(of: own) == second, "also when it was in use before")
    }

    @Test func whoWasNotLearnedNeedsNoFile() throws {
        let sface = TemplateModel(name: ModelIdentifier.sface.text, sha256: Examples.hash)
        let store = store(sface.name)
        #expect(try store.network.name == sface.name)
        #expect(try store.recognition(of: sface) == .measured(of: sface.name))
        #expect(try store.recognition(of: sface).tail?.strangers == 1566)
    }

    @Test(arguments: [
        "", "{}", "{\"tail\": {\"start\": 0.3, \"share\": 0, \"scale\": 1, \"shape\": -0.1, \"strangers\": 9}}",
        "{\"head\": {\"matrix\": [1, 2, 3], \"offset\": [1, 2]}}", "{\"head\": {\"matrix\": [1e30], \"offset\": [0]}}",
        "{\"logistic\": {\"difference\": \"squared\", \"weights\": [-1], \"bias\": 0}}", "[", "no JSON",
    ])
    func aFileThatSaysNonsenseIsNamed(recognition: String) throws {
        try write(recognition == "" ? nil : recognition, base: Made.model)
        let path = "\(folder)/\(ModelIdentifier.learned("gate").fileName)"
        if recognition == "{}" {
            #expect(try store(learned).recognition(of: Made.model) == Recognition(), "nothing is no nonsense")
            return
        }
        let error = try #require(throws: GalleryError.self) { try store(learned).recognition(of: Made.model) }
        guard case .modelUnreadable(learned, path, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(ReportError(error).code == .modelMissing && ReportError(error).message.contains(learned))
    }

    @Test func aFileThatIsGoneOrCutOffIsNamed() throws {
        #expect(throws: GalleryError.self) { try store(learned).network }
        try Data([9, 0, 0, 0, 0, 0, 0, 0, 1]).write(
            to: file.folder.appending(path: ModelIdentifier.learned("gate").fileName))
        #expect(throws: GalleryError.self) { try store(learned).network }
        #expect(try store(ModelIdentifier.sface.text).recognition(of: Made.model) == Recognition())
    }

    @Test func aSearchGoesThroughTheHeadAndBackAtOnce() throws {
        try write(Recognition(head: Self.head, tail: Examples.tail).json(), base: Made.model)
        let inUse = Embedder()
        let models = RecognitionStore(folder: { [folder] in folder }, embedder: { inUse.name })
        let gallery = Gallery(path: file.path, access: .writing, models: models)
        for seed in 1...5 { try gallery.enroll([Made.new(seed)], as: PersonName("p\(seed)")) }
        let probe = Made.template(7)
        let before = try gallery.searchIndex(of: Made.model).ranking(of: probe)
        inUse.name = learned
        let index = try gallery.searchIndex(of: Made.model)
        let ranking = index.ranking(of: probe)
        for candidate in ranking {
            let seed = try #require(Int(candidate.person.dropFirst()))
            let expected = Self.head.applied(to: Made.template(seed)).similarity(to: Self.head.applied(to: probe))
            #expect(abs(candidate.similarity.cosine - expected.cosine) < 1e-5)
        }
        #expect(ranking != before && index.templateCount == 5)
        // The promise is solved from the learned tail, without a threshold that anybody told.
        let search = try GallerySearch(index, rule: DecisionRule(fpir: 0.01))
        #expect(search.promise?.strangers == 400)
        #expect(search.lines.match == Examples.tail.threshold(fpir: 0.01, templates: 5))
        let thresholds = try #require(
            try gallery.answer(GalleryQuestion(.thresholds), policy: GalleryPolicy()).thresholds)
        #expect(thresholds.promise?.sentence.contains("400 seen, N = 5") == true)
        let line = DecisionRule().lines(comparing: 1, tail: Examples.tail).match
        #expect(line > 0.4 && thresholds.verify.match == line.rounded4)
        #expect(throws: GalleryError.unmeasurable(fpir: 0.001, strangers: 400)) {
            try GallerySearch(index, rule: DecisionRule(fpir: 0.001))
        }
        inUse.name = Made.model.name
        #expect(try gallery.searchIndex(of: Made.model).ranking(of: probe) == before, "nothing had moved")
    }

    @Test func whoHasNoTemplateOfTheModelInUseIsTold() throws {
        try write(Recognition(head: Self.head).json(), base: Made.model)
        let gallery = Gallery(path: file.path, access: .writing, models: store(learned))
        try gallery.enroll([Made.new(1), Made.new(2)], as: PersonName("ada"))
        try gallery.enroll([Made.new(3), Made.new(4, model: Made.otherModel)], as: PersonName("bob"))
        try gallery.enroll([Made.new(5, model: Made.otherModel)], as: PersonName("eve"))
        #expect(try gallery.people().map(\.comparable) == [2, 1, 0])
        let networks = try gallery.answer(GalleryQuestion(.networks), policy: GalleryPolicy()).networks
        #expect(networks?.map(\.templates) == [3, 2] && networks?.map(\.people) == [2, 2])
        #expect(networks?.map(\.sha256) == [Made.model.sha256, Made.otherModel.sha256])
        let before = try gallery.searchIndex(of: Made.model).revision
        try gallery.reconsider()
        #expect(try gallery.searchIndex(of: Made.model).revision == before + 1)
        let lost = Gallery(path: file.path, access: .reading, models: store("learned:gone"))
        #expect(
            try lost.people().map(\.comparable) == [nil, nil, nil], "a model that is gone keeps nobody off the list")
        let none = Gallery(path: file.path + ".none", access: .writing)
        try none.reconsider()
        #expect(!FileManager.default.fileExists(atPath: file.path + ".none"), "none is made by the way")
    }

    @Test func aHeadForOtherTemplatesIsRefused() throws {
        try write(Recognition(head: LearnedHead(identity: 16)).json(), base: Made.model)
        let gallery = Gallery(path: file.path, access: .writing, models: store(learned))
        try gallery.enroll([Made.new(1)], as: PersonName("ada"))
        #expect(throws: GalleryError.self) { try gallery.searchIndex(of: Made.model) }
    }

    /// A setting that is changed while it is looked at.
    private final class Embedder: Sendable {
        private let value = Mutex(Made.model.name)
        var name: String {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
    }
}
