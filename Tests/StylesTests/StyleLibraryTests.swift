import Foundation
import Testing
import Wire

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

    @Test func `a built-in style has a name and an alias, and a file of either goes before`() throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        let style = BuiltInStyle.all[20]
        for name in [style.name, style.alias] {
            #expect(try library.recipe(named: name).source == .numbered([.init(style: 20)]))
            let entry = try library.entry(named: name)
            #expect(entry.name == style.name && entry.alias == style.alias && entry.place == .builtIn(style))
        }
        let own = "\(library.folder)/\(style.name).png"
        try Data("x".utf8).write(to: URL(filePath: own))
        #expect(try library.recipe(named: style.name).source == .pictures([.init(path: own)]))
        #expect(try library.recipe(named: style.alias).source == .numbered([.init(style: 20)]))
        let builtIn = try #require(library.entries().first { $0.place == .builtIn(style) })
        #expect(builtIn.name == style.alias && builtIn.alias == nil)
        try Data("x".utf8).write(to: URL(filePath: "\(library.folder)/\(style.alias).png"))
        #expect(!library.entries().contains { $0.place == .builtIn(style) })
        #expect(library.entries().filter { $0.name == style.alias }.count == 1)
    }

    @Test func `the folder's styles come first, with folders that lack their recipe`() throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        try FileManager.default.createDirectory(
            atPath: "\(library.folder)/@eaDir", withIntermediateDirectories: true)
        let entries = library.entries()
        #expect(entries.map(\.name) == ["empty", "kandinsky", "monet", "waves"] + BuiltInStyle.all.map(\.name))
        #expect(entries[0].place == .folder(library.folder + "/empty"))
        #expect(entries[2].place == .picture(library.folder + "/monet.jpg"))
        let nowhere = StyleLibrary(folder: library.folder + "/none")
        #expect(nowhere.entries().map(\.name) == BuiltInStyle.all.map(\.name))
    }

    /// macOS writes accents apart from their letters (NFD), most keyboards do not (NFC).
    @Test(arguments: ["caf\u{E9}", "cafe\u{301}"])
    func `a style is found however its accents are written`(stored: String) throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        for name in ["\(stored).jpg", "\(stored)s"] {
            let path = Array("\(library.folder)/\(name)\0".utf8CString)
            if name.hasSuffix("s") { mkdir(path, 0o700) } else { close(open(path, O_CREAT | O_WRONLY, 0o600)) }
        }
        for asked in ["caf\u{E9}", "cafe\u{301}"] {
            guard case .pictures(let pictures) = try library.recipe(named: asked).source else {
                Issue.record("no picture")
                continue
            }
            let path = try #require(pictures.first?.path)
            #expect(FileManager.default.fileExists(atPath: path), "the path is the one on the disk")
            // The folder is found, too, and has no recipe.
            #expect {
                try library.recipe(named: asked + "s")
            } throws: { error in
                if case StyleError.recipeUnreadable = error { true } else { false }
            }
        }
    }

    @Test(arguments: ["bi\u{308}", "b\u{EF}"]) func `a recipe's picture is found however its accents are written`(
        stored: String
    ) throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        let path = Array("\(library.folder)/waves/\(stored).jpg\0".utf8CString)
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        for named in ["b\u{EF}", "bi\u{308}"] {
            try Data(#"{"pictures": ["\#(named).jpg"]}"#.utf8).write(
                to: URL(filePath: library.folder + "/waves/style.json"))
            guard case .pictures(let pictures) = try library.recipe(named: "waves").source else {
                Issue.record("no picture")
                continue
            }
            #expect(FileManager.default.fileExists(atPath: pictures[0].path), "the path is the one on the disk")
        }
    }

    /// It was waited for without end.
    @Test func `a recipe that is no regular file is refused`() throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        mkfifo("\(library.folder)/empty/style.json", 0o600)
        #expect {
            try library.recipe(named: "empty")
        } throws: { error in
            "\(error)"
                == "The style recipe \(library.folder)/empty/style.json cannot be read: it is not a regular file."
        }
    }

    @Test func `a style that is not there is an error with the nearest name`() throws {
        let library = try library()
        defer { try? FileManager.default.removeItem(atPath: library.folder) }
        #expect(throws: StyleError.styleUnknown(name: "mohnet", folder: library.folder, nearest: "monet")) {
            try library.recipe(named: "mohnet")
        }
        let slip = StyleError.styleUnknown(name: "lime-and-tael", folder: library.folder, nearest: "lime-and-teal")
        #expect(throws: slip) { try library.recipe(named: "lime-and-tael") }
        #expect("\(slip)".contains("nor built in; did you mean 'lime-and-teal'?"))
        #expect(throws: StyleError.numberedStyleUnknown(number: 26, count: 26)) {
            try library.recipe(named: "numbered-26")
        }
        for name in ["", ".hidden", "../waves", "a/b", "a/\u{301}b", ".\u{301}a", "a\0b"] {
            #expect(throws: StyleError.styleNameInvalid(name: name)) { try library.recipe(named: name) }
        }
        #expect {
            try library.recipe(named: "empty")
        } throws: { error in
            "\(error)"
                == "The style recipe \(library.folder)/empty/style.json cannot be read: there is no such file, and a folder needs one to be a style."
        }
    }
}
