import Foundation
import TestSupport
import Testing
import Wire

@testable import Gallery

struct GallerySearchTests {
    let file: GalleryFile
    let gallery: Gallery

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
    }

    @Test func aPersonIsAsNearAsTheirNearestTemplate() throws {
        for person in 0..<20 {
            try gallery.enroll((0..<3).map { Made.new(1 + 3 * person + $0) }, as: PersonName("person \(person)"))
        }
        let probe = Made.template(500)
        let found = try gallery.searchIndex(of: Made.model)
        // The naive twin: every similarity by the templates themselves.
        let expected = (0..<20).map { person in
            (
                name: "person \(person)",
                cosine: (0..<3).map { Made.template(1 + 3 * person + $0).similarity(to: probe).cosine }.max()!
            )
        }.sorted { $0.cosine > $1.cosine }
        let ranking = found.ranking(of: probe)
        #expect(ranking.map(\.person) == expected.map(\.name))
        for (candidate, expected) in zip(ranking, expected) {
            #expect(abs(candidate.similarity.cosine - expected.cosine) < 1e-5)
            #expect(candidate.templates == 3)
        }
        #expect(found.ignored.isEmpty)
        #expect(found.templateCount == 60)
        for count in [1, 3, 5, 19, 20, 100] {
            #expect(found.ranking(of: probe, first: count) == Array(ranking.prefix(count)), "the first \(count)")
        }
    }

    @Test(arguments: [1, 15, 16, 17, 128, 512]) func everyLengthOfTemplateIsSearched(count: Int) throws {
        let index = GalleryIndex(
            model: Made.model, recognition: Recognition(),
            templates: (1...5).map { ("p\($0)", Made.template($0, count: count).features) }, ignored: [:])
        for seed in 1...5 {
            let nearest = index.ranking(of: Made.template(seed, count: count))[0]
            #expect(abs(nearest.similarity.cosine - 1) < 1e-5, "\(count) numbers, template \(seed)")
        }
    }

    @Test func templatesOfDifferentModelsNeverMix() throws {
        let ada = try PersonName("ada")
        #expect(throws: GalleryError.empty(path: file.path)) { try gallery.searchIndex(of: Made.model) }
        try gallery.enroll([Made.new(1, model: Made.otherModel), Made.new(2, model: Made.otherModel)], as: ada)
        #expect(
            throws: GalleryError.templatesOfOtherModels(
                scope: "anybody", current: "model-a", others: ["model-b": 2])
        ) { try gallery.searchIndex(of: Made.model) }
        #expect(throws: GalleryError.templatesOfOtherModels(scope: "ada", current: "model-a", others: ["model-b": 2])) {
            try gallery.templates(of: ada, by: Made.model)
        }
        try gallery.enroll([Made.new(3)], as: PersonName("bob"))
        let found = try gallery.searchIndex(of: Made.model)
        #expect(found.people == ["bob"])
        #expect(found.ignored == ["model-b": 2])
        let other = try gallery.searchIndex(of: Made.otherModel)
        #expect(other.people == ["ada"])
        #expect(other.ignored == ["model-a": 1])
    }

    @Test func searchSeesWhatOthersCommit() throws {
        let other = file.open()
        try gallery.enroll([Made.new(1)], as: PersonName("ada"))
        #expect(try other.searchIndex(of: Made.model).ranking(of: Made.template(9)).map(\.person) == ["ada"])
        try gallery.enroll([Made.new(9)], as: PersonName("bob"))
        #expect(try other.searchIndex(of: Made.model).ranking(of: Made.template(9)).map(\.person) == ["bob", "ada"])
        try other.remove(PersonName("bob"))
        #expect(try other.searchIndex(of: Made.model).ranking(of: Made.template(9)).map(\.person) == ["ada"])
        #expect(try gallery.searchIndex(of: Made.model).ranking(of: Made.template(9)).map(\.person) == ["ada"])
    }

    @Test func theIndexIsReadOnceUntilSomethingChanges() throws {
        try gallery.enroll([Made.new(1)], as: PersonName("ada"))
        _ = try gallery.searchIndex(of: Made.model)
        let first = try #require(gallery.cachedIndex.withLock { $0 })
        _ = try gallery.searchIndex(of: Made.model)
        #expect(gallery.cachedIndex.withLock { $0?.state } == first.state)
        try gallery.enroll([Made.new(1)], as: PersonName("ada"))
        _ = try gallery.searchIndex(of: Made.model)
        try gallery.enroll([Made.new(2)], as: PersonName("ada"))
        _ = try gallery.searchIndex(of: Made.model)
        #expect(gallery.cachedIndex.withLock { $0?.state } != first.state)
    }

    @Test func manyWritersAtOnceLoseNothing() async throws {
        let writers = 4
        let each = 25
        let path = file.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    let own = Gallery(path: path, access: .writing)
                    for item in 0..<each {
                        try own.enroll([Made.new(1 + writer * each + item)], as: PersonName("writer \(writer)"))
                        _ = try own.searchIndex(of: Made.model)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try gallery.people().map(\.templates) == [Int](repeating: each, count: writers))
        #expect(
            try gallery.searchIndex(of: Made.model).ranking(of: Made.template(1)).map(\.templates)
                == [Int](repeating: each, count: writers))
    }
}
