import Foundation
import Gallery
import ModelFiles
import Nets
import Pictures
import TestSupport
import Testing
import Wire

@testable import Faces

/// A learned model in use: real networks and photographs, heads that are learned here of seeded templates.
struct LearnedModelUseTests {
    let folder: String
    let file: GalleryFile
    let threads = ThreadPool(threads: 2)
    let obama: PersonName
    let store: ModelStore

    init() throws {
        file = try GalleryFile()
        folder = file.folder.path(percentEncoded: false) + "/models"
        obama = try PersonName("Barack Obama")
        // A store of its own, in which the built-in models are those of the machine.
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/originals", withDestinationPath: ModelStore().folder + "/originals")
        store = ModelStore(folder: folder)
    }

    /// Templates of people who differ in some numbers, with noise in the others.
    private static let people: [[[Float]]] = {
        var generator = SeededGenerator(seed: 3)
        return (0..<40).map { _ in
            let own = (0..<128).map { _ in Float(generator.normal()) }
            return (0..<3).map { _ in
                TripletTrainer.normalised(own.map { $0 + 0.6 * Float(generator.normal()) }, 128).vectors
            }
        }
    }()

    private static let tail = ImpostorTail(start: 0.3, share: 0.02, scale: 0.03, shape: -0.1, strangers: 250)

    /// Writes a model as a job does, and takes it up.
    private func learn(_ recognition: Recognition) throws {
        let path = folder + "/gate.learned"
        try LearnedModel(
            name: "gate", base: store.facts(.sface), network: nil, recognition: recognition.json(), version: "head",
            origin: "a test"
        ).write(to: path)
        #expect(try store.importFile(path).facts.id == "learned:gate")
    }

    private func reader(_ model: ModelIdentifier) throws -> FaceReader {
        try FaceReader(
            detector: FaceDetector(model: store.graph(.yunet), threads: threads),
            centerFace: CenterFace(model: store.graph(.centerface), threads: threads),
            embedder: FaceEmbedder(model: store.graph(model), threads: threads))
    }

    private func gallery(_ model: ModelIdentifier) -> Gallery {
        Gallery(
            path: file.path, access: .writing,
            models: RecognitionStore(folder: { [folder] in folder }, embedder: { model.text }))
    }

    @Test func peopleWhoWereEnrolledBeforeAreFoundThroughTheHead() throws {
        let head = LearnedHead(whitening: Self.people, strangers: [], shrinkage: 0.5)
        try learn(Recognition(head: head, tail: Self.tail))
        let (before, after) = (try reader(.sface), try reader(.learned("gate")))
        #expect(after.embedder.model == before.embedder.model, "a head makes no templates")
        let enrolment = try Enroller(reader: before).propose([Samples.photograph("obama.jpg")], as: obama)
        try gallery(.sface).apply([.enroll(enrolment.proposal)], job: Made.job(1))
        let photograph = try Samples.photograph("obama2.jpg")
        let rule = DecisionRule(fpir: 0.01)
        let found = try Identifier(reader: after, gallery: gallery(.learned("gate")))
            .identify(photograph, rule: rule, top: 1, minimumScore: 0.6)
        let old = try Identifier(reader: before, gallery: gallery(.sface))
            .identify(photograph, rule: rule, top: 1, minimumScore: 0.6)
        let reading = try #require(found.readings[0])
        let expected = head.applied(to: reading.template)
            .similarity(to: head.applied(to: enrolment.proposal.templates[0].template))
        #expect(abs(found.faces[0].candidates[0].cosine - Double(expected.cosine)) < 1e-4)
        #expect(found.faces[0].candidates[0].cosine != old.faces[0].candidates[0].cosine)
        #expect(found.faces[0].person == obama.text && found.promise?.strangers == 250)
        #expect(found.faces[0].threshold == Self.tail.threshold(fpir: 0.01, templates: 1).rounded4)
        #expect(old.promise?.strangers == 1566)
        // Whoever is enrolled now is there for both.
        let more = try Enroller(reader: after).propose([Samples.photograph("biden.jpg")], as: PersonName("Joe Biden"))
        try gallery(.learned("gate")).apply([.enroll(more.proposal)], job: Made.job(2))
        #expect(try gallery(.sface).searchIndex(of: before.embedder.model).people == ["Barack Obama", "Joe Biden"])
    }

    @Test func verifyingGoesByTheLogisticHeadWhereThereIsOne() throws {
        let pairs = LogisticPairs(
            LabelledTemplates(
                people: Self.people.enumerated().map { index, templates in
                    .init(name: "\(index)", templates: templates, pictures: templates.indices.map { "\($0)" })
                }), most: 2000
        ).pairs
        let logistic = LogisticHead(.squared, learning: pairs, penalty: 0.1)
        try learn(Recognition(tail: Self.tail, calibration: .measured(of: "sface-2021dec"), logistic: logistic))
        let rule = DecisionRule()
        let (probe, reference) = (try Samples.photograph("obama2.jpg"), try Samples.photograph("obama.jpg"))
        let reader = try reader(.learned("gate"))
        let learned = try Verifier(reader: reader).verify(probe, against: reference, rule: rule, minimumScore: 0.6)
        let templates = try [probe, reference].map {
            try reader.readOne($0, choosing: .prominent, minimumScore: 0.6).template.features
        }
        let ratio = logistic.logRatio(templates[0], templates[1])
        #expect(learned.comparison.calibratedBy == .logisticHead)
        #expect(learned.comparison.probability == FaceComparison.probability(logRatio: ratio).rounded4)
        let plain = try Verifier(reader: self.reader(.sface))
            .verify(probe, against: reference, rule: rule, minimumScore: 0.6)
        #expect(plain.comparison.calibratedBy == .cosine && plain.comparison.cosine == learned.comparison.cosine)
        #expect(plain.comparison.threshold == FaceComparison.sfaceThreshold)
        #expect(
            learned.comparison.threshold
                == Self.tail.cosine(rate: try #require(ImpostorTail.measured(of: "sface-2021dec")).rate(0.363)).rounded4,
            "as few pairs of two people reach it")
    }

    @Test func whatSuitsNoTemplateIsRefused() throws {
        try learn(Recognition(head: LearnedHead(identity: 16)))
        #expect(throws: FaceError.self) { try reader(.learned("gate")) }
        let other = folder + "/other.learned"
        let facts = try store.facts(.sface)
        try LearnedModel(
            name: "other",
            base: ModelCard(
                id: facts.id, name: facts.name, version: facts.version, licence: facts.licence, origin: facts.origin,
                sha256: String(repeating: "d", count: 64), use: facts.use),
            network: nil, recognition: "{}", version: "head", origin: "a test"
        ).write(to: other)
        _ = try store.importFile(other)
        #expect(throws: ModelFileError.otherBase(model: "learned:other", base: "sface-2021dec")) {
            try store.graph(.learned("other"))
        }
    }
}
