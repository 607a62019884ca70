import Foundation
import TestSupport
import Testing
import Wire

@testable import Gallery

struct GalleryExportTests {
    let file: GalleryFile
    let gallery: Gallery

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
        try gallery.enroll([Made.new(1), Made.new(2, model: Made.otherModel)], as: PersonName("Ada ✨"))
        try gallery.enroll([Made.new(3)], as: PersonName("bob"))
    }

    @Test func thereAndBackAgain() throws {
        let export = try gallery.export()
        let json = try export.json()
        let otherFile = try GalleryFile()
        let other = otherFile.open(at: 5)
        let first = try other.add(GalleryExport(json: json))
        #expect(first == GalleryImport(newPeople: 2, addedTemplates: 3, knownTemplates: 0))
        #expect(try other.export().json() == json, "times, features and qualities survive bit by bit")
        let second = try other.add(GalleryExport(json: json))
        #expect(second == GalleryImport(newPeople: 0, addedTemplates: 0, knownTemplates: 3))
        #expect(try other.searchIndex(of: Made.model).ranking(of: Made.template(3))[0].person == "bob")
    }

    @Test func importAddsToWhatIsThere() throws {
        let otherFile = try GalleryFile()
        let other = otherFile.open()
        try other.enroll([Made.new(3), Made.new(8)], as: PersonName("bob"))
        let result = try other.add(gallery.export())
        #expect(result == GalleryImport(newPeople: 1, addedTemplates: 2, knownTemplates: 1))
        #expect(try other.people().map(\.templates) == [2, 2])
    }

    private func altered(_ change: (inout [String: Any]) -> Void) throws -> Data {
        var object = try #require(
            JSONSerialization.jsonObject(with: gallery.export().json()) as? [String: Any])
        change(&object)
        return try JSONSerialization.data(withJSONObject: object)
    }

    private func withTemplate(_ change: (inout [String: Any]) -> Void) throws -> Data {
        try altered { object in
            var people = object["people"] as! [[String: Any]]
            var templates = people[1]["templates"] as! [[String: Any]]
            change(&templates[0])
            people[1]["templates"] = templates
            object["people"] = people
        }
    }

    private func reason(_ json: Data) -> String? {
        do {
            _ = try gallery.add(GalleryExport(json: json))
            return nil
        } catch GalleryError.exportInvalid(let reason) {
            return reason
        } catch {
            return "another error: \(error)"
        }
    }

    @Test func hostileExportsAreErrorsThatSayWhere() throws {
        let before = try gallery.export()
        #expect(reason(Data("{".utf8))?.hasPrefix("the document: ") == true)
        // Half an hour's comparing for a decoder that takes any key.
        for mark in ["\u{301}", #"\u0301"#] {
            let key = "a" + String(repeating: mark, count: 500_000)
            #expect(reason(Data(#"{"\#(key)":1}"#.utf8))?.hasPrefix("the document: line 1") == true)
        }
        #expect(reason(Data("{}".utf8)) == "the document lacks “limner-gallery”")
        #expect(reason(try altered { $0["people"] = nil }) == "the document lacks “people”")
        #expect(reason(try withTemplate { $0["source"] = nil }) == "people.1.templates.0 lacks “source”")
        #expect(
            reason(try withTemplate { $0["source"] = "../x" })
                == "a template of bob names a source that is no SHA-256")
        #expect(
            reason(try withTemplate { $0["features"] = "AAAA" })
                == "a template of bob holds 3 bytes, no whole number of floats, or too many")
        #expect(
            reason(try withTemplate { $0["features"] = Data(count: 512).base64EncodedString() })
                == "a template of bob is zero or not finite")
        #expect(
            reason(try withTemplate { $0["features"] = "not base64!" })?.hasPrefix("people.1.templates.0.features: ")
                == true)
        #expect(throws: GalleryError.exportTooNew(version: 2, newestKnown: 1)) {
            try GalleryExport(json: altered { $0["limner-gallery"] = 2 })
        }
        #expect(throws: ReportError.self) {
            try gallery.add(
                GalleryExport(
                    json: altered { object in
                        var people = object["people"] as! [[String: Any]]
                        people[1]["name"] = "a/b"
                        object["people"] = people
                    }))
        }
        #expect(try gallery.export() == before, "a refused import leaves nothing behind")
    }
}
