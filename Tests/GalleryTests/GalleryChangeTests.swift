import Foundation
import GRDB
import TestSupport
import Testing
import Wire

@testable import Gallery

/// What a job proposes is added once, whatever is repeated.
struct GalleryChangeTests {
    let file: GalleryFile
    let gallery: Gallery

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
    }

    @Test func appliedTwiceUnderOneJobItChangesNothingAndIsAnsweredAlike() throws {
        let change = try Made.change("ada", [Made.new(1), Made.new(2)])
        let receipts = try gallery.apply([change], job: Made.job(1))
        #expect(receipts == [.enrolled(EnrollmentReceipt(outcomes: [.added, .added], templates: 2))])
        let before = try gallery.export()
        #expect(try file.open(at: 1_800_000_000).apply([change], job: Made.job(1)) == receipts)
        #expect(try gallery.export() == before)
    }

    @Test func anotherJobHearsWhatWasThereAlready() throws {
        try gallery.apply([Made.change("ada", [Made.new(1)])], job: Made.job(1))
        let change = try Made.change("ada", [Made.new(1), Made.new(2), Made.new(2)])
        let expected = GalleryReceipt.enrolled(
            EnrollmentReceipt(outcomes: [.alreadyEnrolled, .added, .alreadyEnrolled], templates: 2))
        #expect(try gallery.apply([change], job: Made.job(2)) == [expected])
        #expect(try gallery.apply([change], job: Made.job(2)) == [expected], "its own work stays its own")
        let jobs = try gallery.read { try String.fetchAll($0, sql: "SELECT job FROM template ORDER BY id") }
        #expect(jobs == [Made.job(1).text, Made.job(2).text])
    }

    @Test func aPhotographSavedAnewAddsNothingUnlessItIsBetter() throws {
        let ada = try PersonName("ada")
        try gallery.enroll([Made.new(1)], as: ada)
        let again = Made.new(1, mixedWith: 2, share: 0.1, source: 3)
        let change = try Made.change("ada", [again, Made.new(4), Made.new(4, mixedWith: 2, share: 0.1, source: 5)])
        guard case .enrolled(let receipt) = try gallery.apply([change], job: Made.job(1))[0] else {
            Issue.record("an enrolment was answered otherwise")
            return
        }
        #expect(receipt.outcomes == [.nearDuplicate, .added, .nearDuplicate] && receipt.templates == 2)
        #expect(receipt.nearest?[0]?.sourceSHA256 == Made.new(1).source && receipt.nearest?[0]?.cosine ?? 0 > 0.98)
        #expect(receipt.nearest?[2]?.sourceSHA256 == Made.new(4).source && receipt.nearest?.count == 2)
        #expect(try gallery.show(ada).templates.map(\.source) == [Made.new(1).source, Made.new(4).source])
        // The same face of somebody else, by another model, or much better, is no duplicate.
        #expect(try gallery.enroll([again], as: PersonName("bob")) == [.added])
        #expect(
            try gallery.enroll([Made.new(1, model: Made.otherModel, mixedWith: 2, share: 0.1, source: 3)], as: ada) == [
                .added
            ])
        let poor = Made.new(7, quality: 0.5)
        #expect(
            try gallery.enroll([poor, Made.new(7, mixedWith: 2, share: 0.1, source: 8)], as: ada) == [.added, .added])
    }

    @Test func aPreviewAnswersAlikeAndWritesNothing() throws {
        try gallery.apply([Made.change("ada", [Made.new(1)])], job: Made.job(1))
        let before = try gallery.export()
        let changes = try [Made.change("ada", [Made.new(1), Made.new(3)]), Made.change("bob", [Made.new(1)])]
        let preview = try gallery.preview(changes, job: Made.job(2))
        #expect(try gallery.export() == before)
        #expect(try gallery.apply(changes, job: Made.job(2)) == preview)
        try gallery.remove(PersonName("ada"))
        #expect(try gallery.preview(changes, job: Made.job(2)) == preview, "what was told is told again")
    }

    @Test func aRepeatedCommitDoesNotBringBackWhoWasForgotten() throws {
        let changes = try [Made.change("ada", [Made.new(1)])]
        let receipts = try gallery.apply(changes, job: Made.job(1))
        try gallery.remove(PersonName("ada"))
        #expect(try gallery.apply(changes, job: Made.job(1)) == receipts)
        #expect(try gallery.people().isEmpty)
    }

    @Test func allOfAJobsChangesOrNone() throws {
        let changes = try [Made.change("ada", [Made.new(1)]), Made.change("bob", [])]
        #expect(throws: GalleryError.nothingToEnroll(person: "bob")) { try gallery.apply(changes, job: Made.job(1)) }
        #expect(try gallery.people().isEmpty)
        #expect(try gallery.apply([], job: Made.job(1)).isEmpty)
    }

    // MARK: Corrections

    @Test func correctionsAreMadeOnceAndEachByItself() throws {
        let (ada, bob) = (try PersonName("ada"), try PersonName("bob"))
        try gallery.enroll([Made.new(1)], as: ada)
        try gallery.enroll([Made.new(2)], as: bob)
        let seen = [
            Made.new(1, mixedWith: 10, share: 0.45, source: 10), Made.new(2, mixedWith: 11, share: 0.45, source: 11),
        ]
        try gallery.remember([
            (
                Made.job(1),
                seen.enumerated().map {
                    SeenFace(number: $0 + 1, picture: "a.jpg", face: $1, decision: .unknown, revision: 0)
                }
            )
        ])
        func correction(_ verdict: FaceCorrection.Verdict, _ face: Int, _ person: PersonName) -> GalleryChange {
            .correct(FaceCorrection(verdict, face, of: Made.job(1), as: person))
        }
        let changes = [
            correction(.confirm, 1, ada), correction(.deny, 2, bob), correction(.deny, 3, ada),
            correction(.confirm, 2, try PersonName("eve")), correction(.deny, 1, ada), correction(.confirm, 1, ada),
        ]
        let before = try gallery.export()
        let preview = try gallery.preview(changes, job: Made.job(2))
        #expect(try gallery.export() == before, "a preview changes nothing")
        let receipts = try gallery.apply(changes, job: Made.job(2))
        #expect(receipts == preview)
        let outcomes = receipts.map {
            if case .corrected(let outcome) = $0 { outcome } else { nil as CorrectionOutcome? }
        }
        #expect([0, 1, 4, 5].map { outcomes[$0] } == [1, 0, 1, 1].map { .made(templates: $0) })
        let codes = [2, 3].map { if case .refused(let error)? = outcomes[$0] { error.code } else { nil as ErrorCode? } }
        #expect(codes == [.faceUnknown, .personUnknown])
        #expect(try gallery.show(ada).templates.count == 2)
        #expect(try gallery.negatives(of: bob, by: Made.model).count == 1)
        // Under the job's name they are never made again, whatever was said since.
        #expect(try gallery.deny(1, of: Made.job(1), as: ada, policy: GalleryPolicy()) == 1)
        let again = try gallery.apply(changes, job: Made.job(2))
        #expect(again == receipts.map(\.anonymous))
        #expect(try gallery.show(ada).templates.count == 1)
        let kept = try gallery.read { try String.fetchAll($0, sql: "SELECT receipt FROM change") }.joined()
        #expect(!kept.contains("eve") && !kept.contains("ada"), "what is kept names nobody")
        // They are taken back together.
        _ = try gallery.undo(within: .seconds(60))
        #expect(try gallery.undo(within: .seconds(60)) == "corrections by \(Made.job(2))")
        #expect(try gallery.export() == before)
        #expect(try gallery.negatives(of: bob, by: Made.model).isEmpty)
    }

    // MARK: Readers

    @Test func aReaderMakesNoFileAndSeesTheOneThatIsMade() throws {
        let reader = file.open(.reading)
        #expect(throws: GalleryError.empty(path: file.path)) { try reader.people() }
        #expect(!FileManager.default.fileExists(atPath: file.path))
        try gallery.apply([Made.change("ada", [Made.new(1)])], job: Made.job(1))
        #expect(try reader.searchIndex(of: Made.model).people == ["ada"])
        try gallery.apply([Made.change("bob", [Made.new(2)])], job: Made.job(2))
        #expect(try reader.searchIndex(of: Made.model).people == ["ada", "bob"], "another process's commit is seen")
    }

    /// The daemon brings the file up to date; a worker or a question before that takes it as it is.
    @Test(arguments: try SavedState.all())
    func aReaderLeavesAnOlderFileAsItIs(_ saved: SavedState) throws {
        try FileManager.default.copyItem(at: saved.gallery, to: URL(filePath: file.path))
        let before = try Data(contentsOf: URL(filePath: file.path))
        let reader = file.open(.reading)
        let export = try GalleryExport(json: saved.galleryExport())
        #expect(try reader.export() == export)
        for person in export.people { #expect(try reader.show(PersonName(person.name)).name == person.name) }
        #expect(try Data(contentsOf: URL(filePath: file.path)) == before)
    }

    /// What a writer leaves that is killed within a change: file and journal as they stand on the disk then.
    private func breakOff() throws -> GalleryFile {
        let left = try GalleryFile()
        try gallery.enroll([Made.new(1)], as: PersonName("ada"))
        let writer = try DatabaseQueue(path: file.path)
        try writer.inDatabase { database in
            // So little memory that SQLite has to write pages before the commit.
            try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; PRAGMA cache_spill = 1")
            try database.execute(sql: "BEGIN IMMEDIATE")
            for number in 0..<500 {
                try database.execute(
                    sql: "INSERT INTO person (name) VALUES (?)", arguments: ["somebody \(number) \(UUID())"])
            }
            for ending in ["", "-journal"] {
                try FileManager.default.copyItem(atPath: file.path + ending, toPath: left.path + ending)
            }
            try database.execute(sql: "ROLLBACK")
        }
        return left
    }

    @Test func aChangeThatWasBrokenOffIsUndoneByTheWriter() throws {
        let left = try breakOff()
        #expect(throws: GalleryError.brokenOff(path: left.path)) { try left.open(.reading).people() }
        try left.open().recover()
        #expect(try left.open(.reading).people().map(\.name) == ["ada"])
        let nothing = try GalleryFile()
        try nothing.open().recover()
        #expect(!FileManager.default.fileExists(atPath: nothing.path))
    }

    // MARK: On the way

    private func altered(_ change: (inout [String: Any]) -> Void) throws -> Data {
        let json = try WireJSON.encode(Made.change("ada", [Made.new(1)]))
        var object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        var body = try #require((object["enroll"] as? [String: Any])?["_0"] as? [String: Any])
        var templates = try #require(body["templates"] as? [[String: Any]])
        change(&templates[0])
        body["templates"] = templates
        object["enroll"] = ["_0": body]
        return try JSONSerialization.data(withJSONObject: object)
    }

    @Test func aChangeTravelsBitByBit() throws {
        let change = try Made.change("Ada ✨", [Made.new(1), Made.new(2, model: Made.otherModel)])
        #expect(try WireJSON.decode(GalleryChange.self, from: WireJSON.encode(change)) == change)
        let thousand = try WireJSON.encode(Made.change("ada", (1...1000).map { Made.new($0) }))
        #expect(thousand.count < 2 << 20 && thousand.count < FrameCodec.limit, "\(thousand.count)")
    }

    @Test func aHostileChangeIsRefused() throws {
        let nan = withUnsafeBytes(of: Float.nan.bitPattern.littleEndian) { Data($0) }
        let hostile: [(inout [String: Any]) -> Void] = [
            { $0["source"] = "../../x" }, { $0["features"] = "AAAA" }, { $0["features"] = "not base64" },
            { $0["features"] = nan.base64EncodedString() }, { $0["features"] = Data(count: 512).base64EncodedString() },
            { $0["features"] = Data(repeating: 1, count: 1 << 16).base64EncodedString() },
            { $0["model"] = ["name": "x", "sha256": "x"] }, { $0["quality"] = nil },
        ]
        for change in hostile {
            let json = try altered(change)
            #expect(throws: DecodingError.self) { try WireJSON.decode(GalleryChange.self, from: json) }
        }
        _ = try WireJSON.decode(GalleryChange.self, from: altered { _ in })
    }
}
