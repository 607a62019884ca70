import Foundation
import Testing

@testable import Styles

@Suite struct StyleLibraryTests {
    private func library() throws -> StyleLibrary {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("styles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("waves"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("empty"), withIntermediateDirectories: true)
        try Data(#"{"pictures": ["w.png"], "options": {"seed": 3}}"#.utf8).write(
            to: folder.appendingPathComponent("waves/style.json"))
        for file in ["monet.jpg", "kandinsky.PNG", ".hidden.png", "notes.txt"] {
            try Data("x".utf8).write(to: folder.appendingPathComponent(file))
        }
        return StyleLibrary(folder: folder.path)
    }

    @Test func `names are pictures and recipes, nothing else`() throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        #expect(library.names() == ["kandinsky", "monet", "waves"])
    }

    @Test func `a style is found by its name`() throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        #expect(try library.recipe(named: "monet").source == .pictures([.init(path: library.folder + "/monet.jpg")]))
        #expect(
            try library.recipe(named: "kandinsky").source
                == .pictures([.init(path: library.folder + "/kandinsky.PNG")]))
        #expect(try library.recipe(named: "waves").options.seed == 3)
        #expect(try library.recipe(named: "numbered-07").source == .numbered([.init(style: 7)]))
    }

    @Test func `a style that is not there is an error with the nearest name`() throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        #expect(throws: StyleError.styleUnknown(name: "mohnet", folder: library.folder, nearest: "monet")) {
            try library.recipe(named: "mohnet")
        }
        #expect(throws: StyleError.numberedStyleUnknown(number: 26, count: 26)) {
            try library.recipe(named: "numbered-26")
        }
        for name in ["", ".hidden", "../waves", "a/b", "a\0b"] {
            #expect(throws: StyleError.styleNameInvalid(name: name)) { try library.recipe(named: name) }
        }
        #expect {
            try library.recipe(named: "empty")
        } throws: { error in
            if case StyleError.recipeUnreadable = error { true } else { false }
        }
    }
}
