import Crypto
import Foundation
import Parsing
import TestSupport
import Testing
import Wire

@testable import Gallery

/// Whoever is erased is nowhere in the files.
struct GalleryErasureTests {
    let file: GalleryFile
    let gallery: Gallery
    let name = "Ada of Lovelace"
    let ada: PersonName
    let bob: PersonName
    private let week = Duration.seconds(7 * 86_400)

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
        ada = try PersonName(name)
        bob = try PersonName("bob")
    }

    private func bytes(_ seed: Int, mixedWith other: Int = 0, share: Float = 0) -> Data {
        let template = share == 0 ? Made.template(seed) : Made.new(seed, mixedWith: other, share: share).template
        return TemplateBlob.encode(template.features)
    }

    /// A gallery in which somebody left traces wherever it keeps faces.
    private func fill() throws -> [Data] {
        let job = JobIdentifier(time: Date(timeIntervalSince1970: 1_700_000_000), salt: 1, name: "\(name).jpg")
        // Enough pages that SQLite moves what is in them.
        for number in 100..<300 { try gallery.enroll([Made.new(number)], as: PersonName("somebody \(number)")) }
        try gallery.apply([Made.change(name, [Made.new(1), Made.new(2)])], job: job)
        for number in 300..<400 { try gallery.enroll([Made.new(number)], as: PersonName("somebody \(number)")) }
        let seen = [Made.new(1, mixedWith: 50, share: 0.3), Made.new(2, mixedWith: 51, share: 0.3), Made.new(60)]
        try gallery.remember([
            (
                job,
                seen.enumerated().map {
                    SeenFace(
                        number: $0 + 1, picture: "verify/\(name)/a.jpg", face: $1, decision: .unknown, revision: 0)
                }
            )
        ])
        var policy = GalleryPolicy()
        policy.undo = week
        try gallery.enroll([Made.new(3)], as: bob)
        _ = try gallery.deny(1, of: job, as: bob, policy: policy)
        _ = try gallery.confirm(2, of: job, as: ada, policy: policy)
        _ = try gallery.move(Made.new(2).source, of: ada, to: bob, undo: week)
        _ = try gallery.move(Made.new(2).source, of: bob, to: ada, undo: week)
        return [bytes(1), bytes(2), bytes(1, mixedWith: 50, share: 0.3), bytes(2, mixedWith: 51, share: 0.3)]
    }

    private func everything() throws -> Data {
        try FileManager.default.contentsOfDirectory(at: file.folder, includingPropertiesForKeys: nil)
            .reduce(into: Data()) { $0 += try Data(contentsOf: $1) }
    }

    @Test func nothingIsLeftAndTheReceiptSaysWhatWas() throws {
        let traces = try fill()
        let before = try everything()
        for trace in traces { #expect(before.range(of: trace) != nil) }
        let receipt = try gallery.erase(ada)
        let after = try everything()
        for trace in traces { #expect(after.range(of: trace) == nil) }
        #expect(receipt.person == name && receipt.templates == 2 && receipt.denials == 1 && receipt.remembered == 2)
        #expect(receipt.changes > 3)
        let hashes = Set(receipt.sha256)
        for trace in traces { #expect(hashes.contains(SHA256.hash(data: trace).hexadecimal)) }
        #expect(receipt.searched.map(\.path).contains(file.path) && receipt.searched[0].bytes > 100_000)
        // A stranger in a picture of that name is remembered still.
        #expect(receipt.nameRemains == "it is part of names of pictures", "\(receipt)")
        #expect(try gallery.unknowns().map { $0.map(\.number) } == [[3]])
        #expect(try gallery.people().count == 301 && gallery.negatives(of: bob, by: Made.model).isEmpty)
        #expect(throws: GalleryError.nothingToUndo(within: week)) { try gallery.undo(within: week) }
        #expect(throws: GalleryError.self, "nobody of that name") { try gallery.erase(ada) }
    }

    @Test func whoWasRemovedAndCouldHaveComeBackIsErasedToo() throws {
        try gallery.enroll([Made.new(3)], as: bob)
        try gallery.apply([Made.change(name, [Made.new(1)])], job: Made.job(1))
        try gallery.remove(ada, undo: week)
        #expect(try everything().range(of: bytes(1)) != nil)
        let receipt = try gallery.erase(ada)
        #expect(receipt.templates == 1 && receipt.nameRemains == nil)
        let after = try everything()
        #expect(after.range(of: bytes(1)) == nil && after.range(of: Data(name.utf8)) == nil)
    }

    /// A commit that is repeated after a crash does not bring back who was erased meanwhile, and hears what it heard.
    @Test func aRepeatedCommitStaysApplied() throws {
        let changes = try [Made.change(name, [Made.new(1)])]
        let told = try gallery.apply(changes, job: Made.job(1))
        try gallery.enroll([Made.new(3)], as: bob)
        _ = try gallery.erase(ada)
        #expect(try gallery.apply(changes, job: Made.job(1)) == told)
        #expect(try gallery.people().map(\.name) == ["bob"])
    }

    @Test func aNameThatIsPartOfAnothersIsSaidToBe() throws {
        try gallery.enroll([Made.new(1)], as: bob)
        try gallery.enroll([Made.new(2)], as: PersonName("bobby"))
        #expect(try gallery.erase(bob).nameRemains == "it is part of names of others")
        #expect(try gallery.people().map(\.name) == ["bobby"])
    }
}
