import Foundation
import GRDB
import TestSupport
import Testing
import Wire

@testable import Gallery

struct GalleryTests {
    let file: GalleryFile
    let gallery: Gallery
    let ada: PersonName
    let bob: PersonName

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
        ada = try PersonName("ada")
        bob = try PersonName("bob")
    }

    @Test func theFileIsDurablePrivateAndForgetful() throws {
        func pragma(_ name: String) throws -> String? {
            try gallery.read { database in try String.fetchOne(database, sql: "PRAGMA \(name)") }
        }
        #expect(try pragma("synchronous") == "2", "FULL")
        #expect(try pragma("secure_delete") == "1")
        #expect(try pragma("journal_mode") == "truncate")
        #expect(try pragma("foreign_keys") == "1")
        #expect(try pragma("busy_timeout") == "10000")
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func removedBytesAreGoneFromTheFile() throws {
        try gallery.enroll([Made.new(7)], as: PersonName("somebody to forget"))
        let features = TemplateBlob.encode(Made.template(7).features)
        #expect(try Data(contentsOf: URL(filePath: file.path)).range(of: features) != nil)
        try gallery.remove(PersonName("somebody to forget"), undo: .seconds(60))
        try gallery.undo(within: .seconds(60))
        try gallery.remove(PersonName("somebody to forget"), undo: .seconds(60))
        #expect(try Data(contentsOf: URL(filePath: file.path)).range(of: features) != nil, "it can be undone")
        var policy = GalleryPolicy()
        policy.undo = .seconds(60)
        try file.open(at: 1_700_000_100).expire(policy)
        let bytes = try Data(contentsOf: URL(filePath: file.path))
        #expect(bytes.range(of: features) == nil)
        #expect(bytes.range(of: Data("somebody to forget".utf8)) == nil)
    }

    @Test func enrollingTheSamePhotographTwiceChangesNothing() throws {
        #expect(try gallery.enroll([Made.new(1), Made.new(2)], as: ada) == [.added, .added])
        let before = try gallery.export()
        #expect(try gallery.enroll([Made.new(2), Made.new(1)], as: ada) == [.alreadyEnrolled, .alreadyEnrolled])
        #expect(try gallery.export() == before)
        #expect(try gallery.enroll([Made.new(1)], as: bob) == [.added], "one photograph may enroll another person")
        #expect(try gallery.enroll([Made.new(1, model: Made.otherModel)], as: ada) == [.added], "or another model")
    }

    /// A backup was put back, or the file removed, while the gallery was in use.
    @Test func aFileThatIsReplacedIsOpenedAnew() throws {
        try gallery.enroll([Made.new(1)], as: ada)
        let reader = file.open(.reading)
        let backup = file.path + ".backup"
        try FileManager.default.copyItem(atPath: file.path, toPath: backup)
        try gallery.enroll([Made.new(2)], as: bob)
        #expect(try reader.searchIndex(of: Made.model).people == ["ada", "bob"])
        try #require(rename(backup, file.path) == 0)
        #expect(try gallery.people().map(\.name) == ["ada"])
        #expect(try reader.searchIndex(of: Made.model).people == ["ada"])
        try gallery.enroll([Made.new(3)], as: ada)
        try FileManager.default.removeItem(atPath: file.path)
        #expect(throws: GalleryError.empty(path: file.path)) { try reader.searchIndex(of: Made.model) }
        try gallery.enroll([Made.new(2)], as: bob)
        #expect(try reader.searchIndex(of: Made.model).people == ["bob"])
    }

    @Test func enrollingNothingIsAnError() throws {
        #expect(throws: GalleryError.nothingToEnroll(person: "ada")) { try gallery.enroll([], as: ada) }
        #expect(try gallery.people().isEmpty)
    }

    @Test func listAndShow() throws {
        try gallery.enroll([Made.new(1), Made.new(2, model: Made.otherModel)], as: bob)
        try file.open(at: 1_800_000_000).enroll([Made.new(3)], as: bob)
        try gallery.enroll([Made.new(4)], as: ada)
        let people = try gallery.people()
        #expect(people.map(\.name) == ["ada", "bob"])
        #expect(people[1].templates == 3)
        #expect(people[1].lastEnrolled == Date(timeIntervalSince1970: 1_800_000_000))
        let record = try gallery.show(bob)
        #expect(record.templates.map(\.source) == [1, 2, 3].map { String(format: "%064x", $0) })
        #expect(record.templates[0].quality == Made.new(1).quality)
        #expect(record.templates[1].model == Made.otherModel)
    }

    @Test func renameKeepsTheTemplates() throws {
        try gallery.enroll([Made.new(1)], as: ada)
        try gallery.enroll([Made.new(2)], as: bob)
        #expect(throws: GalleryError.personExists(name: "bob", renaming: "ada")) { try gallery.rename(ada, to: bob) }
        let two = ReportError(GalleryError.personExists(name: "Zoë O'Hara", renaming: "Zoë"))
        #expect(two.hint.contains(#"`limner gallery merge Zoë 'Zoë O'\''Hara'`"#), "\(two.hint)")
        try gallery.rename(ada, to: ada)
        try gallery.rename(ada, to: PersonName("Ada Lovelace"))
        #expect(try gallery.people().map(\.name) == ["Ada Lovelace", "bob"])
        #expect(try gallery.searchIndex(of: Made.model).ranking(of: Made.template(1))[0].person == "Ada Lovelace")
    }

    @Test func unknownPeopleAreNamedWithTheNearest() throws {
        try gallery.enroll([Made.new(1)], as: PersonName("Obama"))
        let expected = GalleryError.personUnknown(name: "obma", nearest: "Obama", enrolled: 1)
        #expect(throws: expected) { try gallery.show(PersonName("obma")) }
        #expect(throws: expected) { try gallery.remove(PersonName("obma")) }
        #expect(throws: expected) { try gallery.rename(PersonName("obma"), to: ada) }
        #expect(throws: expected) { try gallery.templates(of: PersonName("obma"), by: Made.model) }
        #expect(throws: GalleryError.personUnknown(name: "zebra", nearest: nil, enrolled: 1)) {
            try gallery.show(PersonName("zebra"))
        }
    }

    @Test func removingGivesAReceiptAndForgets() throws {
        try gallery.enroll([Made.new(1), Made.new(2)], as: ada)
        try gallery.enroll([Made.new(3)], as: bob)
        #expect(try gallery.remove(ada).templates.count == 2)
        #expect(try gallery.people().map(\.name) == ["bob"])
        #expect(try gallery.searchIndex(of: Made.model).ranking(of: Made.template(1)).map(\.person) == ["bob"])
    }

    @Test func anotherProgramsFileIsRefused() throws {
        let other = file.folder.appending(path: "other.sqlite").path(percentEncoded: false)
        let queue = try DatabaseQueue(path: other)
        try queue.write { try $0.execute(sql: "CREATE TABLE notes (text)") }
        #expect(throws: GalleryError.unusable(path: other, reason: "it is a database of another program")) {
            try Gallery(path: other, access: .writing).people()
        }
        let text = file.folder.appending(path: "text").path(percentEncoded: false)
        try Data(repeating: 65, count: 5000).write(to: URL(filePath: text))
        #expect(throws: GalleryError.unusable(path: text, reason: "file is not a database")) {
            try Gallery(path: text, access: .writing).people()
        }
        let nowhere = file.folder.appending(path: "no/such/gallery").path(percentEncoded: false)
        #expect(throws: GalleryError.unusable(path: nowhere, reason: "No such file or directory")) {
            try Gallery(path: nowhere, access: .writing).people()
        }
    }

    @Test func aNewerGalleryIsRefused() throws {
        try gallery.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        #expect(throws: GalleryError.tooNew(path: file.path, version: 99, newestKnown: GallerySchema.version)) {
            try file.open().people()
        }
    }

    @Test func aDamagedTemplateIsNamed() throws {
        try gallery.enroll([Made.new(1)], as: ada)
        try gallery.write { try $0.execute(sql: "UPDATE template SET features = x'0000C07F'") }  // a NaN
        #expect(throws: GalleryError.unusable(path: file.path, reason: "a template of ada is damaged")) {
            try gallery.searchIndex(of: Made.model)
        }
    }
}
