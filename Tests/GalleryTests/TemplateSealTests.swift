import Foundation
import TestSupport
import Testing
import Wire

@testable import Gallery

/// Templates at rest are for those who have the key.
struct TemplateSealTests {
    let file: GalleryFile
    let ada: PersonName
    let keys: [String]

    init() throws {
        file = try GalleryFile()
        ada = try PersonName("ada")
        let path = file.path
        keys = try [UInt8(7), 8].map { number in
            let key = URL(filePath: path + ".key\(number)")
            try Data(repeating: number, count: 32).write(to: key)
            return key.path(percentEncoded: false)
        }
    }

    private func open(_ key: String?, _ access: Gallery.Access = .writing) -> Gallery {
        Gallery(path: file.path, access: access, keyFile: key)
    }

    private func bytes() throws -> Data { try Data(contentsOf: URL(filePath: file.path)) }

    private func fill(_ gallery: Gallery) throws {
        try gallery.enroll([Made.new(1), Made.new(2)], as: ada)
        var settings = Settings()
        settings.faces.cohort = .collect
        try gallery.remember(
            [
                (
                    Made.job(9),
                    [SeenFace(number: 1, picture: "a.jpg", face: Made.new(3), decision: .unknown, revision: 0)]
                )
            ], policy: GalleryPolicy(settings))
        _ = try gallery.deny(1, of: Made.job(9), as: ada, policy: GalleryPolicy())
        _ = try gallery.move(Made.new(2).source, of: ada, to: PersonName("bob"), undo: .seconds(60))
    }

    private let traces = [1, 2, 3].map { TemplateBlob.encode(Made.template($0).features) }

    @Test func aSealedGalleryAnswersAsAnOpenOneAndHoldsNoTemplateInTheClear() throws {
        let gallery = open(keys[0])
        try fill(gallery)
        for trace in traces { #expect(try bytes().range(of: trace) == nil) }
        let reader = open(keys[0], .reading)
        let index = try reader.searchIndex(of: Made.model)
        let nearest = index.ranking(of: Made.template(1))[0]
        #expect(nearest.person == "ada" && nearest.similarity.cosine > 0.9999)
        #expect(index.denied(of: Made.template(3)) == ["ada"])
        #expect(try reader.templates(of: ada, by: Made.model).count == 1)
        #expect(try reader.unknowns().count == 1)
        try gallery.undo(within: .seconds(60))
        #expect(try gallery.show(ada).templates.count == 2)
        let elsewhere = try GalleryFile()
        try elsewhere.open().add(gallery.export())
        #expect(try elsewhere.open().export() == gallery.export())
        let receipt = try gallery.erase(ada)
        #expect(receipt.templates == 2 && receipt.denials == 1 && receipt.sha256.count == 3)
    }

    @Test func withoutItsKeyItDoesNotOpenAndSaysSo() throws {
        try fill(open(keys[0]))
        for access in [Gallery.Access.reading, .writing] {
            for key in [nil, keys[1]] {
                let error = try #require(throws: GalleryError.self) { try open(key, access).people() }
                guard case .locked(file.path, _) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(ReportError(error).code == .galleryLocked)
            }
        }
        let missing = GalleryError.keyUnusable(path: "/no/key", reason: "No such file or directory")
        #expect(throws: missing) { try open("/no/key").people() }
        let told = ReportError(missing)
        #expect(
            told.code == .galleryLocked && !told.message.contains("..")
                && told.hint.contains("take `faces.keyFile` out"))
        let short = file.path + ".short"
        try Data(count: 31).write(to: URL(filePath: short))
        #expect(throws: GalleryError.self) { try open(short).people() }
        let pipe = file.path + ".pipe"
        mkfifo(pipe, 0o600)
        #expect(throws: GalleryError.keyUnusable(path: pipe, reason: "it is not a regular file")) {
            try open(pipe).people()
        }
    }

    @Test func anOpenGalleryIsSealedWhenItGetsAKey() throws {
        try fill(open(nil))
        for trace in traces { #expect(try bytes().range(of: trace) != nil) }
        let reader = open(keys[0], .reading)
        #expect(try reader.searchIndex(of: Made.model).templateCount == 2, "before its writer came")
        let before = try open(nil).export()
        let sealed = open(keys[0])
        #expect(try sealed.export() == before)
        for trace in traces { #expect(try bytes().range(of: trace) == nil) }
        #expect(try reader.searchIndex(of: Made.model).ranking(of: Made.template(1))[0].person == "ada")
        #expect(try sealed.undo(within: .seconds(60_000_000)).hasSuffix("was moved to bob"))
        #expect(try sealed.templates(of: ada, by: Made.model).count == 2)
    }
}
