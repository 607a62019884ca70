import Foundation
import TestSupport
import Testing
import Wire

@testable import Gallery

/// Every release's gallery is opened and served by this one; see `Tests/SavedStates/save_state.py`.
struct SavedGalleryTests {
    @Test(arguments: try SavedState.all())
    func everybodyIsStillKnown(_ saved: SavedState) throws {
        let file = try GalleryFile()
        try FileManager.default.copyItem(at: saved.gallery, to: URL(filePath: file.path))
        let gallery = file.open()
        let export = try gallery.export()
        #expect(export == (try GalleryExport(json: saved.galleryExport())), "times, features and qualities, bit by bit")
        #expect(!export.people.isEmpty)
        for person in export.people {
            for exported in person.templates {
                let template = try exported.checked(of: person.name).template
                #expect(try gallery.searchIndex(of: exported.model).ranking(of: template)[0].person == person.name)
            }
        }
        // And it takes somebody new.
        let model = export.people[0].templates[0].model
        #expect(try gallery.enroll([Made.new(5, model: model)], as: PersonName("somebody new")) == [.added])
        #expect(try gallery.people().count == export.people.count + 1)
        #expect(
            try gallery.searchIndex(of: model).ranking(of: Made.template(5, model: model))[0].person == "somebody new")
    }

    @Test(arguments: try SavedState.all())
    func itsExportIsStillImported(_ saved: SavedState) throws {
        let export = try GalleryExport(json: saved.galleryExport())
        let file = try GalleryFile()
        let result = try file.open().add(export)
        #expect(result.newPeople == export.people.count)
        #expect(result.addedTemplates == export.people.map(\.templates.count).reduce(0, +))
    }
}
